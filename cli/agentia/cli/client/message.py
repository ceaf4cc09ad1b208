"""The message to send: text and files as parts, checked before anything leaves."""

import base64
import mimetypes
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agentia.cli.errors import UsageProblem

LARGEST = 8_900_000  # of raw bytes: base64 adds a third, and services take bodies of 12 MB
KNOWN = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}


def user_message(text: str, files: Sequence[Path] = (), task_id: str = "", *, id: str = "") -> dict[str, Any]:
    """A message, with a new id unless one is given. Raises UsageProblem for no text, or a file that cannot be sent."""
    if not text.strip() and not files:
        raise UsageProblem("There is nothing to ask.", fix='Say what you want done, as in `agentia ask "2 + 2"`.')
    parts: list[dict[str, Any]] = [{"text": text}] if text.strip() else []
    parts += file_parts(files)
    message = {"messageId": id or str(uuid.uuid4()), "role": "ROLE_USER", "parts": parts}
    return {**message, "taskId": task_id} if task_id else message


def file_parts(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Each file as a part with its name and media type, 8.9 MB in all at most."""
    total = sum(_size(file) for file in files)
    if total > LARGEST:
        raise UsageProblem(
            f"The files are too large: {total / 1e6:.1f} MB, and a message takes {LARGEST / 1e6:.1f} MB.",
            fix="Send a part of them, or put them where the agent can fetch them and give the URL in the text.",
        )
    return [_part(file) for file in files]


def media_type(path: Path) -> str:
    """By the name's ending; `application/octet-stream` when it tells nothing."""
    return KNOWN.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _size(path: Path) -> int:
    if not path.exists():
        raise UsageProblem(f"There is no file {path}.")
    if not path.is_file():
        raise UsageProblem(f"{path} is not a file.", fix="--file takes one file; give it again for each more.")
    return path.stat().st_size


def _part(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise UsageProblem(f"The file {path} cannot be read: {exc.strerror}.") from exc
    raw = base64.b64encode(content).decode("ascii")
    return {"raw": raw, "filename": path.name, "mediaType": media_type(path)}
