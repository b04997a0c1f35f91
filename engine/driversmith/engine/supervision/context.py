"""What everybody needs who works on a session."""

from dataclasses import dataclass
from pathlib import Path

from ..journal.log import SessionLog
from ..journal.port import Journal
from ..journal.steps import Steps
from ..models.session import GenerateRequest, SessionRecord
from .activities import Activities


@dataclass(frozen=True)
class SessionContext:
    """A session under one claim: where it is kept, and what does its work."""

    record: SessionRecord
    epoch: int
    """Of the claim."""
    journal: Journal
    steps: Steps
    log: SessionLog
    activities: Activities
    scratch: Path
    """A folder of the session's own, removed with the run."""

    @property
    def session_id(self) -> str:
        """Its id."""
        return self.record.session_id

    @property
    def request(self) -> GenerateRequest:
        """What was asked for."""
        return self.record.request

    @property
    def project(self) -> Path:
        """The folder that the driver is published to."""
        return Path(self.record.project_path)
