"""One detail of a description never costs the driver: which operations the templates' own driver does not prove."""

from collections.abc import Awaitable, Callable

from ..models.base import Value
from ..models.profile import ApiProfile
from ..models.report import BehaviourResult, ContractReport, LiveReport
from ..research.omission import without_operations

MOST_FOUND = 8
"""Operations that a search takes out; where there are more, the fault is in no single one."""
MAX_WORDS = 300

Works = Callable[[ApiProfile], Awaitable[bool]]
"""Whether a driver for these facts can be written and run."""


class LeftOut(Value):
    """Operations that are left out: name -> what failed."""

    operations: dict[str, str] = {}


def not_proven(report: ContractReport, profile: ApiProfile) -> LeftOut:
    """The operations that broke a behaviour of their own."""
    found: dict[str, str] = {}
    for broken in report.broken:
        for name in broken.operations:
            if name in profile.operations:
                found.setdefault(name, what_failed(broken))
    return LeftOut(operations=found)


def not_read_rightly(live: LiveReport, profile: ApiProfile) -> LeftOut:
    """The operations through which objects are read otherwise than the API gives them."""
    found: dict[str, str] = {}
    for read in live.reads:
        verbs = profile.objects[read.object_name].operations if read.object_name in profile.objects else {}
        operation = verbs.get("read") or verbs.get("read_one")
        if read.wrong and operation:
            found[operation] = f"read live: {read.error}"[:MAX_WORDS]
    return LeftOut(operations=found)


def what_failed(broken: BehaviourResult) -> str:
    """A broken behaviour in one sentence."""
    return f"{broken.name}: expected {broken.expected}; received {broken.received}"[:MAX_WORDS]


async def search(profile: ApiProfile, works: Works, why: str) -> LeftOut:
    """The operations without which a driver works that does not work with them; none where that is no single one's fault.

    The longest beginning of the list that works is found by halves, what follows it is left out, and so on.
    """
    kept: list[str] = []
    rest = list(profile.operations)
    found: dict[str, str] = {}
    while rest and not (found and await works(_only(profile, [*kept, *rest]))):
        if len(found) == MOST_FOUND:
            return LeftOut()
        good, bad = 0, len(rest)
        while bad - good > 1:
            middle = (good + bad) // 2
            if await works(_only(profile, [*kept, *rest[:middle]])):
                good = middle
            else:
                bad = middle
        found[rest[good]] = why[:MAX_WORDS]
        kept, rest = [*kept, *rest[:good]], rest[bad:]
    return LeftOut(operations=found) if kept or rest else LeftOut()


def _only(profile: ApiProfile, names: list[str]) -> ApiProfile:
    wanted = set(names)
    return without_operations(profile, {name: "" for name in profile.operations if name not in wanted})
