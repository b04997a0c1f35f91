"""The documented rules of the prompt cache: who reads what, who writes what, and from when on."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

MINIMUM_TOKENS = {"haiku": 512, "opus": 512, "sonnet": 1024}
"""Shorter prefixes are not cached, without an error."""
LOOK_BACK = 20
"""Positions that are looked at for each breakpoint, the breakpoint itself included."""
LIFETIME_SECONDS = 300.0
CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class Block:
    """One block of the prompt: its place in the chain of prefixes, and what it costs."""

    prefix: str
    """Hash of the model, the format asked for, and all text up to and with this block."""
    tokens: int
    breakpoint: bool


@dataclass(frozen=True)
class Counted:
    """How the prompt of one request is billed."""

    input_tokens: int
    cache_read_input_tokens: int
    cache_creation_input_tokens: int
    to_write: tuple[str, ...] = ()
    """Prefixes that can be read as soon as this request's answer has begun."""


@dataclass
class PromptCache:
    """Counts prompts. `minimum` is one number of tokens, or one by a word in the model's id."""

    minimum: int | Mapping[str, int] = field(default_factory=lambda: MINIMUM_TOKENS)
    clock: Callable[[], float] = time.monotonic
    entries: dict[str, float] = field(default_factory=dict)
    """Prefix -> when it is forgotten; reading it puts that off."""

    def count(self, body: Mapping[str, Any]) -> Counted:
        """How a request is billed if its answer begins; nothing is written yet."""
        now = self.clock()
        blocks = blocks_of(body)
        ends = _running_total(blocks)
        breakpoints = [i for i, block in enumerate(blocks) if block.breakpoint]
        hits = [
            i
            for point in breakpoints
            for i in range(max(0, point - LOOK_BACK + 1), point + 1)
            if self.entries.get(blocks[i].prefix, 0.0) > now
        ]
        read = max((ends[i] for i in hits), default=0)
        for i in hits:
            self.entries[blocks[i].prefix] = now + LIFETIME_SECONDS
        least = self._minimum(str(body.get("model", "")))
        written = [i for i in breakpoints if ends[i] > read and ends[i] >= least]
        cached = max([read, *(ends[i] for i in written)])
        return Counted(
            input_tokens=(ends[-1] if ends else 0) - cached,
            cache_read_input_tokens=read,
            cache_creation_input_tokens=cached - read,
            to_write=tuple(blocks[i].prefix for i in written),
        )

    def begin(self, counted: Counted) -> None:
        """The answer has begun: from now on what it wrote can be read."""
        for prefix in counted.to_write:
            self.entries[prefix] = self.clock() + LIFETIME_SECONDS

    def _minimum(self, model: str) -> int:
        if isinstance(self.minimum, int):
            return self.minimum
        return next((tokens for word, tokens in self.minimum.items() if word in model), 1024)


def blocks_of(body: Mapping[str, Any]) -> list[Block]:
    """The prompt in the order in which it is cached: system, then messages."""
    output_format = (body.get("output_config") or {}).get("format")
    chain = hashlib.sha256(json.dumps([body.get("model"), output_format], sort_keys=True).encode())
    blocks: list[Block] = []
    parts = [("system", body.get("system", []))]
    parts += [(message["role"], message["content"]) for message in body.get("messages", [])]
    for speaker, content in parts:
        for block in content if isinstance(content, list) else [{"type": "text", "text": content}]:
            text = str(block.get("text", ""))
            chain.update(json.dumps([speaker, text]).encode())
            blocks.append(Block(chain.hexdigest(), tokens_in(text), bool(block.get("cache_control"))))
    return blocks


def tokens_in(text: str) -> int:
    """An estimate that is the same everywhere."""
    return ceil(len(text) / CHARACTERS_PER_TOKEN)


def _running_total(blocks: list[Block]) -> list[int]:
    ends: list[int] = []
    for block in blocks:
        ends.append((ends[-1] if ends else 0) + block.tokens)
    return ends
