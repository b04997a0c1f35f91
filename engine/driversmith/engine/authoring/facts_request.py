"""The request for corrections of facts: the catalogue with current values, the prose, and what was seen live, as data.

It is small: only facts in doubt are told in full, of the prose what is likely to speak of facts, of answers their structure.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import JsonValue

from ..facts.catalogue import UNITS, Fact, compact, facts, segments
from ..llm.request import ModelRequest, Reference, Task, TextBlock
from ..models.judged import JudgedFacts
from ..models.profile import ApiProfile
from ..models.prose import Passage, Prose
from ..models.report import LiveRead
from ..proof.live_reads import unknown_arguments
from .api_text import tame
from .prompt_texts import prompt_text

MAX_TOKENS: Final = 8_000
MOST_FACTS: Final = 6_000
"""Characters of the facts that are in no doubt."""
MOST_IN_DOUBT: Final = 12_000
MOST_SEEN: Final = 6_000
_PROSE = (3_000, 120, 20_000)
"""Characters of prose: at least, more for each operation, at most."""
_LONGEST_PASSAGE = 1_500
_TELLING = re.compile(
    r"auth|token|key\b|bearer|header|credential|secret|page|pagin|cursor|offset|limit|next|link|total|rate|throttl|"
    r"prefix|base|version|slash|required|must|always|every request|zero|envelope|wrapped|under\b|nested|format|accept",
    re.IGNORECASE,
)
_IN_DOUBT = ("guessed", "stated")


class FactsRequest:
    """Puts into words what is asked about the facts of one session; the same prefix for each try."""

    def __init__(self, profile: ApiProfile, prose: Prose, reads: Sequence[LiveRead], *, attempt: int) -> None:
        self._attempt = attempt
        self._profile = profile
        self._prose = prose
        self._reads = reads

    def compose(self, turn: int, before: tuple[JudgedFacts, ...]) -> ModelRequest:
        """Try `turn` (1, 2, ...); `before` is what became of the answers so far."""
        return self._request("research", turn, _again(before[-1]) if before else prompt_text("facts_ask"), bool(before))

    def diagnosis(self, wrong: Sequence[LiveRead]) -> ModelRequest:
        """The question which facts explain that these objects are read otherwise than the API gives them."""
        told = "\n".join(f"- {read.object_name}: {read.error}" for read in wrong)
        return self._request("diagnose", 1, prompt_text("facts_diagnose", wrong=tame(told)), False)

    def _request(
        self, role: Literal["research", "diagnose"], turn: int, instruction: str, is_again: bool
    ) -> ModelRequest:
        return ModelRequest(
            task=Task(role=role, path="facts.json", attempt=self._attempt, try_number=turn, mode="full"),
            system=(TextBlock(text=prompt_text("facts_system")),),
            prefix=(
                TextBlock(text=_catalogue()),
                TextBlock(text="\n\n".join(_data(self._profile, self._prose, self._reads)), cache=True),
            ),
            instruction=instruction,
            references=() if is_again else (Reference(kind="task", path="facts.json", text=_TASK),),
            max_tokens=MAX_TOKENS,
            effort="medium",
            json_schema=facts_schema(self._profile),
        )


_TASK = "Corrections of facts, as one JSON object; `because` and, where prose says so, `quote` with each."


def facts_schema(profile: ApiProfile) -> dict[str, Any]:
    """The JSON schema of the answer; `probe` names the arguments that reading needs and nobody gave a value for."""
    plain = [{"type": kind} for kind in ("string", "number", "boolean")]
    anything = {"anyOf": [*plain, {"type": "null"}, _array({"anyOf": plain})]}
    members = {
        key: {"$ref": "#/$defs/any"} for key in sorted({name for unit in UNITS for name in _members(unit.told())})
    }
    value = {"anyOf": [{"$ref": "#/$defs/any"}, _object(members)]}
    text = {"type": "string"}
    correction = _object({"fact": text, "value": value, "because": text, "quote": text}, "fact", "value", "because")
    question = _object({"fact": text, "question": text}, "fact", "question")
    parts: dict[str, Any] = {"corrections": _array(correction), "open": _array(question)}
    if arguments := sorted({name for described in profile.objects for name in unknown_arguments(profile, described)})[
        :20
    ]:
        parts["probe"] = _object({key: {"$ref": "#/$defs/any"} for key in arguments})
    return {**_object(parts, "corrections"), "$defs": {"any": anything}}


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _members(told: JsonValue) -> Iterable[str]:
    return told if isinstance(told, dict) else ()


def _catalogue() -> str:
    lines = ["# The catalogue of facts: what may be corrected, and what may be given"]
    for unit in UNITS:
        told = unit.told()
        if isinstance(told, dict):
            lines.append(f"{unit.spelled}: " + "; ".join(f"{name}: {words}" for name, words in told.items()))
        else:
            lines.append(f"{unit.spelled}: {told}")
    return "\n".join(lines)


def _data(profile: ApiProfile, prose: Prose, reads: Sequence[LiveRead]) -> Iterator[str]:
    doubted, sure = _by_doubt(profile, reads)
    if profile.servers:
        told = ", ".join(server.url[:200] for server in profile.servers[:5])
        doubted.insert(0, f"Servers that the description names: {told}; requests go to {profile.base_url}.")
    yield f"# The facts of {profile.api_name} in doubt, as they stand\n<api>\n{tame(_fitted(doubted, MOST_IN_DOUBT))}\n</api>"
    yield f"# The other facts\n<api>\n{tame(_fitted(sure, MOST_FACTS))}\n</api>"
    if seen := [_seen(read) for read in reads]:
        yield f"# What was seen live, by structure\n<api>\n{tame(_fitted(seen, MOST_SEEN))}\n</api>"
    least, each, most = _PROSE
    room = min(most, least + each * len(profile.operations))
    told = list(_telling(prose, room))
    words = "\n".join(f"{passage.pointer}: {_cut(passage.text)}" for passage in told) or "There is none."
    yield f"# Prose of the description that may speak of facts\n<api>\n{tame(words)}\n</api>"


def _by_doubt(profile: ApiProfile, reads: Sequence[LiveRead]) -> tuple[list[str], list[str]]:
    """A line for each fact: in full where it is in doubt, in short where it is not."""
    wrong = {read.object_name for read in reads if not read.ok}
    proven = {read.object_name for read in reads if read.ok and read.count}
    doubted: list[str] = []
    sure: list[str] = []
    paths: list[str] = []
    for fact in facts(profile):
        room, *names = segments(fact.fact)
        if room == "operations":
            if names[-1] == "path":
                paths.append(f"/operations/{names[0]}: {profile.operations[names[0]].method} {fact.value}")
            continue
        if room == "objects" and names[-1] in ("operation", "identifier"):
            continue
        if _is_doubted(fact, wrong, proven):
            doubted.append(f"{fact.fact} ({fact.known_by}): {_spelled(fact.value)}")
        elif compact(fact.value) not in (None, "", [], {}):
            sure.append(f"{fact.fact}: {_spelled(fact.value)}")
    return doubted, [*sure, *paths]


def _is_doubted(fact: Fact, wrong: set[str], proven: set[str]) -> bool:
    room, *names = segments(fact.fact)
    if room in ("auth", "base_path"):
        return True
    if room != "objects":
        return fact.known_by == "stated"
    name = names[0]
    if name in wrong:
        return True
    unpaged = names[-1] == "pagination" and isinstance(fact.value, dict) and fact.value.get("style") == "none"
    return unpaged or (fact.known_by in _IN_DOUBT and name not in proven)


def _seen(read: LiveRead) -> str:
    how = f"{read.count} records in {read.pages} pages" if read.ok else f"read wrongly: {read.error}"
    structure = "" if read.seen is None else f"; first answer {_spelled(read.seen)}"
    return f"{read.object_name}: {how}{structure}"


def _telling(prose: Prose, room: int) -> Iterator[Passage]:
    """What speaks of the whole API first, then what has a word that facts are told with, as far as there is room."""
    whole = [p for p in prose.passages if p.pointer.startswith(("#/info", "#/tags", "#/components/securitySchemes"))]
    whole += [p for p in prose.passages if p.pointer.startswith("#/securityDefinitions")]
    kept = set(map(id, whole))
    others = [p for p in prose.passages if id(p) not in kept and len(p.text.split()) > 3 and _TELLING.search(p.text)]
    for passage in [*whole, *others]:
        room -= min(len(passage.text), _LONGEST_PASSAGE) + len(passage.pointer)
        if room < 0:
            return
        yield passage


def _again(last: JudgedFacts) -> str:
    kept = ", ".join(f"{k.correction.fact} ({k.known_by})" for k in last.kept)
    told = f", this is kept: {kept}." if kept else ", nothing is kept."
    refused = "\n".join(f"- {finding.message}" for finding in last.findings[:20])
    more = len(last.findings) - 20
    return prompt_text("facts_again", kept=told, refused=refused + (f"\n- and {more} more" if more > 0 else ""))


def _fitted(lines: Sequence[str], room: int) -> str:
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            kept.append(f"({len(lines) - len(kept)} more)")
            break
        kept.append(line)
    return "\n".join(kept) or "(none)"


def _spelled(value: JsonValue) -> str:
    return json.dumps(compact(value), ensure_ascii=False, separators=(",", ":"))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_PASSAGE else text[:_LONGEST_PASSAGE] + " [...]"
