"""ty kept warm: its language server over a folder of its own, for whoever checks one driver again and again.

A warm check costs a tenth of the CPU of a cold one. The server belongs to whoever opened it, and ends with it.
"""

import json
import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import anyio
from anyio import to_thread
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from ...models.findings import Finding
from ..limits import TOOL_SECONDS
from .tool import write_files
from .ty import configuration, find_ty, run_ty, told

_log = logging.getLogger(__name__)
_CHANGED, _CREATED, _DELETED = 2, 1, 3
_MAX_MESSAGE = 16 << 20
_CAPABILITIES: dict[str, dict[str, Any]] = {"workspace": {"configuration": True}, "textDocument": {"diagnostic": {}}}


class TyServer:
    """A language server, started at the first check; `run` answers like `run_ty`, for one file of a driver."""

    def __init__(self, *, command: Sequence[str] | None = None, seconds: float = TOOL_SECONDS) -> None:
        self._command = command
        self._seconds = seconds
        self._lock = anyio.Lock()
        self._link: _Link | None = None

    async def run(self, texts: Mapping[str, str], *, focus: str) -> list[Finding]:
        """Findings of ty in the file `focus` of these Python files; a server that fails is replaced by a cold run."""
        try:
            async with self._lock:
                with anyio.fail_after(self._seconds):
                    return await self._check(texts, focus)
        except (OSError, ValueError, EOFError, TimeoutError, anyio.BrokenResourceError, anyio.IncompleteRead) as error:
            _log.warning("the ty server failed (%s): a cold run takes its place", error or type(error).__name__)
        except (anyio.ClosedResourceError, anyio.EndOfStream, anyio.DelimiterNotFound):
            _log.warning("the ty server ended: a cold run takes its place")
        found = await run_ty(texts, command=self._command, seconds=self._seconds)
        return [f for f in found if f.file in {focus, ""}]

    async def close(self) -> None:
        """End the server; it starts anew at the next check."""
        link, self._link = self._link, None
        if link is not None:
            with anyio.CancelScope(shield=True):
                await link.close()

    async def _check(self, texts: Mapping[str, str], focus: str) -> list[Finding]:
        try:
            if self._link is None:
                self._link = await _Link.open(list(self._command or find_ty()))
            return await self._link.diagnose(texts, focus)
        except BaseException:  # cancelled or broken in the middle of an exchange: the rest of it must not be read later
            await self.close()
            raise


class _Link:
    """The process, its folder, and the exchange of messages with it."""

    def __init__(self, process: Process, root: Path) -> None:
        self._process = process
        self._root = root
        if process.stdout is None or process.stdin is None:
            raise OSError("the ty server has no pipes")
        self._input, self._output = process.stdin, BufferedByteReceiveStream(process.stdout)
        self._texts: dict[str, str] = {}
        self._number = 0

    @classmethod
    async def open(cls, command: list[str]) -> "_Link":
        """Start the server on an empty folder."""
        root = await to_thread.run_sync(_folder)
        async with AsyncExitStack() as stack:
            stack.callback(shutil.rmtree, root, ignore_errors=True)
            await to_thread.run_sync(write_files, str(root), {"ty.toml": configuration()})
            process = await anyio.open_process([*command, "server"], stderr=DEVNULL, cwd=root)
            link = cls(process, root)
            stack.push_async_callback(link.close)
            folder = {"uri": root.as_uri(), "name": "driver"}
            arguments = {"processId": None, "rootUri": root.as_uri(), "workspaceFolders": [folder]}
            await link._ask("initialize", {**arguments, "capabilities": _CAPABILITIES})
            await link._tell("initialized", {})
            stack.pop_all()
        return link

    async def diagnose(self, texts: Mapping[str, str], focus: str) -> list[Finding]:
        """Bring the folder up to date, and ask about one file."""
        await self._update(texts)
        document = {"uri": self._uri(focus)}
        opened = {**document, "languageId": "python", "version": 1, "text": texts[focus]}
        await self._tell("textDocument/didOpen", {"textDocument": opened})
        answer = await self._ask("textDocument/diagnostic", {"textDocument": document})
        await self._tell("textDocument/didClose", {"textDocument": document})
        findings: list[Finding] = []
        lines = texts[focus].split("\n")
        for item in answer.get("items", []):
            start = item["range"]["start"]
            code = item.get("code")
            if isinstance(code, str) and item.get("severity", 1) <= 2:
                line, units = int(start["line"]) + 1, int(start["character"])
                place = (line, _column(lines, line, units))
                findings += told(code, str(item["message"]).partition("\n")[0], path=focus, place=place, lines=lines)
        return findings

    async def close(self) -> None:
        """Kill the process and remove its folder."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.aclose()
        await to_thread.run_sync(lambda: shutil.rmtree(self._root, ignore_errors=True))

    async def _update(self, texts: Mapping[str, str]) -> None:
        gone = [path for path in self._texts if path not in texts]
        fresh = {path: text for path, text in texts.items() if self._texts.get(path) != text}
        kinds = {path: _CHANGED if path in self._texts else _CREATED for path in fresh} | dict.fromkeys(gone, _DELETED)
        if not kinds:
            return
        for path in gone:
            await anyio.Path(self._root / path).unlink(missing_ok=True)
        await to_thread.run_sync(write_files, str(self._root), fresh)
        self._texts = dict(texts)
        changes = [{"uri": self._uri(path), "type": kind} for path, kind in kinds.items()]
        await self._tell("workspace/didChangeWatchedFiles", {"changes": changes})

    def _uri(self, path: str) -> str:
        return (self._root / path).as_uri()

    async def _ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        number = self._number
        await self._send({"id": number, "method": method, "params": params})
        while True:
            message = await self._receive()
            if "method" in message:
                if "id" in message:  # a question of the server
                    asked: dict[str, Any] = message.get("params") or {}
                    items: list[Any] = asked.get("items") or []
                    settings = [None] * len(items) if "configuration" in message["method"] else None
                    await self._send({"id": message["id"], "result": settings})
            elif message.get("id") == number:
                if "error" in message:
                    raise ValueError(f"{method}: {message['error'].get('message')}")
                return message.get("result") or {}

    async def _tell(self, method: str, params: dict[str, Any]) -> None:
        await self._send({"method": method, "params": params})

    async def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        await self._input.send(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def _receive(self) -> dict[str, Any]:
        head = await self._output.receive_until(b"\r\n\r\n", 4096)
        lengths = [
            line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        ]
        if not lengths or int(lengths[0]) > _MAX_MESSAGE:
            raise ValueError("a message without a length, or too long")
        return json.loads(await self._output.receive_exactly(int(lengths[0])))


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="driversmith-ty-server-")).resolve()


def _column(lines: list[str], line: int, units: int) -> int:
    # The protocol counts UTF-16 units.
    text = lines[line - 1] if line <= len(lines) else ""
    return len(text.encode("utf-16-le")[: units * 2].decode("utf-16-le", errors="ignore")) + 1
