"""The runner as the tests see it: services are started and killed there, and it tells when they began and ended."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

TOP: Final = Path(__file__).parents[2]


class Runner:
    """A runner process of a test session, for the cast of a module; one test at a time listens to it."""

    def __init__(self, cast: str = "tests.survival.actors") -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AGENTIA_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.survival.runner", cast],
            cwd=TOP,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._unread = b""
        self._hear: Callable[[dict[str, Any]], None] = lambda _: None

    def close(self) -> None:
        """End it, and all that it started."""
        self._stdin.close()
        self._process.wait()
        self._stdout.close()

    def listen(self, hear: Callable[[dict[str, Any]], None]) -> None:
        """Have `hear` called in the running loop for everything that the runner says."""
        self._hear = hear
        asyncio.get_running_loop().add_reader(self._stdout.fileno(), self._read)

    def ignore(self) -> None:
        """Listen no more."""
        asyncio.get_running_loop().remove_reader(self._stdout.fileno())

    def order(self, **words: Any) -> None:
        """Have a service started."""
        self._stdin.write(json.dumps(words).encode() + b"\n")
        self._stdin.flush()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout
        return self._process.stdout

    def _read(self) -> None:
        data = os.read(self._stdout.fileno(), 65536)
        if not data:
            self.ignore()
            raise AssertionError("the runner has ended")
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            self._hear(json.loads(line))
