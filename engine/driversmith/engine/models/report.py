"""ContractReport: results of running a driver against a server."""

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from .base import Value
from .facts import Contradiction, Correction
from .findings import Finding
from .profile import FieldProfile


class BehaviourResult(Value):
    """One behaviour of the contract, passed or failed."""

    name: str
    """Behaviour id: `read-all-pages`, `rate-limit-retried`, ..."""
    subject: str = ""
    """Object or operation it was tried on; empty for the driver as a whole."""
    passed: bool
    sent: str = ""
    """The call made and the requests the server saw, in short."""
    received: str = ""
    """What came back from the driver."""
    expected: str = ""
    operations: tuple[str, ...] = ()
    """Names of the operations that it was about: the subject, or those that were called for it; () where no operation is
    at fault, or none was tried."""


class FaultsOfFile(Value):
    """What is wrong with one file of a whole driver."""

    path: str
    findings: tuple[Finding, ...] = ()
    behaviours: tuple[BehaviourResult, ...] = ()
    """Those that failed."""


class UnittestResult(Value):
    """The driver's own tests, run in the child: information, never a verdict."""

    ran: int = 0
    failed: int = 0
    output: str = ""
    """Tail of the output where something failed."""


class ContractReport(Value):
    """What the parent asserted about a driver."""

    behaviours: tuple[BehaviourResult, ...] = ()
    operations_called: tuple[str, ...] = ()
    """Operation names proven by a request that the server saw."""
    unittests: UnittestResult | None = None
    isolation: str = "none"
    """The isolation that was probed for the child (sandbox.port.Isolation)."""
    layers: tuple[str, ...] = ()
    """What held it, one by one: `namespaces`, `landlock`, `seccomp`, `limits`."""
    requests: int = 0
    elapsed_seconds: float = 0.0

    @property
    def passed(self) -> int:
        """How many behaviours passed."""
        return sum(b.passed for b in self.behaviours)

    @property
    def failed(self) -> int:
        """How many behaviours failed."""
        return len(self.behaviours) - self.passed

    @property
    def broken(self) -> tuple[BehaviourResult, ...]:
        """The behaviours that failed."""
        return tuple(b for b in self.behaviours if not b.passed)

    @property
    def ok(self) -> bool:
        """True where something was tried and nothing failed."""
        return bool(self.behaviours) and not self.failed


class LiveRead(Value):
    """One object read from the real API through the relay."""

    object_name: str
    ok: bool
    records: tuple[dict[str, JsonValue], ...] = ()
    """The first records, at most as many as asked for."""
    aside: bool = False
    """Whether nobody asked for it: a single record (a heartbeat, a version) of an API that has collections."""
    error: str = ""
    wrong: bool = False
    """Whether the API answered, and the driver made something else of it."""
    count: int = 0
    """Records that were read, of all pages together."""
    pages: int = 0
    """Answers that they came in."""
    requests: int = 0
    """What went to the API for it."""
    complete: bool | None = None
    """Whether these are all of its records: None where the read ended before the last page, or it cannot be told."""
    structure: str = ""
    """Hash of the structure of its records (facts.structure)."""
    keys: tuple[str, ...] = ()
    """Keys that all of its records have, but for those that look like values."""
    seen: JsonValue = None
    """The structure of the first answer, without values: for whoever is asked what is wrong."""

    @property
    def is_proven(self) -> bool:
        """Whether records were read as the API has them, and reading on does not end in an error."""
        return self.ok and bool(self.records) and not self.wrong and self.complete is not False


def without_values(stored: JsonValue) -> JsonValue:
    """A stored value with the records of all live reads in it emptied: how many there were stays. The same value where there
    are none."""
    if isinstance(stored, list):
        items = [without_values(item) for item in stored]
        return stored if all(new is old for new, old in zip(items, stored, strict=True)) else items
    if not isinstance(stored, dict):
        return stored
    kept: dict[str, JsonValue] = {name: without_values(value) for name, value in stored.items()}
    records = kept.get("records")
    if "object_name" in kept and isinstance(records, list) and any(records):
        kept["records"] = [{} for _ in records]
    return stored if all(kept[name] is value for name, value in stored.items()) else kept


class LiveReport(Value):
    """Live reads of a driver; `requests` counts what went to the API."""

    reads: tuple[LiveRead, ...] = ()
    requests: int = 0
    untried: dict[str, str] = {}
    """Object -> why it was not read."""
    read_at: str = ""
    """When: UTC, ISO 8601."""
    notes: tuple[str, ...] = ()
    """What a person should know of the reads as a whole."""

    def with_reads(self, reads: Iterable[LiveRead], untried: Mapping[str, str]) -> "LiveReport":
        """With these reads in place of its own; what is among them is not `untried`."""
        kept = tuple(reads)
        names = {read.object_name for read in kept}
        left = {name: why for name, why in untried.items() if name not in names}
        return self.model_copy(update={"reads": kept, "untried": left})

    @property
    def wrong(self) -> tuple[LiveRead, ...]:
        """Those that gave something else than the API."""
        return tuple(read for read in self.reads if read.wrong)

    @property
    def ok(self) -> bool:
        """True where at least one object gave a record that shows the driver at what it is for, and none was read wrongly."""
        return any(r.is_proven and not r.aside for r in self.reads) and not self.wrong


class LiveProof(Value):
    """What live reads showed of the templates' driver, and of the facts that it is made from."""

    report: LiveReport = LiveReport()
    """With the corrected facts, where there are any."""
    corrections: tuple[Correction, ...] = ()
    """Those that a read confirmed, in the order in which they build on each other."""
    contradictions: tuple[Contradiction, ...] = ()
    fields: dict[str, dict[str, FieldProfile]] = {}
    """Object -> name -> field, of those that records show to be otherwise than described."""
    tried: int = 0
    """Corrections that were tried."""

    def followed_by(
        self, report: LiveReport, corrections: Iterable[Correction], contradictions: Iterable[Contradiction]
    ) -> "LiveProof":
        """With what was read, and corrected, since."""
        return self.model_copy(
            update={
                "report": report,
                "corrections": (*self.corrections, *corrections),
                "contradictions": (*self.contradictions, *contradictions),
            }
        )

    def without_fields(self) -> "LiveProof":
        """The proof of the facts alone."""
        kept = tuple(c for c in self.contradictions if not c.fact.endswith("/fields"))
        return self.model_copy(update={"fields": {}, "contradictions": kept})
