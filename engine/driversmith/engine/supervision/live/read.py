"""What came of reading objects of the real API, and how it may be told."""

from collections.abc import Callable
from dataclasses import dataclass

from ...models.report import LiveReport
from ...network.redaction import without_secrets
from ...proof.live_reads import Reading
from ...sandbox.wire import readable


@dataclass(frozen=True)
class Read:
    """What came of reading objects, and what the relay had to say."""

    readings: tuple[Reading, ...]
    redact: Callable[[str], str]
    refused: list[str]

    def without_secrets(self, report: LiveReport) -> LiveReport:
        """A report of these reads without secrets, and with the relay's own words where it refused a request."""
        cleaned = {"reads": [read.model_dump(mode="json") for read in report.reads]}
        for read in cleaned["reads"]:
            read["records"] = without_secrets(readable(read["records"]), self.redact)
            read["error"] = self.redact(read["error"] if read["ok"] else _why(read["error"], self.refused))
        return LiveReport.model_validate({**cleaned, "requests": report.requests})


def _why(error: str, refused: list[str]) -> str:
    """Why a read failed: what the relay said, where that is what the driver quotes."""
    quoted = next((reason for reason in refused if reason[:60] in error), None)
    return quoted or " ".join([error, *(f"({reason})" for reason in refused[:1])])
