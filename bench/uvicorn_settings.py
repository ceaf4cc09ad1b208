"""How every server of a benchmark is run, so that only what is measured differs."""

from typing import Any, Final

UVICORN: Final[dict[str, Any]] = {
    "host": "127.0.0.1",
    "loop": "uvloop",
    "http": "httptools",
    "access_log": False,
    "log_level": "warning",
    "workers": 1,
}
