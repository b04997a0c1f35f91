"""A calling agent whose host shows it nothing but the text of answers."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import anyio
from mcp_types import CallToolResult

from ...patience import LONG
from ...stand_ins.connection import said
from .author import NO_FACTS
from .house import Healed, House

CHARACTERS_A_TOKEN = 3.5
_ASKED = re.compile(r'submit_file\(session_id="([^"]+)", path="([^"]+)"')
_MORE = re.compile(r'Go on with get_session\(session_id="[^"]+", cursor="([^"]+)"\)')

Files = Mapping[str, str] | Callable[[str], str]
"""What it writes: by path, or by the text that asks for it."""


def tokens(text: str) -> float:
    """An estimate on the safe side."""
    return len(text.encode()) / CHARACTERS_A_TOKEN


class TextHost:
    """Reads what it is asked for out of the texts, and writes files."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.heard: list[str] = []
        """The texts of all answers."""
        self.sizes: list[float] = []
        """Tokens of all answers, text and structured content together."""
        self.session = ""
        self.facts = ""
        """The text that asked for corrections of facts; it had none."""

    async def call(self, tool: str, **arguments: Any) -> str:
        """The text of an answer."""
        with anyio.fail_after(LONG):
            result: CallToolResult = await self._house.client.call_tool(tool, arguments)
        text = said(result)
        assert not result.is_error, text
        self.heard.append(text)
        self.sizes.append(tokens(text) + tokens(json.dumps(result.structured_content, ensure_ascii=False)))
        return text

    async def begin(self, **arguments: Any) -> str:
        """The first request, whole: all its parts."""
        arguments = self._house.arguments(engine="host", wait_seconds=100, **arguments)
        self.facts = await self.call("generate_driver_supervised", **arguments)
        found = _ASKED.search(self.facts)
        assert found, self.facts
        self.session = found[1]
        content = json.dumps(NO_FACTS)
        first = text = await self.call("submit_file", session_id=self.session, path="facts.json", content=content)
        self.heard.remove(self.facts)
        while more := _MORE.search(text):
            text = await self.call("get_session", session_id=self.session, cursor=more[1])
            first += text
        return first

    async def write(self, text: str, files: Files) -> Healed:
        """Hand in whatever is asked for until the session is over."""
        for _ in range(30):
            found = _ASKED.search(text)
            if found is None:
                return await self._house.left(self.session)
            content = files(text) if callable(files) else files[found[2]]
            text = await self.call("submit_file", session_id=self.session, path=found[2], content=content)
        raise AssertionError("it never ends")
