"""What is put to the check, and the sessions that checks begin with."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import wraps
from typing import Any

from ...conformance import expect_some
from ...models.diagnosis import Diagnosis
from ...models.principal import Principal
from ...models.session import GenerateRequest, SupervisedResult
from ..ownership import this_process
from ..port import Journal, Owner

OpenJournal = Callable[[Callable[[], float]], AbstractAsyncContextManager[Journal]]
"""Opens one and the same journal, empty at first, as often as it is asked to; the argument gives Unix seconds."""
Check = Callable[[OpenJournal], Awaitable[None]]
"""One promise of the port. Raises UnmetError where it is not kept; whatever else it raises is a fault too."""

US = this_process()
DEAD = Owner(US.boot_id, US.pid, "0") if US.boot_id else Owner("", 2**22 + 1, "0")
STRANGER = Owner(f"{US.boot_id.partition('/')[0]}/another container", 1, "1") if US.boot_id else US


OWN = Principal.of_token("own")
THEIRS = Principal.of_token("theirs")


class Clock:
    """Unix seconds that a check moves."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


def with_journal(check: Callable[[Journal], Awaitable[None]]) -> Check:
    """Have a check that needs neither a clock nor a second opening be given the open journal."""

    @wraps(check)
    async def opened(open_journal: OpenJournal) -> None:
        async with open_journal(Clock()) as journal:
            await check(journal)

    return opened


def asked(name: str = "Petstore", folder: str = "/drivers") -> GenerateRequest:
    """A request that any session may have."""
    return GenerateRequest(api_name=name, api_url="https://pets.example", output_dir=folder)


async def a_session(journal: Journal, key: str = "key", path: str = "/drivers/petstore_driver") -> str:
    """The id of a session with this key, new or joined."""
    record, _ = await journal.create_session(asked(), key=key, project_path=path)
    return record.session_id


async def a_claim(journal: Journal, session_id: str, owner: Owner = US, lease_seconds: float = 30) -> int:
    """The epoch of a claim on a session that is free."""
    epoch = await journal.claim(session_id, owner, lease_seconds=lease_seconds)
    return expect_some("The epoch of a claim on a session that is free", epoch)


def succeeded(session_id: str, **values: Any) -> SupervisedResult:
    """The result of a session that went well."""
    return SupervisedResult(session_id=session_id, status="succeeded", success=True, **values)


def a_diagnosis(**values: Any) -> Diagnosis:
    """A diagnosis in which all that does not matter is given."""
    known: dict[str, Any] = {
        "error_type": "api",
        "fault_kind": "network",
        "root_cause": "refused",
        "can_fix": True,
        "fix_strategy": "fallback",
        "fix_description": "try again",
        "confidence": 0.5,
    }
    return Diagnosis(**{**known, **values})
