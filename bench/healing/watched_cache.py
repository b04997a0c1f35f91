"""The stand-in's prompt cache, and how much of what could have been read from it was."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.stand_ins.prompt_cache import Counted, PromptCache, blocks_of


class WatchedCache(PromptCache):
    """Counts as the documentation says. What a request begins with and an earlier one began with too could be read: that
    much, in whole blocks and where it is long enough to be cached, is what the breakpoints could at best achieve."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0
        self.readable = 0
        self._seen: set[str] = set()

    def count(self, body: Mapping[str, Any]) -> Counted:
        """How a request is billed."""
        counted = super().count(body)
        self._watch(body, counted)
        return counted

    def _watch(self, body: Mapping[str, Any], counted: Counted) -> None:
        total = known = 0
        prefixes: list[str] = []
        for block in blocks_of(body):
            total += block.tokens
            known = total if block.prefix in self._seen else known
            prefixes.append(block.prefix)
        readable = known if known >= self._minimum(str(body.get("model", ""))) else 0
        self.read += counted.cache_read_input_tokens
        self.readable += max(readable, counted.cache_read_input_tokens)
        self._seen.update(prefixes)

    @property
    def share(self) -> float:
        """Of the input that could have been read, what was."""
        return self.read / self.readable if self.readable else 0.0
