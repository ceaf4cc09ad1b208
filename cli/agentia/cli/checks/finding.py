"""What a check found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Found:
    """`said` in a few words; `fix` what to do, for anything but ok."""

    level: Literal["ok", "warn", "fail"]
    about: str
    said: str
    fix: str = ""
