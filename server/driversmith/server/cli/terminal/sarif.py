"""A drift report as a SARIF log (OASIS SARIF 2.1.0), for code scanning."""

import hashlib
from importlib.metadata import version
from typing import Any, get_args

from driversmith.engine.models.drift import Change, ChangeKind, DriftReport, Impact

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
NOT_CHECKED = "not_checked"
_LEVELS: dict[Impact, str] = {"breaking": "error", "harmless": "note", "told": "note"}


def sarif(report: DriftReport) -> dict[str, Any]:
    """One run: a result for each change, each at profile.json, which holds the facts that changed; what could not be checked
    is a notification of the tool, and the run is then no success."""
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "driversmith",
                        "version": version("driversmith"),
                        "rules": [
                            {"id": kind, "shortDescription": {"text": kind.replace("_", " ").capitalize()}}
                            for kind in get_args(ChangeKind)
                        ],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": report.checked or report.affected,
                        "toolExecutionNotifications": [
                            {"level": "warning", "descriptor": {"id": NOT_CHECKED}, "message": {"text": why}}
                            for why in report.not_checked
                        ],
                    }
                ],
                "results": [_result(change) for change in report.changes],
            }
        ],
    }


def _result(change: Change) -> dict[str, Any]:
    identity = hashlib.sha256(f"{change.kind}\n{change.subject}\n{change.message}".encode()).hexdigest()
    return {
        "ruleId": change.kind,
        "ruleIndex": get_args(ChangeKind).index(change.kind),
        "level": _LEVELS[change.impact],
        "message": {"text": change.message},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": "profile.json"}, "region": {"startLine": 1}},
                **({"logicalLocations": [{"fullyQualifiedName": change.subject}]} if change.subject else {}),
            }
        ],
        "partialFingerprints": {"change/v1": identity},
        "properties": {"impact": change.impact, "seen": change.seen},
    }
