"""When a replica tells of its tasks, and what it makes of what it hears."""

import asyncio
from collections.abc import Callable

import pytest

from agentia.tasks import news
from agentia.tasks.news import MOST, News

SECONDS = 10.0


class Channel:
    """What is said on it is kept; `hear` is what others say."""

    def __init__(self, _url: str, _schema: str, hear: Callable[[str | None], None]) -> None:
        self.hear = hear
        self.said: list[str] = []

    def start(self) -> None:
        """Listening is what tests do by `hear`."""

    def say(self, words: str) -> None:
        self.said.append(words)

    def heard(self) -> list[str]:
        """What was said since the last call."""
        said, self.said = self.said, []
        return said


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(news, "time", clock)
    monkeypatch.setattr(news, "Channel", Channel)
    return clock


def _replica() -> tuple[News, Channel]:
    replica = News("", "", SECONDS)
    channel = replica._channel
    assert isinstance(channel, Channel)
    return replica, channel


async def test_a_replica_that_nobody_follows_tells_nobody(clock: Clock) -> None:
    replica, channel = _replica()
    channel.hear(None)
    assert channel.heard() == ["*"], "others may have missed something while there was no channel"
    clock.now += 3 * SECONDS
    replica.tell(["a"])
    assert channel.heard() == []


async def test_who_begins_to_follow_is_told_that_anything_may_have_changed_and_from_then_on_what(clock: Clock) -> None:
    replica, channel = _replica()
    for _ in range(3):
        channel.hear("+")
    replica.tell(["a", "b"])
    replica.tell([])
    assert channel.heard() == ["*", "a b"]
    replica.tell([f"task-{number:036}" for number in range(MOST + 1)])
    assert channel.heard() == ["*"], "more than one notification holds"


async def test_who_follows_says_so_every_lease_and_again_on_a_new_channel(clock: Clock) -> None:
    replica, channel = _replica()
    await replica.changed()
    channel.hear("a")
    await replica.changed()
    assert channel.heard() == ["+"]
    clock.now += SECONDS
    channel.hear("a")
    await replica.changed()
    assert channel.heard() == ["+"]
    channel.hear(None)
    await replica.changed()
    assert channel.heard() == ["*", "+"]


async def test_what_is_heard_is_gathered_until_somebody_asks(clock: Clock) -> None:
    replica, channel = _replica()
    assert await replica.changed() is None, "at first it may be anything"
    channel.hear("a b")
    channel.hear("b c")
    assert await replica.changed() == {"a", "b", "c"}
    waiting = asyncio.create_task(_changed(replica))
    await asyncio.sleep(0)
    channel.hear("d")
    assert await waiting == {"d"}
    channel.hear("*")
    assert await replica.changed() is None
    for number in range(MOST + 2):
        channel.hear(str(number))
    assert await replica.changed() is None, "so much is not kept"
    channel.hear("e")
    assert await replica.changed() == {"e"}


async def _changed(replica: News) -> object:
    return await replica.changed()


async def test_who_lets_go_of_tasks_is_heard_and_so_is_a_new_channel(clock: Clock) -> None:
    replica, channel = _replica()
    for words in ("!", None):
        waiting = asyncio.create_task(replica.freed(3600))
        await asyncio.sleep(0)
        assert not waiting.done()
        channel.hear(words)
        await waiting
    await replica.freed(0.01)


async def test_when_nothing_is_heard_for_a_lease_anything_may_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "Channel", Channel)
    replica = News("", "", 0.01)
    await replica.changed()
    assert await replica.changed() is None
