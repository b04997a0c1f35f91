"""What the tests of healing share: the tiny API, the right files for it, and a server whose model is on loopback."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from ...remembered import Remembered
from ...stand_ins.messages_api import StandInMessages
from ...stand_ins.messages_script import ReplyFunction
from .house import Healed, House, opened_house
from .tiny import right_files, write_description

Houses = Callable[..., AbstractAsyncContextManager[House]]
Heal = Callable[..., Awaitable[Healed]]


@pytest.fixture(autouse=True)
def _checked_once(remembered: None) -> None:
    """Nearly every session here ends with the same driver."""


@pytest.fixture(scope="session")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny API's description; at one place for all tests, since profiles name it."""
    return write_description(tmp_path_factory.mktemp("description"))


@pytest.fixture(scope="session")
def right(tmp_path_factory: pytest.TempPathFactory, memory: Remembered, spec: Path) -> Mapping[str, str]:
    """What a model that makes no mistake writes."""
    folder = tmp_path_factory.mktemp("template")

    async def made() -> Path:
        async with StandInMessages(lambda _: "") as api, opened_house(folder, api, spec) as house:
            healed = await house.make(engine="template")
            assert healed.result["success"]
            return Path(healed.result["output_path"])

    with pytest.MonkeyPatch.context() as patch:
        memory.patch(patch)
        return right_files(anyio.run(made))


@pytest.fixture
def housed(tmp_path: Path, spec: Path, monkeypatch: pytest.MonkeyPatch) -> Houses:
    """Opens a server whose model replies as given; further arguments are settings."""

    @asynccontextmanager
    async def opened(reply: ReplyFunction, **settings: Any) -> AsyncGenerator[House]:
        async with StandInMessages(reply) as messages:
            for name, value in messages.environment.items():
                monkeypatch.setenv(name, value)
            async with opened_house(tmp_path, messages, spec, **settings) as house:
                yield house

    return opened


@pytest.fixture
def heal(housed: Houses) -> Heal:
    """One session with a model that replies as given; further arguments are the tool's, `settings` the server's."""

    async def run(reply: ReplyFunction, *, settings: Mapping[str, Any] = {}, **arguments: Any) -> Healed:
        async with housed(reply, **settings) as house:
            return await house.make(**arguments)

    return run
