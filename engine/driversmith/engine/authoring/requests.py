"""The model requests of one attempt: the same prefix for every file, try and attempt of a session, then what is wanted now.

On the wire: rules, contract, facts of the API, what a client inherits, the template's client; behind these the file to mend, where
there is one, and the Task line with everything volatile and the files that it goes back to. Two cache breakpoints are
enough: one behind the contract, which is the same for every API (rules alone would be too short to be cached), one
behind the whole prefix.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..llm.request import Effort, ModelRequest, Reference, Task, TextBlock, Turn
from ..models.driver import DriverBundle
from ..models.profile import ApiProfile
from .api_text import MAX_CHARACTERS, api_text
from .contract_text import contract_text
from .plumbing_text import inherits, plumbing_text
from .prompt_texts import prompt_text
from .write_file import Asking

README: Final = "README.md"
LIST_OBJECTS: Final = "examples/list_objects.py"
READ_RECORDS: Final = "examples/read_records.py"
ALL_FILES: Final = "*"
MOST_TOKENS: Final = 64_000
USUAL_OPERATIONS: Final = 12
FACTS_OF_A_USUAL_API: Final = 14_000
"""Characters; with rules, contract and task a first request has 6,000 tokens at most."""
_FACTS_OF_AN_OPERATION = 1_200
"""Characters that each operation beyond the usual adds, up to the most for the facts of any API."""


@dataclass(frozen=True)
class FileKind:
    """What a kind of file takes to write. The tokens hold thinking too, and a client two or three times as long as usual."""

    prompt: str
    max_tokens: int
    effort: Effort


_CLIENT = FileKind("client", 24_000, "high")
"""The only file in which a mistake breaks the driver, and four fifths of all faults: worth thinking about."""
_KINDS = {
    README: FileKind("readme", 10_000, "low"),
    LIST_OBJECTS: FileKind("list_objects", 6_000, "low"),
    READ_RECORDS: FileKind("read_records", 8_000, "medium"),
}


_REPAIRS = {"run": "repair_run", "package": "repair_package"}
"""The words for a file that passed its own checks; by the reason for which it is to be mended."""


def judgement_files(project: str) -> tuple[str, ...]:
    """The paths of the files that a model writes, the client first."""
    return client_path(project), *_KINDS


def client_path(project: str) -> str:
    """Where the client module of a driver lies."""
    return f"{project}/client.py"


def _room(profile: ApiProfile) -> int:
    """Characters for the facts."""
    more = max(0, len(profile.operations) - USUAL_OPERATIONS) * _FACTS_OF_AN_OPERATION
    return min(MAX_CHARACTERS, FACTS_OF_A_USUAL_API + more)


class FileRequests:
    """Puts into words what is asked for each file. `adjustments` (path, or `*` for all) are words of diagnoses."""

    def __init__(
        self, *, profile: ApiProfile, template: DriverBundle, adjustments: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._template = template
        self._adjustments = adjustments
        self.system = (TextBlock(text=prompt_text("system")),)
        self.prefix = (
            TextBlock(text=contract_text(), cache=True),
            TextBlock(text=prompt_text("facts", facts=api_text(profile, most=_room(profile)))),
            TextBlock(text=prompt_text("plumbing", modules=plumbing_text(template))),
            TextBlock(text=prompt_text("reference", client=template[client_path(template.project)].text), cache=True),
        )

    def compose(self, asking: Asking, client: str) -> ModelRequest:
        """The request; `client` is the text of the accepted client, empty while that is still being written."""
        kind = _KINDS.get(asking.path, _CLIENT)
        return ModelRequest(
            task=Task(
                role=asking.role, path=asking.path, attempt=asking.attempt, try_number=asking.try_number, mode="full"
            ),
            system=self.system,
            prefix=self.prefix,
            turns=(Turn(speaker="assistant", text=asking.text),) if asking.text else (),
            instruction="\n\n".join(part for part in self._parts(asking) if part),
            references=tuple(self._references(asking.path, kind, client)),
            max_tokens=min(MOST_TOKENS, kind.max_tokens * 2**asking.truncated),
            effort=kind.effort,
        )

    def _parts(self, asking: Asking) -> list[str]:
        adjusted = [*self._adjustments.get(ALL_FILES, ()), *self._adjustments.get(asking.path, ())]
        listing = "mistakes" if not asking.text else "findings"
        return [
            self._opening(asking),
            prompt_text(listing, findings=asking.findings) if asking.findings else "",
            prompt_text("behaviours", behaviours=asking.behaviours) if asking.behaviours else "",
            prompt_text("adjustments", adjustments="\n".join(f"- {words}" for words in adjusted)) if adjusted else "",
        ]

    def _opening(self, asking: Asking) -> str:
        if asking.text:
            return prompt_text(_REPAIRS.get(asking.reason, "repair"), path=asking.path)
        told = prompt_text("write", path=asking.path)
        if asking.reason == "unusable":
            return f"{prompt_text('unusable', problem=asking.problem)}\n\n{told}"
        return f"{prompt_text(asking.reason)}\n\n{told}" if asking.reason in ("truncated", "refused", "stuck") else told

    def _references(self, path: str, kind: FileKind, client: str) -> Iterator[Reference]:
        """What is wanted of the file, and what it is to be written from."""
        template = self._template
        prompt = "client_whole" if kind is _CLIENT and not inherits(template) else kind.prompt
        task = prompt_text(prompt, path=path, package=template.project, class_name=template.class_name)
        yield Reference(kind="task", path=path, text=task)
        if kind is not _CLIENT:
            yield Reference(kind="template", path=path, text=template[path].text)
            yield Reference(kind="file", path=client_path(template.project), text=client)
