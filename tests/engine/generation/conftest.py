"""Drivers made from hand-written profiles, imported here (they are our own templates) and driven against a server in memory."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx2
import pytest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile

Answer = httpx2.Response | Exception
Handler = Callable[[httpx2.Request], Answer]


@pytest.fixture(autouse=True)
def _checked_once(remembered: None) -> None:
    """The validator is what a model's files are measured with, and not what is tested here."""


class Rig:
    """A driver, what it sent, and how long it would have slept."""

    def __init__(self, package: ModuleType, class_name: str) -> None:
        self.package = package
        self.driver_class = getattr(package, class_name)
        self.requests: list[httpx2.Request] = []
        self.naps: list[float] = []
        self.handler: Handler = lambda _: httpx2.Response(200, json={})
        transport = importlib.import_module(f"{package.__name__}._transport")
        vars(transport)["time"] = SimpleNamespace(sleep=self.naps.append, time=transport.time.time)
        self.driver: Any = None

    def open(self, handler: Handler | list[Answer] | None = None, **arguments: Any) -> Any:
        """A driver whose requests go to the handler, or get these answers one by one, and then a 404."""
        if isinstance(handler, list):
            answers = iter(handler)
            self.handler = lambda _: next(answers, httpx2.Response(404))
        elif handler is not None:
            self.handler = handler
        base_url = arguments.pop("base_url", "http://api.test/v1")
        self.driver = self.driver_class(base_url, transport=httpx2.MockTransport(self._respond), **arguments)
        return self.driver

    def __getattr__(self, name: str) -> Any:
        return getattr(self.package, name)

    @property
    def paths(self) -> list[str]:
        """Path and query of every request."""
        return [request.url.raw_path.decode() for request in self.requests]

    def _respond(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.handler(request)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[ApiProfile], Rig]]:
    """Writes and imports the driver of a profile."""
    made: list[tuple[str, Rig]] = []

    def make(profile: ApiProfile) -> Rig:
        bundle = write_driver(profile)
        folder = tmp_path / str(len(made))
        for file in bundle.files:
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.text, encoding="utf-8")
        forget(bundle.project)
        monkeypatch.syspath_prepend(str(folder))
        package = importlib.import_module(bundle.project)
        found = Rig(package, bundle.class_name)
        made.append((bundle.project, found))
        return found

    yield make
    for name, found in made:
        if found.driver is not None:
            found.driver.close()
        forget(name)


def forget(package: str) -> None:
    for name in [n for n in sys.modules if n == package or n.startswith(f"{package}.")]:
        del sys.modules[name]
