"""The request for a description of an API that nobody describes: the pages of its documentation as data, in pieces."""

from collections.abc import Iterator
from typing import Final

from ..llm.request import ModelRequest, Reference, Task, TextBlock
from ..models.documentation import DESCRIPTION, Documentation, JudgedDescription
from .api_text import tame
from .prompt_texts import prompt_text

MAX_TOKENS: Final = 24_000
LONGEST_PIECE: Final = 44_000
"""Characters of pages in one request: about 12,000 tokens."""
MOST_PIECES: Final = 4
_MOST_FOUND = 120
_MOST_REFUSED = 30
_NO_PAGES = "No page could be read. What you know of this API counts where the API itself answers it at its URL."
_TASK = "OpenAPI 3.0 in YAML: what the pages say, and nothing else."


class DescriptionRequest:
    """Puts into words what is asked about the documentation of one session, a piece of it at a time."""

    def __init__(self, documentation: Documentation, *, api_name: str, attempt: int) -> None:
        self._attempt = attempt
        self._api_name = api_name
        self._pieces = pieces_of(documentation)
        found = [*documentation.found[:_MOST_FOUND]]
        more = len(documentation.found) - len(found)
        self._found = "\n".join(f"- {line}" for line in found) + (f"\n- and {more} more" if more > 0 else "")

    @property
    def pieces(self) -> int:
        """How many requests tell all of it."""
        return len(self._pieces)

    def compose(self, turn: int, piece: int, before: JudgedDescription | None) -> ModelRequest:
        """Request `turn` (1, 2, ...) of the session, about piece 0, 1, ...; `before` is what became of the last answer about
        the same piece."""
        if before is None:
            which = f" (part {piece + 1} of {len(self._pieces)})" if len(self._pieces) > 1 else ""
            instruction = prompt_text("description_ask", piece=which, found=tame(self._found) or "- none")
        else:
            instruction = prompt_text("description_again", outcome=before.outcome, refused=_refused(before))
        return ModelRequest(
            task=Task(role="research", path=DESCRIPTION, attempt=self._attempt, try_number=turn, mode="full"),
            system=(TextBlock(text=prompt_text("description_system")),),
            prefix=(TextBlock(text=self._told(piece), cache=True),),
            instruction=instruction,
            references=() if before is not None else (Reference(kind="task", path=DESCRIPTION, text=_TASK),),
            max_tokens=MAX_TOKENS,
            effort="medium",
        )

    def _told(self, piece: int) -> str:
        head = f"# Documentation of {self._api_name}"
        return f"{head}\n<api>\n{tame(self._pieces[piece])}\n</api>"


def _refused(judged: JudgedDescription) -> str:
    lines = [f"- {finding.message}" for finding in judged.findings[:_MOST_REFUSED]]
    more = len(judged.findings) - len(lines)
    return tame("\n".join([*lines, *([f"- and {more} more"] if more > 0 else [])]))


def pieces_of(documentation: Documentation) -> list[str]:
    """The text of the pages in pieces of at most LONGEST_PIECE characters, cut where a section begins; what exceeds
    MOST_PIECES is left out."""
    pieces: list[str] = []
    room = 0
    for url, section in _sections(documentation):
        whole = section[:LONGEST_PIECE]
        if room < len(whole) + 1 or not pieces:
            if len(pieces) == MOST_PIECES:
                return pieces
            head = f"Page {url}\n"
            pieces.append(head + whole)
            room = LONGEST_PIECE - len(head) - len(whole)
        else:
            pieces[-1] += f"\n{whole}"
            room -= len(whole) + 1
    return pieces or [_NO_PAGES]


def _sections(documentation: Documentation) -> Iterator[tuple[str, str]]:
    for page in documentation.pages:
        section: list[str] = []
        for line in page.text.split("\n"):
            if line.startswith("#") and section:
                yield page.url, "\n".join(section)
                section = []
            section.append(line)
        if section:
            yield page.url, "\n".join(section)
