"""Spans of what the engine does, for whoever exports them: OpenTelemetry's API alone, which does nothing where nobody does.

Attributes are identifiers, counts and words of closed lists. What an API, a model or a person said is in none of them,
and neither is the message of an exception: spans leave the machine by a way of their own.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from opentelemetry.trace import Span, SpanKind, StatusCode, get_tracer
from opentelemetry.util.types import AttributeValue

_tracer = get_tracer("driversmith")
OURS = "driversmith"


@contextmanager
def span(name: str, *, calls: bool = False, **attributes: AttributeValue | None) -> Generator[Span]:
    """What happens in the block, as a span below the current one. `calls`: it is a request to another service.

    Attributes are those of `tell`. An exception that is a failure (`is_failure` is not False) is told by its fault, its code, or its class.
    """
    kind = SpanKind.CLIENT if calls else SpanKind.INTERNAL
    with _tracer.start_as_current_span(
        name, kind=kind, record_exception=False, set_status_on_exception=False
    ) as current:
        tell(current, **attributes)
        try:
            yield current
        except Exception as error:
            if getattr(error, "is_failure", True):
                failed(current, str(getattr(error, "fault", None) or getattr(error, "code", type(error).__name__)))
            raise


def tell(current: Span, **attributes: AttributeValue | None) -> None:
    """Attributes of ours, `session_id` as `driversmith.session_id`; None is left out."""
    tell_exactly(current, {f"{OURS}.{name}": value for name, value in attributes.items()})


def tell_exactly(current: Span, attributes: Mapping[str, AttributeValue | None]) -> None:
    """Attributes under names of the semantic conventions; None is left out."""
    if current.is_recording():
        current.set_attributes({name: value for name, value in attributes.items() if value is not None})


def failed(current: Span, code: str) -> None:
    """It did not come to what it was for."""
    current.set_attribute("error.type", code)
    current.set_status(StatusCode.ERROR)
