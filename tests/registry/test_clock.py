"""A clock that differs from the registry's is told once, and too much is said to be too much."""

import logging
from email.utils import formatdate

import pytest

from agentia.registry.clock import Clocks
from agentia.registry.errors import ClockOff

NOW = 1_795_366_428.0


def heard(*differences: float) -> Clocks:
    """Clocks that were told of registries behind ours by so many seconds, one after the other."""
    clocks = Clocks(lambda: NOW)
    for seconds in differences:
        clocks.heard(formatdate(NOW - seconds, usegmt=True))
    return clocks


@pytest.mark.parametrize("seconds", [0, 5, -5, 60, -60])
def test_a_minute_of_difference_is_no_reason_to_stop(seconds: float) -> None:
    heard(seconds).check()


@pytest.mark.parametrize(("seconds", "words"), [(100, "100 seconds ahead of"), (-3600, "3600 seconds behind")])
def test_more_is_said_with_what_to_do(seconds: float, words: str) -> None:
    with pytest.raises(ClockOff, match=words) as caught:
        heard(seconds).check()
    assert "NTP" in caught.value.fix


def test_a_clock_that_was_set_right_is_good_again() -> None:
    heard(3600, 0).check()


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_an_answer_without_a_date_says_nothing(date: str | None) -> None:
    clocks = heard(3600)
    clocks.heard(date)
    with pytest.raises(ClockOff):
        clocks.check()


def test_a_difference_is_told_once_until_it_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "agentia.registry"):
        heard(60, 61, 60, 1, 0, -60)
    told = [(record.levelname, vars(record).get("seconds")) for record in caplog.records]
    assert told == [("WARNING", 60), ("INFO", None), ("WARNING", -60)]
