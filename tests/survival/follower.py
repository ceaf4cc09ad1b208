"""A client that follows a task to its end as the standard has it: it resumes broken streams with Last-Event-ID."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import aiohttp

from agentia.core.sse import EventDecoder
from tests.survival.service import HEADERS, Service

TERMINAL: Final = {f"TASK_STATE_{name}" for name in ("COMPLETED", "FAILED", "CANCELED", "REJECTED")}


class Follower:
    """Follows a task at the first of `doors` that is open. `events` are all that it was ever sent, with numbers."""

    def __init__(self, task_id: str, *doors: Service, path: str = "", after: int = 0) -> None:
        self.task_id, self.doors, self._path, self._after = task_id, doors, path, after
        self.events: list[tuple[int, Any]] = []
        self.connections = 0
        self._news = asyncio.Condition()
        self._seen: Callable[[], None] = lambda: None
        self._following = asyncio.create_task(self._follow())

    async def end(self) -> "Follower":
        """Wait for the task's last event."""
        await self._following
        return self

    def stop(self) -> None:
        """Follow no longer."""
        self._following.cancel()

    def on_event(self, seen: Callable[[], None]) -> None:
        """Have `seen` called for every event."""
        self._seen = seen

    async def until(self, there: Callable[["Follower"], bool]) -> None:
        """Wait until it has seen enough."""
        async with self._news:
            await self._news.wait_for(lambda: there(self) or self._following.done())
        assert there(self), "the task has ended before"

    @property
    def state(self) -> str:
        """The task's state as far as it was seen."""
        return next((found for _, event in reversed(self.events) if (found := state_of(event))), "")

    @property
    def numbers(self) -> list[int]:
        """The event numbers in the order in which they came."""
        return [number for number, _ in self.events]

    def said(self, words: str) -> bool:
        """Whether any event holds these words."""
        return any(words in json.dumps(event) for _, event in self.events)

    def artifacts(self) -> list[Any]:
        """The artifacts as somebody has them who only ever read the events."""
        found: dict[str, Any] = {}
        for update in (event["artifactUpdate"] for _, event in self.events if "artifactUpdate" in event):
            artifact = json.loads(json.dumps(update["artifact"]))
            known = found.get(artifact["artifactId"])
            if known is None or not update.get("append"):
                found[artifact["artifactId"]] = artifact
            else:
                _join(known["parts"], artifact["parts"])
        return list(found.values())

    async def _follow(self) -> None:
        while self.state not in TERMINAL:
            door = await _first_up(self.doors)
            self.connections += 1
            with suppress(aiohttp.ClientError):
                await self._listen(door)
            if self.state not in TERMINAL:
                await asyncio.sleep(0.01)
        async with self._news:
            self._news.notify_all()

    async def _listen(self, door: Service) -> None:
        body = {"jsonrpc": "2.0", "id": 1, "method": "SubscribeToTask", "params": {"id": self.task_id}}
        headers = HEADERS | {"Last-Event-ID": str(self.numbers[-1] if self.events else self._after)}
        async with door.http.post(f"{door.url}{self._path}", json=body, headers=headers) as response:
            if response.content_type != "text/event-stream":
                return
            decoder = EventDecoder()
            async for chunk in response.content.iter_any():
                for event in decoder.feed(chunk):
                    if event.event == "message":
                        await self._take(int(event.id or 0), json.loads(event.data)["result"])

    async def _take(self, number: int, event: Any) -> None:
        self.events.append((number, event))
        self._seen()
        async with self._news:
            self._news.notify_all()


def state_of(event: Any) -> str:
    """The state that an event brings, if it does."""
    return str((event.get("task") or event.get("statusUpdate") or {}).get("status", {}).get("state", ""))


def repeated(values: Sequence[Any]) -> list[Any]:
    """Those that are there more than once."""
    return [value for value, times in Counter(values).items() if times > 1]


def _join(parts: list[Any], more: list[Any]) -> None:
    for part in more:
        if parts and "text" in parts[-1] and "text" in part:
            parts[-1]["text"] += part["text"]
        else:
            parts.append(part)


async def _first_up(doors: Sequence[Service]) -> Service:
    """The first of the doors that is open, once one is."""
    while True:
        for door in doors:
            if door.up.is_set():
                return door
        waiting = [asyncio.create_task(door.up.wait()) for door in doors]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
