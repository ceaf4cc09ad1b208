"""Children that a task has left behind at its end, as the store keeps them."""

import json
from collections.abc import Sequence

from agentia.tasks.records import Cancellation, Child


def dumped(children: Sequence[Child]) -> bytes:
    """Children as JSON bytes."""
    return json.dumps(children, separators=(",", ":")).encode()


def cancellation(task_id: str, context_id: str, caller: bytes, children: bytes, since: float) -> Cancellation:
    """From a row of the store."""
    return Cancellation(task_id, context_id, caller, tuple(Child(*each) for each in json.loads(children)), since)
