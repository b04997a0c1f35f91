"""Whatever a driver of the templates does, its asynchronous twin does as well: the same tests, each over the twin."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from driversmith.engine.models.profile import ApiProfile

from ....engine.generation import conftest as rigs
from ....engine.generation.blocking import blocking
from ....engine.generation.conftest import imported  # noqa: F401 # pyright: ignore[reportUnusedImport] - a fixture
from ....engine.generation.conftest import rig as synchronous_rig  # noqa: F401 # pyright: ignore[reportUnusedImport] - a fixture
from ....engine.generation.test_auth_template import *  # noqa: F403
from ....engine.generation.test_client_template import *  # noqa: F403
from ....engine.generation.test_ends_of_paging import *  # noqa: F403
from ....engine.generation.test_headers_of_the_caller import *  # noqa: F403
from ....engine.generation.test_records_template import *  # noqa: F403
from ....engine.generation.test_request_template import *  # noqa: F403
from ....engine.generation.test_rows_template import *  # noqa: F403
from ....engine.generation.test_transport_template import *  # noqa: F403

MakeRig = Callable[[ApiProfile], rigs.Rig]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as found:
        yield found


@pytest.fixture
def rig(runner: asyncio.Runner, synchronous_rig: MakeRig, monkeypatch: pytest.MonkeyPatch) -> MakeRig:  # noqa: F811
    """The same rig, with the twin in place of the driver."""

    def make(profile: ApiProfile) -> rigs.Rig:
        found = synchronous_rig(profile)

        async def sleep(seconds: float) -> None:
            found.naps.append(seconds)

        monkeypatch.setattr(asyncio, "sleep", sleep)
        twin: Any = getattr(found.package, f"Async{found.driver_class.__name__}")
        found.driver_class = blocking(twin, runner)
        return found

    return make
