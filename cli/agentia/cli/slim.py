"""Keeping a start short: what is imported by libraries for purposes that are not ours is left out."""

import sys
from typing import Any


def without_httpx_program() -> None:
    """Spare httpx its own command line, which loads Rich, Click and Pygments: 0.1 s of every start.

    A None in `sys.modules` makes an import fail; httpx expects that where Click is not installed.
    """
    modules: dict[str, Any] = sys.modules
    modules.setdefault("httpx._main", None)
