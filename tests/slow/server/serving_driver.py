"""A driver in a folder, the loopback API that it is for, and `driversmith serve-driver` on it."""

import json
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from driversmith.engine.generation.manifest import manifest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.driver import Verification

from ...engine.generation import profiles

KEY = "s3cret-of-the-store"
COUNT = 5
PAGE = 3


class Store(ThreadingHTTPServer):
    """Pets in pages of three, for whoever has the key; what is posted stays."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pets: list[dict[str, Any]] = [{"id": n, "name": f"Zoë {n}", "echo": KEY} for n in range(1, COUNT + 1)]
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Store

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/v1/inventory":
            self._answer(200, {"sold": "x" * 90_000})
        else:
            page = int(parse_qs(url.query).get("page", ["1"])[0])
            self._answer(200, {"data": self.server.pets[(page - 1) * PAGE : page * PAGE]})

    def do_POST(self) -> None:
        pet = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.pets.append(pet)
        self._answer(201, pet)

    def _answer(self, status: int, value: Any) -> None:
        self.server.seen.append(f"{self.command} {self.path}")
        if self.headers.get("X-API-Key") != KEY and "/inventory" not in self.path:
            status, value = 401, {"error": "no key"}
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def store() -> Generator[Store]:
    with Store() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def driver_of(server: Store, folder: Path) -> Path:
    """The project folder of a driver for the store, and the store's key where driversmith looks for it."""
    profile = profiles.petstore().model_copy(update={"base_url": server.url})
    bundle = write_driver(profile)
    project = folder / bundle.project
    for file in bundle.files:
        (project / file.path).parent.mkdir(parents=True, exist_ok=True)
        (project / file.path).write_text(file.text, "utf-8")
    (project / "driver.json").write_text(manifest(profile, bundle, Verification()), "utf-8")
    home = folder / "home"
    home.mkdir()
    credentials = home / "credentials.toml"
    credentials.write_text(f'["http://127.0.0.1:{server.server_port}"]\napi_key = "{KEY}"\n')
    credentials.chmod(0o600)
    return project


def command_of(project: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "driversmith.server", "serve-driver", str(project), *more]


def environment_of(project: Path) -> dict[str, str]:
    return {"DRIVERSMITH_HOME": str(project.parent / "home"), "HOME": str(project.parent)}
