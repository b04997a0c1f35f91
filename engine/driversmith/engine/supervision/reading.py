"""Records read live through a driver, for `read_records` and the command line."""

from collections.abc import Callable, Iterable
from pathlib import Path

from pydantic import JsonValue

from ..models.session import SessionRecord
from ..sandbox.port import Sandbox
from ..settings import Settings


class DriverReader:
    """Reads through drivers in the sandbox, by the relay that holds the credentials."""

    def __init__(
        self, *, settings: Settings, sandbox: Callable[[], Sandbox], learn: Callable[[Iterable[str]], None]
    ) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._learn = learn

    async def read_session(
        self, record: SessionRecord, object_name: str, *, params: dict[str, JsonValue], limit: int
    ) -> list[dict[str, JsonValue]]:
        raise NotImplementedError

    async def read(
        self,
        project: Path,
        object_name: str,
        *,
        params: dict[str, JsonValue],
        limit: int,
        allow_edited: bool,
        allow_local: tuple[str, ...],
    ) -> list[dict[str, JsonValue]]:
        raise NotImplementedError
