"""Server-sent events in passing: whole events are let through as they come, and the last one can be asked for."""

import json
import re
from collections.abc import Iterator
from typing import Any

_HOLD = 1 << 20  # bytes of one unfinished event that are held; what is longer passes in pieces
_LINE_END = re.compile(r"\r\n|\n|\r")  # not splitlines: JSON may hold U+2028
_BLANK = (b"\n\n", b"\n\r\n", b"\r\r")


class Frames:
    """Cuts a byte stream after its last complete event.

    A client can do nothing with half an event, so holding it costs no time; and when the agent dies in the middle
    of one, an error event can still follow. `torn` says that half of a very long event has been let through.
    """

    def __init__(self) -> None:
        self._unfinished = b""
        self._last = b""
        self.torn = False

    def feed(self, chunk: bytes) -> bytes:
        """What may go on to the client now: all complete events, or nothing."""
        pending = self._unfinished + chunk
        cut = max((at + len(blank) for blank in _BLANK if (at := pending.rfind(blank)) >= 0), default=0)
        if not cut and (self.torn or len(pending) > _HOLD):
            self.torn, self._unfinished = True, b""
            return pending
        whole, self._unfinished = pending[:cut], pending[cut:]
        if cut:
            self.torn = False
            self._last = whole if b"data:" in whole else self._last
        return whole

    def rest(self) -> bytes:
        """What stands behind the last complete event when the stream has ended in good order."""
        return self._unfinished

    @property
    def position(self) -> str | None:
        """The id of the last event that was let through, or None when its agent writes none."""
        return next((value for field, value in _fields(self._last) if field == "id" and value), None)

    @property
    def task_id(self) -> str | None:
        """The task that the last event was about."""
        event = self._event.get("result", self._event)
        if not isinstance(event, dict):
            return None
        inner = next((event[kind] for kind in ("statusUpdate", "artifactUpdate", "task") if kind in event), event)
        found = (inner.get("taskId") or inner.get("id")) if isinstance(inner, dict) else None
        return found if isinstance(found, str) else None

    @property
    def _event(self) -> dict[str, Any]:
        data = next((value for field, value in _fields(self._last) if field == "data"), "")
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            return {}
        return event if isinstance(event, dict) else {}


def _fields(events: bytes) -> Iterator[tuple[str, str]]:
    """The fields of some events, last one first."""
    for line in reversed(_LINE_END.split(events.decode("utf-8", "replace"))):
        field, _, value = line.partition(":")
        yield field, value.removeprefix(" ")
