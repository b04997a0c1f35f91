"""Fixtures shared by all tests. Nothing here, or in any test, can reach a paid model or the internet."""

import functools
import gc
import json
import os
import signal
from collections.abc import Generator
from typing import Any

import httpcore2
import pytest
from driversmith.engine.sessions import sessions, worker
from jsonschema import Draft202012Validator

from .patience import LONG
from .remembered import Remembered

MOST_WORKERS = 16
"""More would pass their time with collecting the tests."""


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """More workers than cores, since many a test waits for a process, or for a time that has to pass, and most of the slow ones
    do; collecting the tests costs each worker some seconds."""
    workers = yield
    more = workers if any("slow" in argument for argument in config.args) else (workers + 1) // 2
    return workers if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else min(workers + more, max(workers, MOST_WORKERS))


def pytest_configure() -> None:
    """Ctrl-C reaches what tests start, also where a shell runs all this in the background and ignores it for us."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """What collecting has made stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def anyio_backend() -> str:
    """Run every async test on asyncio, the loop that the server uses."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def no_paid_models() -> Generator[None]:
    """Keys and endpoints of whoever runs the tests are gone, also for child processes, and only loopback may be asked."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
            patch.delenv(name)
        patch.setenv("DRIVERSMITH_MODEL_LOOPBACK_ONLY", "1")
        # What tests write for a model runs in threads of theirs; those about isolation take this back.
        patch.setenv("DRIVERSMITH_ALLOW_UNISOLATED", "1")
        yield


@pytest.fixture(scope="session", autouse=True)
def sound_schemas() -> Generator[None]:
    """A schema of a tool's answers is found to be sound once: each client of the SDK asks anew, for half of its time."""
    check, sound = Draft202012Validator.check_schema, set[str]()

    def check_once(schema: Any) -> None:
        if (text := json.dumps(schema)) not in sound:
            check(schema)
            sound.add(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Draft202012Validator, "check_schema", check_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_store_of_certificates() -> Generator[None]:
    """The store is loaded once, not for every client: 40 ms of CPU each, and nothing here speaks TLS with the world."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", functools.cache(httpcore2.default_ssl_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def unhurried() -> Generator[None]:
    """Sessions in this process may take their time to be cancelled or left: how long that takes says nothing of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "CANCEL_SECONDS", LONG)
        patch.setattr(worker, "CLOSING_SECONDS", LONG)
        yield


@pytest.fixture(scope="session")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Remembered:
    """What was checked and run before, in this worker or another."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    return Remembered(shared / "remembered")


@pytest.fixture
def remembered(memory: Remembered, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every check of a whole driver, and every contract run, is real, and made once for the same files."""
    memory.patch(monkeypatch)
