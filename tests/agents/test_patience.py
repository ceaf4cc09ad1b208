"""Patience with agents that are silent, on a clock that stands in for the real one."""

from dataclasses import dataclass, field

import pytest

from agentia.agents.patience import LONGEST, Patience


@dataclass
class Clock:
    """Time passes by sleeping, and by what a test says."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("agentia.agents.patience.time.monotonic", lambda: clock.now)
    monkeypatch.setattr("agentia.agents.patience.asyncio.sleep", clock.sleep)
    return clock


async def until_over(patience: Patience) -> int:
    """How many tries there are before patience runs out."""
    tries = 0
    while await patience.rest():
        tries += 1
    return tries


async def test_tries_follow_each_other_ever_more_slowly_until_the_time_is_over(clock: Clock) -> None:
    assert await until_over(Patience(60)) > 10
    assert clock.slept[:6] == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, LONGEST])
    assert clock.now == pytest.approx(160, abs=LONGEST)


async def test_the_time_of_a_try_that_brings_nothing_counts(clock: Clock) -> None:
    patience = Patience(60)
    for _ in range(6):
        patience.begin()
        clock.now += 9
        assert await patience.rest()
    patience.begin()
    clock.now += 9
    assert not await patience.rest()


async def test_a_sign_of_life_gives_all_the_time_again_however_long_the_try_took(clock: Clock) -> None:
    patience = Patience(60)
    for _ in range(5):
        patience.begin()
        clock.now += 3600
        patience.sign()
        assert await patience.rest()
    assert clock.slept == pytest.approx([0.1] * 5)


async def test_a_sign_without_news_gives_time_and_no_hurry(clock: Clock) -> None:
    patience = Patience(60)
    for _ in range(100):
        patience.sign(news=False)
        await patience.pause()
    assert clock.slept[-1] == LONGEST


async def test_no_pause_is_longer_than_the_patience(clock: Clock) -> None:
    assert await until_over(Patience(0.0625)) == 1
    assert not await Patience(0).rest()
    assert clock.slept == [0.0625]
