"""Questions answered in this process, without a task around them."""

from collections.abc import Callable
from datetime import date

import pytest

from agentia.agents.quant import catalogue
from agentia.agents.quant.given import Given
from agentia.agents.quant.question import question
from agentia.agents.quant.questions import split
from agentia.agents.quant.request import Request
from agentia.agents.quant.working import Answer

TODAY = date(2025, 11, 22)
Read = Callable[..., Request]
Work = Callable[..., Answer]


@pytest.fixture
def read() -> Read:
    """What a text with one question is read as."""

    def read(text: str, given: Given | None = None) -> Request:
        reading = split(text, given or Given())
        (asked,) = reading.questions
        return catalogue.read(question(asked, reading.given, TODAY))

    return read


@pytest.fixture
def work(read: Read) -> Work:
    """The answer to a text with one question; asked on Saturday, 22 November 2025."""

    def work(text: str, given: Given | None = None) -> Answer:
        return catalogue.answer(read(text, given))

    return work
