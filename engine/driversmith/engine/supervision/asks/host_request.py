"""A model request as the calling agent is told it: without what it was told before, and without what it handed in."""

import difflib
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from ...llm.request import ModelRequest, Reference, Task, task_line
from ...models.base import Value
from ...models.session import HostRequest

LastFile = Callable[[str], Awaitable[str | None]]
"""The file at a path as the agent handed it in last; None where its answer held none."""
_AS_BEFORE = "What is wanted of `{path}` is as before."
_MENDED = "Slips that were mended in `{path}` since you handed it in; lines are counted with them:"
_SHOWN = "`{path}` was changed in many places since you handed it in: as it stands, it comes with this request."


class Known(Value):
    """What the agent was told, or handed in."""

    texts: tuple[str, ...] = ()
    """Digests."""
    answers: dict[str, str] = {}
    """What was asked for (`place`) -> the step that holds what was handed in for it, oldest first."""

    def has(self, text: str) -> bool:
        """Whether it was told a text."""
        return _digest(text) in self.texts

    def told(self, texts: Sequence[str], task: Task, step: str) -> "Known":
        """With these texts, and the answer to a request."""
        digests = dict.fromkeys([*self.texts, *map(_digest, texts)])
        return Known(texts=tuple(digests), answers={**self.answers, place(task): step})

    def last(self, path: str) -> str | None:
        """The step that holds what was handed in for a file last."""
        return next((step for at, step in reversed(self.answers.items()) if at.endswith(f" {path}")), None)


def place(task: Task) -> str:
    """Which try of which file a request is for, whatever its words."""
    return f"{task.attempt} {task.mode} {task.try_number} {task.path or '-'}"


async def host_request(
    request: ModelRequest, step: str, *, known: Known, handed_in: LastFile, now: float
) -> tuple[HostRequest, Known]:
    """The request, and what the agent knows once it has answered it.

    Rules, contract and facts come with the first request that rests on them. A file that the agent handed in is told as
    the slips that were mended in it.
    """
    task = request.task
    path = task.path or "-"
    to_mend = next((turn.text for turn in reversed(request.turns) if turn.speaker == "assistant"), "")
    changed = changes(await handed_in(path), to_mend) if to_mend else ""
    said = [f"{task_line(task)}\n{request.instruction}"]
    if changed != "":
        said.append(_SHOWN.format(path=path) if changed is None else f"{_MENDED.format(path=path)}\n{changed}")
    shown = in_order((block.text for block in request.system), (block.text for block in request.prefix))
    diffs = [changed] if changed else []
    for reference in request.references:
        words, block, diff = await _told(reference, known, handed_in)
        said += [words] if words else []
        shown += [block] if block else []
        diffs += [diff] if diff else []
    new = [text for text in shown if not known.has(text)]
    schema = request.json_schema
    spelled = "" if schema is None else spelled_schema(schema)
    knows_schema = bool(spelled) and known.has(spelled)
    wanted = HostRequest(
        path=path,
        role=task.role,
        attempt=task.attempt,
        try_number=task.try_number,
        instruction="\n\n".join(said),
        last_answer=to_mend if changed is None else "",
        context=tuple(new),
        json_schema=None if knows_schema else schema,
        told_before=knows_schema or len(new) < len(shown),
        step=step,
        wanted_at=now,
    )
    return wanted, known.told([*new, *diffs, *([spelled] if spelled else [])], task, step)


def in_order(system: Iterable[str], prefix: Iterable[str]) -> list[str]:
    """Rules first, and what is longest last: the facts of a large API fill pages."""
    return [*system, *sorted(prefix, key=len)]


def spelled_schema(schema: dict[str, Any]) -> str:
    """A JSON schema as text."""
    return json.dumps(schema, ensure_ascii=False)


def changes(before: str | None, after: str) -> str | None:
    """What was changed in a file, as a diff: "" where nothing was, None where that is no shorter than the file."""
    if before is None:
        return None
    old, new = before.rstrip().splitlines(), after.rstrip().splitlines()
    diff = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
    text = "\n".join(diff)
    if len(text) > len(after) / 2:
        return None
    return f"```diff\n{text}\n```" if diff else ""


async def _told(reference: Reference, known: Known, handed_in: LastFile) -> tuple[str, str, str]:
    """What is said of a reference, what is shown of it, and the diff in that, where there is one."""
    path = reference.path
    if reference.kind == "task":
        return (_AS_BEFORE.format(path=path) if known.last(path) else reference.shown), "", ""
    if reference.kind == "template" or not known.last(path):
        return "", reference.shown, ""
    return _accepted(reference, changes(await handed_in(path), reference.text), known)


def _accepted(reference: Reference, changed: str | None, known: Known) -> tuple[str, str, str]:
    """The same of a file that was handed in, and `changed` since."""
    accepted = f"The accepted `{reference.path}` is the one that you handed in"
    if changed is None:
        return "", reference.shown, ""
    if not changed:
        return f"{accepted}.", "", ""
    if known.has(changed):
        return f"{accepted}, with the slips mended that you were told of.", "", ""
    return f"{accepted}, with these slips mended:\n{changed}", "", changed


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
