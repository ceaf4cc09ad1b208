"""One thing that a card could say better."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Finding:
    """An error breaks the specification or a client; a warning costs users or safety; a hint is advice.

    `field` is a JSON path (`card` for all of it), `reason` continues a sentence about the field, `fix` says what to do.
    """

    level: Level
    field: str
    reason: str
    fix: str

    def __str__(self) -> str:
        return f"{self.level}: {self.field} {self.reason}. {self.fix}"


def error(field: str, reason: str, fix: str) -> Finding:
    return Finding("error", field, reason, fix)


def warning(field: str, reason: str, fix: str) -> Finding:
    return Finding("warning", field, reason, fix)


def hint(field: str, reason: str, fix: str) -> Finding:
    return Finding("hint", field, reason, fix)
