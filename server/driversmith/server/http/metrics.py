"""`/metrics`: what `query_history(kind="metrics")` tells, in the text format of Prometheus; of whoever asks."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from driversmith.engine.errors import DriversmithError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

PATH = "/metrics"
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Kind = Literal["counter", "gauge"]


class Family(NamedTuple):
    """One metric: where its figures stand among those of the journal. What only grows, until sessions are pruned, is a counter."""

    name: str
    kind: Kind
    about: str
    at: str
    """Keys, with dots between; what stands there is a figure, or a figure for each value of `label`."""
    label: str = ""
    values: Mapping[str, str] = {}
    """Where the labels are called otherwise than the keys: label -> key; others are left out."""


_SPREAD = {"0.5": "p50", "0.95": "p95"}
FAMILIES = (
    Family("sessions", "gauge", "Sessions by how they stand.", "sessions.by_status", "status"),
    Family("sessions_started_total", "counter", "Sessions by engine.", "sessions.by_engine", "engine"),
    Family("first_try_success_ratio", "gauge", "Sessions that needed no healing, of those judged.", "first_try_success_rate"),
    Family("success_ratio", "gauge", "Sessions that succeeded, of those judged.", "after_healing_success_rate"),
    Family("supervisor_attempts_mean", "gauge", "Attempts of a judged session.", "mean_supervisor_attempts"),
    Family("crash_recovery_ratio", "gauge", "Interrupted sessions that came to an end after all.", "crash_recovery_rate"),
    Family("unhandled_exceptions_total", "counter", "Faults of driversmith itself.", "unhandled_exceptions"),
    Family("diagnoses_total", "counter", "Diagnoses by the type of error.", "diagnoses.by_error_type", "error_type"),
    Family("repairs_total", "counter", "Diagnoses by the repair that they chose.", "diagnoses.by_strategy", "strategy"),
    Family("repairs_helped_ratio", "gauge", "Repairs that helped, of those known.", "diagnoses.helped_rate_by_strategy", "strategy"),
    Family("diagnosis_sources_total", "counter", "Diagnoses by who made them.", "diagnoses.by_source", "source"),
    Family("diagnosis_seconds", "gauge", "How long a diagnosis took.", "diagnoses.latency_seconds", "quantile", _SPREAD),
    Family("diagnosis_dollars", "gauge", "What a diagnosis cost.", "diagnoses.cost_usd", "quantile", _SPREAD),
    Family("findings_total", "counter", "What the checks found, by its code.", "findings_by_code", "code"),
    Family("model_requests_total", "counter", "Requests to models.", "tokens.calls"),
    Family(
        "model_tokens_total", "counter", "Tokens of models.", "tokens", "kind", {k: k for k in ("input", "cached", "output")}
    ),
    Family("model_dollars_total", "counter", "What models cost; missing where a price is not known.", "dollars"),
    Family("model_dollars_saved", "gauge", "What the prompt cache saved; below 0 where it cost.", "dollars_saved_by_cache"),
    Family("model_cache_hit_ratio", "gauge", "Input tokens that came from the cache.", "cache_hit_rate"),
)  # fmt: skip
"""Labels are words of closed lists: no name of an API, a file or a user is one."""


def metrics_route(engine: "Callable[[], Engine]") -> Route:
    """For an app whose guard says who asks."""

    async def metrics(request: Request) -> Response:
        own = engine().acting_for(request.user.access_token.principal)
        try:
            return Response(exposition(await own.journal.metrics()), media_type=MEDIA_TYPE)
        except DriversmithError as error:
            return PlainTextResponse(f"{error.code}\n", 503)

    return Route(PATH, metrics, methods=["GET"])


def exposition(metrics: Mapping[str, Any]) -> str:
    """Metrics of the journal in the text format. A figure that is not known is not there."""
    lines: list[str] = []
    for family in FAMILIES:
        name = f"driversmith_{family.name}"
        samples = [f"{name}{labels} {float(value)!r}" for labels, value in _samples(family, metrics)]
        if samples:
            lines += [f"# HELP {name} {family.about}", f"# TYPE {name} {family.kind}", *samples]
    return "".join(f"{line}\n" for line in lines)


def _samples(family: Family, metrics: Mapping[str, Any]) -> Iterable[tuple[str, float]]:
    found: Any = metrics
    for key in family.at.split("."):
        found = found[key]
    if not family.label:
        yield from () if found is None else [("", found)]
        return
    keys = family.values or {key: key for key in sorted(found)}
    for value, key in keys.items():
        if found[key] is not None:
            yield f'{{{family.label}="{_escaped(value)}"}}', found[key]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
