"""Artifacts saved to disk: names made safe, nothing overwritten, links only told."""

import base64
import binascii
import json
import mimetypes
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agentia.cli.client.picture import Artifact
from agentia.cli.client.update import JsonObject
from agentia.cli.console import clean
from agentia.cli.errors import CliError

LONGEST = 120
UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')


class CannotSave(CliError):
    """The artifacts could not be written."""


@dataclass(frozen=True)
class Saved:
    """A file that was written; `kind` is its media type."""

    path: Path
    size: int
    kind: str


def save(artifacts: Iterable[Artifact], folder: Path) -> list[Saved]:
    """Write every part with content of its own. The same content twice is written once; other content gets a number."""
    saved = []
    for name, kind, content in (file for artifact in artifacts for file in files_of(artifact)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            saved.append(Saved(_write(folder, name, content), len(content), kind))
        except OSError as exc:
            raise CannotSave(
                f"{folder / name} cannot be written: {exc.strerror}.", fix="--out names another folder."
            ) from exc
    return saved


def files_of(artifact: Artifact) -> Iterator[tuple[str, str, bytes]]:
    """Name, media type and content of each part that is not a link."""
    parts = [part for part in artifact.whole_parts() if "url" not in part]
    for number, part in enumerate(parts, 1):
        content, fallback = _content(part)
        kind = clean(str(part.get("mediaType") or fallback))
        own = str(part.get("filename") or "")
        named_here = len(parts) == 1 and PurePosixPath(artifact.name).suffix
        name = safe_name(artifact.name if named_here or not own else own)
        if len(parts) > 1 and not own:
            name = _numbered(name, number)
        yield (name if PurePosixPath(name).suffix else name + _ending(kind)), kind, content


def links(artifacts: Iterable[Artifact]) -> list[str]:
    """The URLs of parts that are links: shown, never fetched."""
    return [clean(str(part["url"])) for artifact in artifacts for part in artifact.parts if "url" in part]


def safe_name(name: str) -> str:
    """One plain file name: no folders, no hidden files, no odd characters, not too long."""
    last = PurePosixPath(clean(name).replace("\\", "/")).name
    plain = UNSAFE.sub("-", last).strip(".-") or "artifact"
    path = PurePosixPath(plain)
    return path.stem[: LONGEST - len(path.suffix)] + path.suffix if len(plain) > LONGEST else plain


def _content(part: JsonObject) -> tuple[bytes, str]:
    if "raw" in part:
        try:
            return base64.b64decode(str(part["raw"])), "application/octet-stream"
        except (binascii.Error, ValueError) as exc:
            raise CannotSave("An artifact holds a file that is not base64.") from exc
    if "data" in part:
        return (json.dumps(part["data"], indent=2, ensure_ascii=False) + "\n").encode(), "application/json"
    return str(part.get("text", "")).encode(), "text/plain"


def _ending(kind: str) -> str:
    main = kind.partition(";")[0].strip()
    return {"text/plain": ".txt", "text/markdown": ".md"}.get(main) or mimetypes.guess_extension(main) or ""


def _write(folder: Path, name: str, content: bytes) -> Path:
    number = 1
    while True:
        path = folder / (name if number == 1 else _numbered(name, number))
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            if path.is_file() and path.read_bytes() == content:
                return path
            number += 1
        else:
            return path


def _numbered(name: str, number: int) -> str:
    path = PurePosixPath(name)
    return f"{path.stem}-{number}{path.suffix}"
