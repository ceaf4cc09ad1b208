"""A log line is an event with its ids, in JSON or in text, and holds no secret."""

import json
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from agentia.core import logs

log = logging.getLogger("agentia.core")


@pytest.fixture(autouse=True)
def logging_restored() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("agentia")
    before = root.handlers[:], root.level, ours.level
    yield
    logging.captureWarnings(False)
    root.handlers[:], level, our_level = before
    root.setLevel(level)
    ours.setLevel(our_level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_json_line_holds_the_constant_message_and_its_ids(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("quant", json=True)

    log.info("task taken", extra={"task": "t-1", "fence": 3})

    (event,) = lines(capsys)
    assert event["message"] == "task taken"
    assert (event["service"], event["level"], event["logger"]) == ("quant", "info", "agentia.core")
    assert (event["task"], event["fence"]) == ("t-1", 3)


def test_text_for_people_shows_the_ids_behind_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("quant", json=False)

    log.warning("lease lost", extra={"task": "t-1"})

    assert capsys.readouterr().err.rstrip().endswith("warning  quant      lease lost task=t-1")


def test_a_traceback_stays_inside_its_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("quant", json=True)

    try:
        raise RuntimeError("boom")
    except RuntimeError:
        log.exception("run failed")

    (event,) = lines(capsys)
    assert "RuntimeError: boom" in event["exception"]


@pytest.mark.parametrize("as_json", [True, False])
def test_secrets_are_hidden_wherever_they_stand(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    logs.setup("gateway", json=as_json)

    log.info(
        "Authorization was Bearer abcdef.secret1", extra={"join_token": "secret2", "url": "http://me:secret3@host/"}
    )
    log.info("got %s", "eyJsecret4.eyJsecret5.secret6")
    log.info("called", extra={"note": "sk-secret7secret7"})

    assert "secret" not in capsys.readouterr().err


def test_a_number_is_no_secret_though_it_counts_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("concierge", json=True)

    log.info("model answered", extra={"output_tokens": 17})

    assert lines(capsys)[0]["output_tokens"] == 17


def test_libraries_are_heard_from_warning_on(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("quant", json=True)

    logging.getLogger("httpx").info("HTTP Request: GET …")
    logging.getLogger("httpx").warning("odd answer")

    assert [event["message"] for event in lines(capsys)] == ["odd answer"]


def test_python_warnings_become_log_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("quant", json=True)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old api", stacklevel=1)

    (event,) = lines(capsys)
    assert "old api" in event["message"]


def test_setting_up_twice_does_not_double_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("parent", json=True)
    logs.setup("child", json=True)

    log.info("once")

    assert [event["service"] for event in lines(capsys)] == ["child"]


def test_values_that_json_does_not_know_are_written_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.setup("quant", json=True)

    log.info("odd", extra={"where": sys, "cause": ValueError("x")})

    (event,) = lines(capsys)
    assert event["cause"] == "x"
