"""Waiting for services that tell at /readyz what they lack."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable


def wants(url: str, word: str) -> str:
    """Why a service is not ready, when that has to do with the word."""
    try:
        urllib.request.urlopen(f"{url}/readyz").close()
    except urllib.error.HTTPError as refused:
        reason = str(json.load(refused)["reason"])
        assert word in reason, reason
        return reason
    raise AssertionError("it is ready")


def until(act: Callable[[], str], seconds: float) -> str:
    """What comes of it as soon as it succeeds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return act()
        except (AssertionError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
