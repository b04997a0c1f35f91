"""Drift: what changed about an API since its driver was made, and what that means for the driver."""

from typing import Literal

from .base import Value

Impact = Literal["breaking", "harmless", "told"]
"""`breaking`: the driver sends what the API no longer takes, or reads what it no longer gives. `harmless`: something that the
driver uses changed, and it works on. `told`: something was added or announced."""
ChangeKind = Literal[
    "base_url_moved",
    "auth_changed",
    "object_removed",
    "object_added",
    "records_moved",
    "identifier_changed",
    "pagination_changed",
    "operation_removed",
    "operation_added",
    "operation_moved",
    "operation_renamed",
    "operation_deprecated",
    "parameter_removed",
    "parameter_added",
    "parameter_required",
    "parameter_changed",
    "body_changed",
    "response_changed",
    "field_removed",
    "field_added",
    "field_changed",
    "enum_changed",
    "headers_changed",
    "read_fails",
    "read_wrongly",
]
"""The closed list (docs/drift.md); rule ids of the SARIF log."""


class Change(Value):
    """One difference, by structure: never a value of a record."""

    kind: ChangeKind
    impact: Impact
    subject: str = ""
    """Object, operation (`GET /books`), or scheme that it is about; empty for the API as a whole."""
    message: str
    """One sentence."""
    seen: Literal["description", "api"] = "description"
    """Where it was seen: in what the description says, or in what the API answers."""


class DriftReport(Value):
    """What `driversmith check` found."""

    driver: str
    """Project folder."""
    api_name: str
    description: Literal["unchanged", "changed", "not_checked", "none"] = "not_checked"
    """none: no document for machines describes the API."""
    api: Literal["read", "partly_read", "not_checked", "not_asked"] = "not_asked"
    """partly_read: reads of some objects failed for reasons that say nothing about the driver."""
    changes: tuple[Change, ...] = ()
    not_checked: tuple[str, ...] = ()
    """What could not be checked, and why, a sentence each."""
    requests: int = 0
    """GETs that went to the API."""

    @property
    def affected(self) -> bool:
        """Whether the driver is affected."""
        return any(change.impact == "breaking" for change in self.changes)

    @property
    def checked(self) -> bool:
        """Whether all was compared that was to be, as far as it can be."""
        if self.description == "none":
            return self.api == "read"
        return self.description != "not_checked" and self.api in ("read", "not_asked")
