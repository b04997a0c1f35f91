"""Spans leave the process where somebody asks for it: by the usual variables `OTEL_*`, with the extra `driversmith[otel]`."""

import logging
import os
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

logger = logging.getLogger(__name__)
PARTING_SECONDS = 0.3
"""What the last spans may take when the process leaves."""
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


@contextmanager
def exported_spans() -> Generator[None]:
    """While open, spans are exported, if the environment says where to. Nothing is imported, and spans do nothing, where it
    does not, or where somebody has set up OpenTelemetry already."""
    exporter = asked_for(os.environ)
    provider = _set_up(exporter) if exporter is not None else None
    try:
        yield
    finally:
        if provider is not None:
            # An endpoint that does not answer must not hold up whoever leaves.
            parting = threading.Thread(target=provider.shutdown, daemon=True)
            parting.start()
            parting.join(PARTING_SECONDS)


def asked_for(environment: Mapping[str, str]) -> str | None:
    """The exporter that the variables name, `otlp` or `console`; None where they ask for none."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    named = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if not named:
        return "otlp" if any(environment.get(name) for name in _ENDPOINTS) else None
    return None if named == "none" else named


def _set_up(exporter: str) -> "TracerProvider | None":
    try:
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        logger.warning(
            "OTEL_* asks for traces, which needs what `pip install 'driversmith[otel]'` brings; none are exported"
        )
        return None
    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return None
    way = _exporter(exporter)
    if way is None:
        logger.warning("OTEL_TRACES_EXPORTER: otlp, console and none are known here; no traces are exported")
        return None
    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(without_words(way)))
    trace.set_tracer_provider(provider)
    return provider


def _exporter(name: str) -> "SpanExporter | None":
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr)  # stdout is the wire
    if name != "otlp":
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


def _resource() -> "Resource":
    """What the environment says of this process; `driversmith`, where it gives no name."""
    from opentelemetry.sdk.resources import Resource

    own = {"service.version": version("driversmith")}
    told = Resource.create()
    if str(told.attributes.get("service.name", "")).startswith("unknown_service"):
        own["service.name"] = "driversmith"
    return told.merge(Resource(own))


def without_words(exporter: "SpanExporter") -> "SpanExporter":
    """The exporter, which gets spans without events and without the words of a status: the SDK of MCP tells messages and
    tracebacks of exceptions there, which may quote anything. `error.type` stays, and the log has the rest, redacted."""
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Status

    class WithoutWords(SpanExporter):
        def export(self, spans: "Sequence[ReadableSpan]") -> "SpanExportResult":
            return exporter.export([_silent(span) for span in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return exporter.force_flush(timeout_millis)

    def _silent(span: "ReadableSpan") -> "ReadableSpan":
        return ReadableSpan(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=span.attributes,
            links=span.links,
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    return WithoutWords()
