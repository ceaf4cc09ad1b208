"""Telemetry: off and free of cost unless the environment names a collector, with ids that anybody can derive."""

import logging
import subprocess
import sys
from typing import Any

import pytest

from agentia.core.telemetry import OFF, span_id, telemetry, trace_id, traceparent

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_SDK_DISABLED": "true", **ENDPOINT},
        {"OTEL_TRACES_EXPORTER": "none", **ENDPOINT},
        {"OTEL_SERVICE_NAME": "mesh"},
    ],
)
def test_nothing_is_told_unless_a_collector_is_named(environment: dict[str, str]) -> None:
    assert telemetry("fx", environment) is OFF


@pytest.mark.parametrize(
    "environment",
    [
        {"OTEL_TRACES_EXPORTER": "zipkin"},
        {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", **ENDPOINT},
        {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc", **ENDPOINT},
    ],
)
def test_what_is_not_spoken_is_said_in_the_log(caplog: pytest.LogCaptureFixture, environment: dict[str, str]) -> None:
    with caplog.at_level(logging.WARNING):
        assert telemetry("fx", environment) is OFF

    assert "OTEL_" in caplog.text


def test_what_is_not_installed_is_said_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "agentia.core.telemetry_export", None)
    with caplog.at_level(logging.WARNING):
        assert telemetry("fx", ENDPOINT) is OFF

    assert "agentia[otel]" in caplog.text


async def test_spans_that_are_told_to_nobody_do_nothing() -> None:
    with OFF.span("run", {"a": 1}, place="x", parent=None, ends=True) as span:
        span.set({"b": 2})
        span.fail("why")
        span.drop()

    assert span.traceparent is None
    assert OFF.task("t", None) is None
    await OFF.close()


def test_a_service_without_a_collector_loads_nothing_of_opentelemetry() -> None:
    code = """
import sys
import agentia.agents.service, agentia.gateway.main, agentia.cli.mesh.services
from agentia.core.telemetry import telemetry
telemetry("fx", {})
print(*(name for name in sys.modules if name.startswith("opentelemetry")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_the_trace_of_a_task_is_its_id_and_a_span_is_told_by_its_place() -> None:
    assert trace_id("01a20435-b201-7c24-9b51-177e690be27f") == "01a20435b2017c249b51177e690be27f"
    assert len(trace_id("a task of another kind")) == 32
    assert span_id("run t 1") == span_id("run t 1") != span_id("run t 2")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ],
)
def test_a_traceparent_that_is_none_counts_for_nothing(header: Any) -> None:
    assert traceparent(header) is None


def test_a_traceparent_is_taken_as_it_is() -> None:
    header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    assert traceparent(header) == header
