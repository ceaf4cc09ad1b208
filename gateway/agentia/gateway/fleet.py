"""Which instance of an agent to try, and in what order."""

import hashlib
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

_AVOID = 2.0  # seconds for which an instance that refused a connection is tried last


class Fleet:
    """Remembers whose turn it is and who refused lately; which instances there are is the registry's to say."""

    def __init__(self) -> None:
        self._turns: defaultdict[str, Iterator[int]] = defaultdict(itertools.count)
        self._refused: dict[str, float] = {}

    def order(self, agent: str, instances: Sequence[str], task_id: str | None) -> list[str]:
        """The instances, best first: always the same one for a task, else each in turn; refusers last."""
        if len(instances) < 2:
            return list(instances)
        if task_id is not None:
            ordered = sorted(instances, key=lambda url: _weight(task_id, url))
        else:
            first = next(self._turns[agent]) % len(instances)
            ordered = [*instances[first:], *instances[:first]]
        return sorted(ordered, key=self._avoided)

    def refused(self, instance: str) -> None:
        """Note that an instance could not be connected to."""
        now = time.monotonic()
        self._refused = {url: until for url, until in self._refused.items() if until > now} | {instance: now + _AVOID}

    def _avoided(self, instance: str) -> bool:
        return self._refused.get(instance, 0.0) > time.monotonic()


def _weight(task_id: str, instance: str) -> bytes:
    """Rendezvous hashing: when an instance leaves, only its own tasks move to others."""
    return hashlib.blake2b(f"{task_id} {instance}".encode(), digest_size=8).digest()
