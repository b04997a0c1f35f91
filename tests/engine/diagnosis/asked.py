"""A model that is asked for causes, and records of earlier diagnoses."""

import json
from collections.abc import Callable
from typing import Any

import anyio
from driversmith.engine.diagnosis.context import FailureContext
from driversmith.engine.diagnosis.fingerprint import fingerprint
from driversmith.engine.llm.port import ModelAnswer, StopReason, TokenUsage
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.session import DiagnosisRecord

LIST_OF_DICTS = Finding(
    code="list-objects-shape",
    severity="P1",
    file="pets_driver/client.py",
    line=12,
    message="list_objects returns a list of dicts.",
    hint="Return the names.",
)
FAILED = FailureContext(
    code="generation_failed",
    message="client.py did not come right in 3 tries.",
    file_path="pets_driver/client.py",
    content="\n".join(f"line {n}" for n in range(1, 40)),
    findings=(LIST_OF_DICTS,),
)
UNKNOWN = FailureContext(message="The frobnicator is purple.")
OPINION: dict[str, Any] = {
    "error_type": "logic",
    "fault_kind": "record_path",
    "root_cause": "client.py takes the records from `data`, the API sends them under `items`.",
    "fix_strategy": "prompt_adjustment",
    "prompt_modification": 'In client.py: take body["items"].',
    "confidence": 0.7,
}


class Asked:
    """An Ask that answers with one text (or raises, or waits), and keeps the requests."""

    def __init__(
        self,
        answer: str | Exception | None = None,
        *,
        stop_reason: StopReason = "end_turn",
        seconds: float = 0,
        cost_usd: float | None = 0.0004,
    ) -> None:
        self.requests: list[ModelRequest] = []
        self._answer = json.dumps(OPINION) if answer is None else answer
        self._stop_reason: StopReason = stop_reason
        self._seconds = seconds
        self._cost_usd = cost_usd

    async def __call__(self, request: ModelRequest) -> ModelAnswer:
        self.requests.append(request)
        await anyio.sleep(self._seconds)
        if isinstance(self._answer, Exception):
            raise self._answer
        return ModelAnswer(
            text=self._answer,
            stop_reason=self._stop_reason,
            usage=TokenUsage(input_tokens=10, output_tokens=5),
            model="claude-haiku-5-5",
            latency_seconds=0.1,
            cost_usd=self._cost_usd,
        )


def opinion(**values: Any) -> str:
    """An answer of the model."""
    return json.dumps({**OPINION, **values})


_ids: Callable[[], int] = iter(range(1, 10_000)).__next__


def a_record(failure: FailureContext = FAILED, *, attempt: int = 1, helped: bool | None = None, **values: Any):
    """A stored diagnosis of a failure, an adjustment unless said otherwise."""
    known: dict[str, Any] = {
        "error_type": "logic",
        "fault_kind": "list_objects_shape",
        "root_cause": "list_objects returns dicts.",
        "can_fix": True,
        "fix_strategy": "prompt_adjustment",
        "fix_description": "Ask again.",
        "prompt_modification": "Return names only.",
        "confidence": 0.9,
    }
    session = values.pop("session_id", "s-other")
    return DiagnosisRecord(
        id=_ids(),
        session_id=session,
        api_name="Shop",
        attempt=attempt,
        at="2026-11-22T10:00:00.000Z",
        fingerprint=fingerprint(failure),
        diagnosis=Diagnosis(**{**known, **values}).model_dump(mode="json"),
        helped=helped,
    )
