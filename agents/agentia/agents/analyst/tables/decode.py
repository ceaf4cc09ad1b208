"""Bytes to text, whatever the spreadsheet program on the other side saved."""

import codecs

from agentia.agents.analyst.errors import TableUnreadable
from agentia.agents.analyst.tables.source import READS

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13})


def decode(name: str, body: bytes) -> str:
    """The text of a file. UTF-8 first, then UTF-16 by its zeros, then Windows-1252. Raises `TableUnreadable`."""
    encoding = _encoding(body)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        text = body.decode("cp1252", errors="replace") if encoding == "utf-8" else ""
    if not text or _is_binary(text):
        raise TableUnreadable(f"“{name}” holds binary data, not text.", fix=READS)
    return text


def _encoding(body: bytes) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return encoding
    head = body[:4000]
    zeros = head.count(0)
    if zeros * 4 <= len(head):
        return "utf-8"
    return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"


def _is_binary(text: str) -> bool:
    """Control characters are no part of any table; a stray one in a thousand characters is forgiven."""
    head = text[:100_000]
    strange = len(head) - len(head.translate(dict.fromkeys(_CONTROLS)))
    return strange * 1000 > len(head) or "\0" in head
