"""An OTLP/HTTP receiver on a socket, which reads what services tell of their work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agentia.core.service import running


@dataclass
class Span:
    """A span as the collector got it."""

    service: str
    name: str
    id: str
    parent: str
    trace: str
    kind: int
    attributes: dict[str, Any]
    failed: bool


@dataclass
class Collector:
    """An OTLP/HTTP receiver that keeps what it is sent."""

    spans: list[Span] = field(default_factory=list)
    raw: bytes = b""
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: Request) -> Response:
        """One export."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        self.raw += (body := await request.body())
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = _plain(resource.resource.attributes)
            for each in (span for scope in resource.scope_spans for span in scope.spans):
                ids = each.span_id.hex(), each.parent_span_id.hex(), each.trace_id.hex()
                more = _plain(each.attributes), each.status.code == 2
                self.spans.append(Span(str(about["service.name"]), each.name, *ids, each.kind, *more))
        self.came.set()
        return Response(b"", media_type="application/x-protobuf")

    async def until(self, name: str) -> None:
        """Wait until a span of that name has come."""
        while not any(each.name == name for each in self.spans):
            self.came.clear()
            await self.came.wait()

    def one(self, name: str, service: str = "") -> Span:
        """The only span of that name, of one service if it is given."""
        (found,) = [each for each in self.spans if each.name == name and service in ("", each.service)]
        return found

    def above(self, span: Span) -> list[str]:
        """The names of the spans that it stands in, the nearest first."""
        by_id = {each.id: each for each in self.spans}
        names = []
        while (parent := by_id.get(span.parent)) is not None:
            names.append(parent.name)
            span = parent
        return names


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@asynccontextmanager
async def collecting() -> AsyncIterator[tuple[Collector, str]]:
    """A collector, and the URL at which it answers."""
    made = Collector()
    async with running(Starlette(routes=[Route("/v1/traces", made.take, methods=["POST"])])) as url:
        yield made, url
