"""Spans as they would be exported, kept in memory."""

from functools import cache
from typing import Any

from driversmith.server.telemetry import without_words
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


@cache
def exported() -> InMemorySpanExporter:
    """The one exporter of this process: OpenTelemetry takes no second provider."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(without_words(kept)))
    trace.set_tracer_provider(provider)
    return kept


class Tree:
    """The spans of one trace."""

    def __init__(self, *, below: str) -> None:
        """The trace to which the span `below` (by its name) belongs."""
        spans = exported().get_finished_spans()
        whose = next(span for span in spans if span.name == below)
        self.spans = [span for span in spans if span.context.trace_id == whose.context.trace_id]
        self._by_id = {span.context.span_id: span for span in self.spans}

    def named(self, name: str) -> list[ReadableSpan]:
        """In the order in which they began."""
        return sorted((s for s in self.spans if s.name == name), key=lambda span: span.start_time or 0)

    def way_to(self, span: ReadableSpan) -> list[str]:
        """The names of the spans that it is in, the outermost first, and its own."""
        way = [span.name]
        while span.parent is not None and span.parent.span_id in self._by_id:
            span = self._by_id[span.parent.span_id]
            way.insert(0, span.name)
        return way


def said(span: ReadableSpan) -> dict[str, Any]:
    """Its attributes, ours by their short names."""
    return {name.removeprefix("driversmith."): value for name, value in (span.attributes or {}).items()}
