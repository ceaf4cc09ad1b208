"""Our clock beside the registry's, as the `Date` of its answers shows it: tokens are only good where clocks agree."""

import logging
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Final

from agentia.registry.errors import ClockOff

REMARKABLE: Final = 20.0
"""Seconds of difference that are worth a line in the log."""
MOST: Final = 80.0
"""Seconds with which a service still works: below what tokens allow for, as a `Date` is only exact to the second."""
FIX: Final = "Let both machines take their time from the network (NTP)."

log = logging.getLogger("agentia.registry")


class Clocks:
    """The difference as the last answer showed it."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._ahead = 0.0
        self._remarked = False

    def heard(self, date: str | None) -> None:
        """Take note of an answer's `Date`."""
        try:
            self._ahead = self._now() - parsedate_to_datetime(date or "").timestamp()
        except ValueError:  # none, or in a form of its own
            return
        if (abs(self._ahead) > REMARKABLE) != self._remarked:
            self._remarked = not self._remarked
            if self._remarked:
                log.warning("clock differs from the registry's", extra={"seconds": round(self._ahead), "fix": FIX})
            else:
                log.info("clock agrees with the registry's again")

    def check(self) -> None:
        """Raise ClockOff when tokens of ours are refused elsewhere, or theirs here."""
        if abs(self._ahead) > MOST:
            which = "ahead of" if self._ahead > 0 else "behind"
            raise ClockOff(f"The clock here is {abs(self._ahead):.0f} seconds {which} the registry's.", fix=FIX)
