"""What a language model is asked, in an order that its prompt cache can use: what is stable first, what changes last."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from ..models.base import Value
from ..models.tries import Mode

Role = Literal["research", "generate", "repair", "diagnose"]
Effort = Literal["low", "medium", "high", "xhigh", "max"]

MAX_BREAKPOINTS = 4
"""More cache breakpoints in one request are refused by the Messages API."""


class Task(Value):
    """What a request is for; it stands as one line in front of the text that changes with every request."""

    role: Role
    path: str | None = None
    """POSIX path of the file in the project folder; None where the request is for no file."""
    attempt: int = Field(ge=1)
    try_number: int = Field(ge=1)
    mode: Mode = "full"

    @field_validator("path")
    @classmethod
    def _path_is_one_word(cls, path: str | None) -> str | None:
        if path is not None and (not path or path == "-" or len(path.split()) != 1 or path != path.strip()):
            raise ValueError(f"{path!r} cannot stand in a Task line: a path without spaces is wanted")
        return path


def task_line(task: Task) -> str:
    """The line that every stand-in for a model can tell the request by (DESIGN section 5, fixed)."""
    path = task.path or "-"
    return f"Task: {task.role} path={path} attempt={task.attempt} try={task.try_number} mode={task.mode}"


class TextBlock(Value):
    """Text that stays the same from request to request."""

    text: str
    cache: bool = False
    """A cache breakpoint behind it: everything up to here is written to, and read from, the prompt cache."""

    @field_validator("text")
    @classmethod
    def _has_text(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("a text block has to have text: the Messages API refuses empty ones")
        return text


class Turn(Value):
    """One earlier turn of the conversation, such as the last answer and what was found in it."""

    speaker: Literal["user", "assistant"]
    text: str = Field(min_length=1)


class Reference(Value):
    """What a request goes back to: the words of its task, or a file. Whoever knows it already need not be shown it."""

    kind: Literal["task", "template", "file"]
    """What is wanted of a file; the template's version of it; a file as it was accepted."""
    path: str
    """POSIX path of that file in the project folder."""
    text: str = Field(min_length=1)

    @property
    def shown(self) -> str:
        """As it stands in a request."""
        if self.kind == "task":
            return f"What is wanted of `{self.path}`:\n\n{self.text}"
        fence = "````" if "```" in self.text else "```"
        language = "python" if self.path.endswith(".py") else ""
        title = f"The template's `{self.path}`" if self.kind == "template" else f"The accepted `{self.path}`"
        return f"{title}:\n{fence}{language}\n{self.text.rstrip()}\n{fence}"


class ModelRequest(Value):
    """One request. On the wire: `system`, then `prefix`, then `turns`, then the Task line with `instruction` and
    `references`."""

    task: Task
    system: tuple[TextBlock, ...] = ()
    """Rules: the same for all requests of a role."""
    prefix: tuple[TextBlock, ...] = ()
    """Facts: the same for all requests of a session. The first text of the user."""
    turns: tuple[Turn, ...] = ()
    instruction: str = Field(min_length=1)
    """What is wanted now: the volatile text, behind all others."""
    references: tuple[Reference, ...] = ()
    """Told behind the instruction, in the same text."""
    max_tokens: int = Field(ge=1, le=128_000)
    """Tokens of the answer, thinking included; an answer that needs more is cut (`max_tokens`)."""
    effort: Effort
    json_schema: dict[str, Any] | None = None
    """The answer is to be one JSON object of this schema."""

    @model_validator(mode="after")
    def _has_at_most_four_breakpoints(self) -> Self:
        count = sum(block.cache for block in (*self.system, *self.prefix))
        if count > MAX_BREAKPOINTS:
            raise ValueError(f"a request may have {MAX_BREAKPOINTS} cache breakpoints, not {count}")
        return self

    @property
    def role(self) -> Role:
        """The role that decides which model is asked."""
        return self.task.role

    def last_text(self, *, appendix: str = "") -> str:
        """The last text block of the user: the Task line, the instruction, its references, and what an endpoint needs
        said besides."""
        parts = (f"{task_line(self.task)}\n{self.instruction}", *(r.shown for r in self.references), appendix)
        return "\n\n".join(part for part in parts if part)

    def wire_system(self) -> list[dict[str, Any]]:
        """`system` of the Messages API."""
        return [_wire_block(block) for block in self.system]

    def wire_messages(self, *, appendix: str = "") -> list[dict[str, Any]]:
        """`messages` of the Messages API; they begin and end with the user, and speakers alternate."""
        messages: list[dict[str, Any]] = []
        if self.prefix:
            _say(messages, "user", *(_wire_block(block) for block in self.prefix))
        for turn in self.turns:
            _say(messages, turn.speaker, {"type": "text", "text": turn.text})
        _say(messages, "user", {"type": "text", "text": self.last_text(appendix=appendix)})
        return messages


def _say(messages: list[dict[str, Any]], speaker: str, *blocks: Mapping[str, Any]) -> None:
    """Add to the last message where the same speaker goes on, else begin a new one."""
    if messages and messages[-1]["role"] == speaker:
        messages[-1]["content"].extend(blocks)
    else:
        messages.append({"role": speaker, "content": list(blocks)})


def _wire_block(block: TextBlock) -> dict[str, Any]:
    wire: dict[str, Any] = {"type": "text", "text": block.text}
    return {**wire, "cache_control": {"type": "ephemeral"}} if block.cache else wire
