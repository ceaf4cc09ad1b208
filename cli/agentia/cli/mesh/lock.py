"""The lock of a data folder: whoever holds it is the mesh there, and it falls with its process."""

import fcntl
import os
from pathlib import Path

from agentia.cli.errors import MeshNotStarted
from agentia.cli.mesh.folder import unusable

LOCK_FILE = "up.lock"


class MeshRunsAlready(MeshNotStarted):
    """Another `agentia up` holds this data folder."""


class MeshLock:
    """Held from `take` until `close`, or until every process that inherited it is gone."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._path = data / LOCK_FILE
        self._fd = -1

    def take(self, url: str) -> None:
        """Raises MeshRunsAlready, naming the holder's pid and URL."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as exc:
            raise unusable(self._data, exc) from exc
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            os.close(fd)
            raise self._taken() from exc
        self._fd = fd
        self.sign(url)

    def sign(self, url: str) -> None:
        """Write who holds it: again after a fork, when another process goes on."""
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, f"{os.getpid()} {url}\n".encode(), 0)
        except OSError as exc:
            raise unusable(self._data, exc) from exc

    def close(self) -> None:
        os.close(self._fd)

    def _taken(self) -> MeshRunsAlready:
        pid, url = holder(self._data)
        return MeshRunsAlready(
            f"A mesh already runs on the data folder {self._data}: {url or 'it is starting'} (pid {pid or 'unknown'}).",
            fix="Use it, stop it with `agentia down`, or start another with --data and --port.",
        )


def is_running(data: Path) -> bool:
    """Whether a mesh holds this data folder now."""
    try:
        fd = os.open(data / LOCK_FILE, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def holder(data: Path) -> tuple[int, str]:
    """The pid and URL that the lock's holder wrote down; (0, "") when it has not yet."""
    try:
        pid, _, url = (data / LOCK_FILE).read_text(encoding="utf-8").strip().partition(" ")
    except OSError:
        return 0, ""
    return (int(pid), url) if pid.isdigit() else (0, "")
