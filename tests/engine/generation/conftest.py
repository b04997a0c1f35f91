"""Drivers made from hand-written profiles, imported here (they are our own templates) and driven against a server in memory."""

import hashlib
import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx2
import pytest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.driver import DriverBundle
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
        vars(transport)["time"] = SimpleNamespace(
            sleep=self.naps.append, time=transport.time.time, monotonic=transport.time.monotonic
        )
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


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[DriverBundle], ModuleType]:
    """Imports the package of a driver: the same files once, since most tests are about one of a few drivers."""
    known: dict[str, dict[str, ModuleType]] = {}

    def load(bundle: DriverBundle) -> ModuleType:
        forget(bundle.project)
        key = hashlib.sha256(repr([(file.path, file.text) for file in bundle.files]).encode()).hexdigest()
        if key not in known:
            folder = tmp_path_factory.mktemp("driver")
            for file in bundle.files:
                target = folder / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(file.text, encoding="utf-8")
            with pytest.MonkeyPatch.context() as patch:
                patch.syspath_prepend(str(folder))
                importlib.import_module(
                    f"{bundle.project}._parameters"
                )  # which the driver imports when it is asked for
            known[key] = {name: sys.modules[name] for name in modules_of(bundle.project)}
        sys.modules.update(known[key])
        return known[key][bundle.project]

    return load


@pytest.fixture
def rig(imported: Callable[[DriverBundle], ModuleType]) -> Iterator[Callable[[ApiProfile], Rig]]:
    """Writes and imports the driver of a profile."""
    made: list[tuple[str, Rig]] = []

    def make(profile: ApiProfile) -> Rig:
        bundle = write_driver(profile)
        found = Rig(imported(bundle), bundle.class_name)
        made.append((bundle.project, found))
        return found

    yield make
    for name, found in made:
        if found.driver is not None:
            found.driver.close()
        forget(name)


def modules_of(package: str) -> list[str]:
    return [name for name in sys.modules if name == package or name.startswith(f"{package}.")]


def forget(package: str) -> None:
    for name in modules_of(package):
        del sys.modules[name]
