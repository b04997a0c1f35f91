"""A headless Chromium, spoken to over its debugging pipe: what it shows, says on its console, and asks of whom."""

import base64
import json
import os
import shutil
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.abc

from ...patience import LONG

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # containers have no user namespaces; it opens pages of ours alone
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)
TAB = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}

_AT_3_AND_4 = """
import fcntl, os, sys
reads, writes = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(reads, 3)
os.dup2(writes, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""It reads its pipe at descriptor 3, and writes it at 4."""


class Page:
    """One tab."""

    def __init__(self, pipe: "_Pipe") -> None:
        self._pipe = pipe
        self.complaints: list[str] = []
        """Errors and warnings of its console, and exceptions that nobody caught."""
        self.requests: list[str] = []
        """URLs that it asked for."""
        self.loaded = anyio.Event()

    async def set_up(self, width: int, scheme: str, height: int = 1000) -> None:
        """A window so wide, in light or dark."""
        await self._pipe.call(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        await self._pipe.call("Emulation.setEmulatedMedia", {"features": media})

    async def open(self, url: str, *, token: str | None = None) -> None:
        """Go there, with a bearer token in every request if one is given."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        await self._pipe.call("Network.setExtraHTTPHeaders", {"headers": headers})
        self.loaded = anyio.Event()
        await self._pipe.call("Page.navigate", {"url": url})
        with anyio.fail_after(LONG):
            await self.loaded.wait()

    async def reload(self) -> None:
        """Load the page anew, and wait until it is there."""
        self.loaded = anyio.Event()
        await self._pipe.call("Page.reload")
        with anyio.fail_after(LONG):
            await self.loaded.wait()

    async def js(self, expression: str) -> Any:
        """What an expression comes to; promises are waited for."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = await self._pipe.call("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, expression: str, seconds: float = 60) -> None:
        """Wait until an expression is true."""
        with anyio.fail_after(seconds):
            await self.js(
                f"new Promise((done) => (function look() {{ ({expression}) ? done() : setTimeout(look, 30) }})())"
            )

    async def press(self, key: dict[str, Any]) -> None:
        """Press and let go of a key."""
        await self._pipe.call("Input.dispatchKeyEvent", {"type": "keyDown", **key})
        await self._pipe.call("Input.dispatchKeyEvent", {"type": "keyUp", **key})

    async def screenshot(self, file: Path, *, whole: bool = True) -> bytes:
        """The page as PNG."""
        shot = {"format": "png", "captureBeyondViewport": whole}
        data = base64.b64decode((await self._pipe.call("Page.captureScreenshot", shot))["data"])
        await anyio.Path(file).write_bytes(data)
        return data


@asynccontextmanager
async def browsing(profile: Path) -> AsyncGenerator[Page]:
    """A tab of a browser that ends with the block; it keeps what it has to in `profile`."""
    assert CHROMIUM
    to_it, from_us = os.pipe()
    to_us, from_it = os.pipe()
    command = [sys.executable, "-c", _AT_3_AND_4, str(to_it), str(from_it)]
    command += [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    async with await anyio.open_process(command, pass_fds=(to_it, from_it), stdout=-3, stderr=-3) as process:
        os.close(to_it)
        os.close(from_it)
        pipe = _Pipe(to_us, from_us)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(pipe.listen)
                yield await _tab(pipe)
                tasks.cancel_scope.cancel()
        finally:
            os.close(from_us)
            if process.returncode is None:
                process.kill()
            with anyio.CancelScope(shield=True):
                await process.wait()
            os.close(to_us)


async def _tab(pipe: "_Pipe") -> Page:
    targets = (await pipe.call("Target.getTargets"))["targetInfos"]
    (target,) = [one["targetId"] for one in targets if one["type"] == "page"]
    attached = await pipe.call("Target.attachToTarget", {"targetId": target, "flatten": True})
    pipe.session = attached["sessionId"]
    page = Page(pipe)

    def heard(method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            page.requests.append(params["request"]["url"])
        elif method == "Page.loadEventFired":
            page.loaded.set()
        elif method == "Runtime.exceptionThrown":
            page.complaints.append(json.dumps(params["exceptionDetails"])[:500])
        elif method == "Runtime.consoleAPICalled" and params["type"] in {"error", "warning", "assert"}:
            page.complaints.append(json.dumps(params["args"])[:500])
        elif method == "Log.entryAdded" and params["entry"]["level"] in {"error", "warning"}:
            page.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    pipe.heard = heard
    for domain in ("Page", "Runtime", "Network", "Log"):
        await pipe.call(f"{domain}.enable")
    return page


class _Pipe:
    """The debugging protocol: JSON, each message ended by a zero byte."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._number = 0
        self._waiting: dict[int, list[Any]] = {}
        self.session: str | None = None
        self.heard: Any = None

    async def call(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        self._number += 1
        event = anyio.Event()
        waiting = self._waiting[self._number] = [event, None]
        asked = {"id": self._number, "method": method, "params": params or {}}
        if self.session:
            asked["sessionId"] = self.session
        await anyio.to_thread.run_sync(os.write, self._writing, json.dumps(asked).encode() + b"\0")
        with anyio.fail_after(LONG):
            await event.wait()
        answer = waiting[1]
        assert "error" not in answer, answer
        return answer["result"]

    async def listen(self) -> None:
        """Give out what comes."""
        rest = b""
        while True:
            await anyio.wait_readable(self._reading)
            chunk = os.read(self._reading, 1 << 20)
            if not chunk:
                return
            *messages, rest = (rest + chunk).split(b"\0")
            for message in messages:
                self._give(json.loads(message))

    def _give(self, message: dict[str, Any]) -> None:
        if "id" in message:
            waiting = self._waiting.pop(message["id"])
            waiting[1] = message
            waiting[0].set()
        elif self.heard:
            self.heard(message["method"], message.get("params", {}))
