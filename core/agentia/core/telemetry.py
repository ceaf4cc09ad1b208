"""Traces: spans of what a service does, for the OpenTelemetry collector that the environment names; none otherwise.

Ids of spans can be derived from what they stand for, so that they are the same in every process that works on it.
"""

import hashlib
import logging
import os
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Literal, Protocol
from uuid import UUID

Kind = Literal["internal", "server", "client"]
Attributes = Mapping[str, str | int | float | bool]

HEADER: Final = "traceparent"

_TRACEPARENT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_OFF: Final = ("", "none")

log = logging.getLogger("agentia.core")


class Span:
    """Something that is being done; this one is told to nobody. `traceparent` is its place (W3C), None for this one."""

    traceparent: str | None = None

    def set(self, attributes: Attributes) -> None:
        """Say more about it."""

    def fail(self, why: str) -> None:
        """Say that it went wrong: in one word, and nothing of what was said."""

    def drop(self) -> None:
        """It is not over, and goes on elsewhere: not told from here."""


class Telemetry(Protocol):
    """What a service tells of its work."""

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
        """A span while the block runs, in the one at hand or in the `parent` (a traceparent).

        Its id is derived from `place` if that is given. What is interrupted is not told, as it will be done again,
        unless its span `ends` with it; one that `nests` others is told when one of them is.
        """

    def arrived(self, name: str, attributes: Attributes, task: str, parent: str | None) -> None:
        """A task has come, from `parent` or from somebody who traces nothing; all that is done for it stands below."""

    def task(self, task: str, parent: str | None) -> str | None:
        """The traceparent of a task that has come so, None when nothing is told."""

    async def close(self) -> None:
        """Tell what was not told yet, within two seconds."""


class _Off:
    """Tells nobody, and costs nothing."""

    def span(self, *_: object, **__: object) -> AbstractContextManager[Span]:
        return NOTHING

    def arrived(self, *_: object) -> None:
        pass

    def task(self, *_: object) -> None:
        return None

    async def close(self) -> None:
        pass


NOTHING: Final = nullcontext(Span())
OFF: Final[Telemetry] = _Off()


def telemetry(service: str, environment: Mapping[str, str] = os.environ) -> Telemetry:
    """The telemetry of a service, to be closed; it starts a thread when there is a collector."""
    if not wanted(environment):
        return OFF
    exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower()
    protocol = environment.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environment.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    if exporter != "otlp" or protocol not in (None, "", "http/protobuf"):
        log.warning(
            "no traces: OTEL_TRACES_EXPORTER must be otlp and OTEL_EXPORTER_OTLP_PROTOCOL http/protobuf",
            extra={"exporter": exporter, "protocol": protocol},
        )
        return OFF
    try:
        from agentia.core.telemetry_export import Exporting
    except ImportError:
        log.warning("no traces: OpenTelemetry is not installed; the extra otel brings it: pip install 'agentia[otel]'")
        return OFF
    return Exporting(service)


def traceparent(text: str | None) -> str | None:
    """The header's value when it is a valid traceparent of W3C Trace Context, version 00, else None."""
    return text if text is not None and _TRACEPARENT.fullmatch(text) else None


def trace_id(task: str) -> str:
    """The trace of a task that came without one: the task's id, which is as random and as long (32 hex digits)."""
    try:
        return UUID(task).hex
    except ValueError:
        return hashlib.sha256(task.encode()).hexdigest()[:32]


def span_id(place: str) -> str:
    """The span of a place: 16 hex digits, which nobody else comes to."""
    return hashlib.sha256(place.encode()).hexdigest()[:16]


def wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment asks for traces."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if (exporter := environment.get("OTEL_TRACES_EXPORTER")) is not None:
        return exporter.strip().lower() not in _OFF
    return bool(environment.get("OTEL_EXPORTER_OTLP_ENDPOINT") or environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
