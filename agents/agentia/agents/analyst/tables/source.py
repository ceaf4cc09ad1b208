"""What a table arrives as: a named piece of data, and which kind of file it turns out to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agentia.agents.analyst.errors import TableRefused, TableUnreadable

MAX_BYTES = 10_000_000

Kind = Literal["delimited", "json", "parquet", "workbook"]

READS = "Send a CSV, TSV, JSON, Parquet or XLSX file."

_FOREIGN: Mapping[bytes, str] = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Office file (.xls)",
    b"SQLite format 3": "an SQLite database",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
_MARKUP: Mapping[str, str] = {
    "<!doctype html": "a web page (HTML)",
    "<html": "a web page (HTML)",
    "<?xml": "an XML file",
}
_NO_TABLE = ("image/", "audio/", "video/", "font/", "model/", "application/pdf", "application/zip", "text/html")


@dataclass(frozen=True)
class Source:
    """Data as they were sent: either the bytes of a file, or the JSON value of a data part."""

    name: str
    media_type: str = ""
    body: bytes = b""
    value: Any = None

    @property
    def stem(self) -> str:
        """The name without folders and ending: what the table will be called."""
        last = self.name.replace("\\", "/").rsplit("/", 1)[-1]
        return last.rsplit(".", 1)[0] if "." in last[1:] else last


def kind_of(source: Source) -> Kind:
    """The kind of file, by what is in it rather than by its name. Raises `TableRefused`, `TableUnreadable`."""
    _check_size(source)
    media_type = source.media_type.split(";")[0].strip().lower()
    if media_type.startswith(_NO_TABLE):
        raise TableRefused(f"“{source.name}” is sent as {media_type}, which holds no table.", fix=READS)
    head = source.body[:512]
    for magic, words in _FOREIGN.items():
        if head.startswith(magic):
            raise TableUnreadable(f"“{source.name}” is {words}, not a table.", fix=READS)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "workbook"
    return "json" if _looks_json(head, media_type, source.name) else "delimited"


def refuse_markup(name: str, text: str) -> None:
    """Web pages and XML are often saved under a table's name. Raises `TableUnreadable`."""
    start = text[:200].lstrip().lower()
    for sign, words in _MARKUP.items():
        if start.startswith(sign):
            raise TableUnreadable(f"“{name}” is {words}, not a table.", fix=READS)


def _check_size(source: Source) -> None:
    size = len(source.body)
    if size > MAX_BYTES:
        raise TableRefused(
            f"“{source.name}” has {size / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read.",
            fix="Send fewer rows or columns, or the same table as Parquet.",
        )
    if not source.body.strip():
        raise TableUnreadable(f"“{source.name}” is empty.", fix=READS)


def _looks_json(head: bytes, media_type: str, name: str) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    named = "json" in media_type or name.lower().endswith((".json", ".ndjson", ".jsonl"))
    return named or text[:1] in (b"{", b"[")
