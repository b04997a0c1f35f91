"""Diagnosis: cause and repair of a failure."""

from typing import Any, Literal

from pydantic import Field

from .base import Value
from .facts import Correction

ErrorType = Literal["formatting", "logic", "timeout", "api", "unknown"]
FixStrategy = Literal["prompt_adjustment", "simplify", "fallback", "abort"]
DiagnosisSource = Literal["rules", "history", "model"]
FaultKind = Literal[
    "syntax",
    "fence_or_prose",
    "truncated_answer",
    "broken_json",
    "missing_import",
    "undefined_name",
    "wrong_attribute",
    "wrong_signature",
    "missing_method",
    "list_objects_shape",
    "record_path",
    "pagination_stops_early",
    "pagination_loops",
    "invented_endpoint",
    "wrong_exception",
    "wrong_test_or_example",
    "records_elsewhere",
    "paging_differs",
    "credential_elsewhere",
    "path_elsewhere",
    "fact_differs",
    "read_wrongly",
    "authentication",
    "permission",
    "rate_limited",
    "model_overloaded",
    "spend_limit",
    "not_found",
    "server_fault",
    "network",
    "timeout",
    "description_missing",
    "description_broken",
    "address_refused",
    "output_not_writable",
    "environment",
    "cancelled",
    "internal",
    "unknown",
]


class SimilarDiagnosis(Value):
    """An earlier diagnosis of a fault with the same fingerprint."""

    session_id: str
    api_name: str
    root_cause: str
    fix_strategy: FixStrategy
    helped: bool | None = None


class Diagnosis(Value):
    """Cause and repair."""

    error_type: ErrorType
    fault_kind: FaultKind
    root_cause: str
    can_fix: bool
    """True where another attempt of driversmith can mend it; False where a person has to act."""
    fix_strategy: FixStrategy
    fix_description: str
    """What happens next, or what the person should do."""
    prompt_modification: str = ""
    confidence: float = Field(ge=0, le=1)
    evidence: tuple[str, ...] = ()
    source: DiagnosisSource = "rules"
    corrections: tuple[Correction, ...] = ()
    """Facts of the API that are otherwise than described, and that explain the fault."""
    similar: tuple[SimilarDiagnosis, ...] = ()
    repair_request: dict[str, Any] | None = None
    """The complete next model request as data, where there is one."""
