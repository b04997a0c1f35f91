"""What others read of the same ships, by the same description: openapi-python-client, and dlt with its automatic paginator.

They run in a Python of their own. A generated client reads one answer and knows no pages; dlt gets the path and no more.
"""

import json
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

import anyio.to_thread

from .api import KEY, Api
from .serving import Served

NAMES = ("openapi-python-client", "dlt")


class Peers(AbstractContextManager["Peers"]):
    """A process of `python` that reads for one API after the other; its files lie in `folder`."""

    def __init__(self, python: str, folder: Path) -> None:
        self._folder = folder
        self._command = [python, str(Path(__file__).with_name("peer_reads.py"))]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: Any) -> None:
        self._process.kill()
        self._process.wait()

    async def read(self, api: Api) -> dict[str, bool]:
        """Peer -> whether it reads every ship, in order, none twice. The API is served anew for each."""
        read: dict[str, bool] = {}
        for name in NAMES:
            async with Served(api) as served:
                told = await anyio.to_thread.run_sync(self._asked, name, served.url, api)
            read[name] = told == api.truth
        return read

    def _asked(self, name: str, url: str, api: Api) -> Any:
        asked = {
            "peer": name,
            "url": url,
            "path": api.described_path,
            "description": api.description(),
            "records_at": _records_at(api.schema),
            "key": KEY,
            "security": api.security,
            "package": f"client_{api.name.replace('-', '_')}",
            "folder": str(self._folder / api.name),
        }
        told, heard = self._process.stdin, self._process.stdout
        if told is None or heard is None:
            raise RuntimeError("the process has no pipes")
        told.write(json.dumps(asked) + "\n")
        told.flush()
        return json.loads(heard.readline())


def _records_at(schema: dict[str, Any]) -> list[str]:
    """Where the description says that the records stand."""
    keys: list[str] = []
    while schema["type"] == "object":
        ((key, schema),) = schema["properties"].items()
        keys.append(key)
    return keys
