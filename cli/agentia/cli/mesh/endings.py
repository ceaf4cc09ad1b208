"""Why a service ended, in a few words, and how long to wait before it is started again."""

import signal
from pathlib import Path

TAIL = 8192
LONGEST = 160
FIRST_DELAY, LONGEST_DELAY = 0.5, 15.0


def delay(quick_deaths: int) -> float:
    """Seconds before the next start: none after one death, then doubling with each quick death after another."""
    return 0.0 if quick_deaths <= 1 else min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (quick_deaths - 2))


def reason(status: int, log: Path, since: int) -> str:
    """Like `exit code 1: ModuleNotFoundError: No module named 'x'`; the log counts from byte `since`."""
    if status < 0:
        return f"killed by {_signal_name(-status)}"
    if status == 0:
        return "it ended by itself"
    said = last_words(log, since)
    return f"exit code {status}: {said}" if said else f"exit code {status}"


def last_words(log: Path, since: int) -> str:
    """The last line of the log that says something: the last that is neither blank nor indented."""
    try:
        with log.open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(since if since <= end else 0, end - TAIL))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    said = next((line for line in reversed(lines) if line.strip() and not line[0].isspace()), "")
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
