"""A moment of the wall clock to be told of, however far away it is and however that clock is set meanwhile."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

LOOK: Final = 60.0
"""Seconds after which the clock is looked at again."""


class Alarm:
    """Calls `ring` once `moment` (unix seconds) has passed, until it is cancelled."""

    def __init__(self, moment: float, ring: Callable[[], None]) -> None:
        self._moment, self._ring = moment, ring
        self._timer = self._set()

    def cancel(self) -> None:
        """Do not ring any more."""
        self._timer.cancel()

    def _set(self) -> asyncio.TimerHandle:
        left = max(0.0, self._moment - time.time())
        return asyncio.get_running_loop().call_later(min(left, LOOK), self._look)

    def _look(self) -> None:
        if time.time() >= self._moment:
            self._ring()
        else:
            self._timer = self._set()
