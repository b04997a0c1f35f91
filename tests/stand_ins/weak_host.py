"""The weakest host: it shows its model the text of an answer, cuts it, gives a call 60 seconds, and can nothing else."""

import re
from collections.abc import AsyncGenerator
from typing import Any

import anyio
from driversmith.engine.views.weights import weight
from mcp import Client

from .connection import said

SECONDS = 60
TOKENS = 20_000
BYTES = 3 * TOKENS
"""A token of dense JSON is not much longer than three bytes."""
_FURTHER = re.compile(r"""\bcursor=['"]([^'"]+)['"]""")


class WeakHost:
    """A client that knows of an answer what such a host shows; it fails on an answer that would be cut."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.largest = 0
        """Bytes of the largest answer, text and structured content together."""

    async def call(self, tool: str, **arguments: Any) -> str:
        """The text of an answer."""
        with anyio.fail_after(SECONDS):
            result = await self._client.call_tool(tool, arguments)
        size = sum(weight(part.model_dump(mode="json")) for part in result.content) + weight(result.structured_content)
        self.largest = max(self.largest, size)
        assert size < BYTES, f"{tool} {arguments}: {size} bytes"
        assert not result.is_error, said(result)
        return said(result)

    async def pages(self, tool: str, **arguments: Any) -> AsyncGenerator[str]:
        """The texts of all pages, by the cursors that the texts tell."""
        cursor: str | None = None
        while True:
            text = await self.call(tool, **{**arguments, **({"cursor": cursor} if cursor else {})})
            yield text
            found = [line for line in text.splitlines() if line.startswith("More: call again with cursor=")]
            match = _FURTHER.search(found[0]) if found else None
            if match is None:
                return
            cursor = match[1]

    async def whole(self, tool: str, **arguments: Any) -> str:
        """All of these texts."""
        return "\n".join([text async for text in self.pages(tool, **arguments)])

    async def resource(self, uri: str) -> list[str]:
        """The texts of a resource and of those that it names as its next pages."""
        texts: list[str] = []
        while True:
            (content,) = (await self._client.read_resource(uri)).contents
            text = content.text  # type: ignore[union-attr]
            assert len(text.encode()) < BYTES, f"{uri}: {len(text.encode())} bytes"
            texts.append(text)
            found = re.search(r'"next_cursor": ?"([^"]+)"', text[-300:])
            named = re.search(r"; the next: (\S+)\]$", text.rstrip())
            if named is not None:
                uri = named[1]
            elif found is not None:
                base, _, query = uri.partition("?")
                kept = [part for part in query.split("&") if part and not part.startswith("cursor=")]
                uri = f"{base}?{'&'.join([*kept, f'cursor={found[1]}'])}"
            else:
                return texts
