"""The data folder: made, checked for room and rights, and its join token."""

import os
import secrets
import shutil
from pathlib import Path

from agentia.cli.errors import MeshNotStarted

ROOM_NEEDED = 50 * 2**20
TOKEN_FILE = "join-token"  # noqa: S105 - the name of the file, not a secret


class DataFolderUnusable(MeshNotStarted):
    """Nothing can be kept in the data folder."""


def prepare(data: Path, *, room_needed: int = ROOM_NEEDED) -> None:
    """Make the folder and its parts (for this user alone). Raises DataFolderUnusable."""
    try:
        for folder in (data, data / "logs"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(data, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
        free = shutil.disk_usage(data).free
    except OSError as exc:
        raise unusable(data, exc) from exc
    if free < room_needed:
        raise DataFolderUnusable(
            f"The disk of the data folder {data} is full: {_mb(free)} are left, the mesh needs {_mb(room_needed)}.",
            fix="Make room there, or choose another folder with --data.",
        )


def join_token(data: Path) -> str:
    """The secret that lets services join, kept for this user alone: AGENTIA_JOIN_TOKEN, or made on first use."""
    path = data / TOKEN_FILE
    try:
        known = read_token(data)
        token = os.environ.get("AGENTIA_JOIN_TOKEN") or known or secrets.token_urlsafe(32)
        if token == known:
            return token
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(token)
        path.chmod(0o600)
    except OSError as exc:
        raise unusable(data, exc) from exc
    return token


def read_token(data: Path) -> str:
    """The join token of a data folder, empty when there is none."""
    try:
        return (data / TOKEN_FILE).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def unusable(data: Path, exc: OSError) -> DataFolderUnusable:
    """The system's refusal as a sentence about the data folder."""
    return DataFolderUnusable(
        f"The data folder {data} cannot be written: {exc.strerror}.",
        fix="Make it writable for you and see that its disk has room, or choose another with --data.",
    )


def _mb(size: int) -> str:
    return f"{size / 2**20:.0f} MB"
