"""Spans on their way to a collector: queued, and sent by a thread, so that no work ever waits for them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry import context as otel_context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace import Span as OtelSpan

from agentia.core.errors import AgentiaError
from agentia.core.telemetry import Attributes, Kind, Span, span_id, trace_id

CLOSING: Final = 2.0
"""Seconds that a service which stops gives its last spans."""

_KINDS: Final = {"internal": SpanKind.INTERNAL, "server": SpanKind.SERVER, "client": SpanKind.CLIENT}


class _Ids(RandomIdGenerator):
    """Random ids, but for the next span when its ids were decided."""

    def __init__(self) -> None:
        self.trace = self.span = 0

    def generate_trace_id(self) -> int:
        return self.trace or super().generate_trace_id()

    def generate_span_id(self) -> int:
        return self.span or super().generate_span_id()


class _Told(Span):
    """A span of OpenTelemetry's; `fresh` says that it, or one in it, is to be told."""

    def __init__(self, span: OtelSpan, within: "_Told | None", *, fresh: bool) -> None:
        self._span, self._within, self.fresh = span, within, False
        self.traceparent = _written(span.get_span_context())
        if fresh:
            self._mark()

    def _mark(self) -> None:
        span: _Told | None = self
        while span is not None and not span.fresh:
            span.fresh = True
            span = span._within

    def set(self, attributes: Attributes) -> None:
        self._span.set_attributes(dict(attributes))

    def fail(self, why: str) -> None:
        self._span.set_attribute("error.type", why)
        self._span.set_status(StatusCode.ERROR)

    def drop(self) -> None:
        self.fresh = False


_here: ContextVar[_Told | None] = ContextVar("the span of the code at hand", default=None)


class Exporting:
    """Tells a collector, as the OTEL_ variables say. What it does not take in time is dropped."""

    def __init__(self, service: str) -> None:
        self._ids = _Ids()
        resource = Resource.create({"service.name": service, "service.namespace": "agentia"})
        self._provider = TracerProvider(resource=resource, id_generator=self._ids, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("agentia")

    def span(
        self,
        name: str,
        attributes: Attributes | None = None,
        *,
        kind: Kind = "internal",
        place: str = "",
        parent: str | None = None,
        ends: bool = False,
        nests: bool = False,
    ) -> AbstractContextManager[Span]:
        return self._spanning(name, attributes or {}, _KINDS[kind], place, parent, ends, nests)

    @contextmanager
    def _spanning(
        self, name: str, attributes: Attributes, kind: SpanKind, place: str, parent: str | None, ends: bool, nests: bool
    ) -> Iterator[Span]:
        within = None if parent else _here.get()
        span = self._begun(name, attributes, kind, place, _context(parent) if parent else None)
        told = _Told(span, within, fresh=not nests)
        before, attached = _here.set(told), otel_context.attach(set_span_in_context(span))
        try:
            yield told
        except BaseException as exc:
            if not ends and not isinstance(exc, Exception):
                told.drop()
            elif (why := _failure(exc)) is not None:
                told.fail(why)
            raise
        finally:
            otel_context.detach(attached)
            _here.reset(before)
            if told.fresh:
                span.end()

    def arrived(self, name: str, attributes: Attributes, task: str, parent: str | None) -> None:
        self._ids.trace = int(trace_id(task), 16)
        try:
            above = _context(parent) if parent else otel_context.Context()
            self._begun(name, attributes, SpanKind.SERVER, _task(task), above).end()
        finally:
            self._ids.trace = 0

    def task(self, task: str, parent: str | None) -> str | None:
        above = _read(parent) if parent else None
        trace = above.trace_id if above else int(trace_id(task), 16)
        sampled = above.trace_flags.sampled if above else self._sampled(trace)
        flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
        return _written(SpanContext(trace, int(span_id(_task(task)), 16), is_remote=True, trace_flags=flags))

    async def close(self) -> None:
        loop, closed = asyncio.get_running_loop(), asyncio.Event()

        def close() -> None:
            self._provider.shutdown()
            if not loop.is_closed():
                loop.call_soon_threadsafe(closed.set)

        threading.Thread(target=close, daemon=True).start()
        try:
            async with asyncio.timeout(CLOSING):
                await closed.wait()
        except TimeoutError:
            pass  # whoever collects is away; the thread ends with the process

    def _begun(
        self, name: str, attributes: Attributes, kind: SpanKind, place: str, above: otel_context.Context | None
    ) -> OtelSpan:
        self._ids.span = int(span_id(place), 16) if place else 0
        try:
            return self._tracer.start_span(name, above, kind, dict(attributes))
        finally:
            self._ids.span = 0

    def _sampled(self, trace: int) -> bool:
        decision = self._provider.sampler.should_sample(None, trace, "task").decision
        return decision is Decision.RECORD_AND_SAMPLE


def _task(task: str) -> str:
    return f"task {task}"


def _failure(exc: BaseException) -> str | None:
    """What went wrong, in a word; None for what only interrupts."""
    if isinstance(exc, AgentiaError):
        return exc.code
    if isinstance(exc, asyncio.CancelledError):
        return "cancelled"
    return type(exc).__name__ if isinstance(exc, Exception) else None


def _context(parent: str) -> otel_context.Context:
    return set_span_in_context(NonRecordingSpan(_read(parent)), otel_context.Context())


def _read(parent: str) -> SpanContext:
    _, trace, span, flags = parent.split("-")
    return SpanContext(int(trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))


def _written(span: SpanContext) -> str:
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"
