"""XLSX to grids, one a sheet, after the archive was weighed without trusting what it says of itself."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from agentia.agents.analyst.errors import AnalystError, TableRefused, TableUnreadable
from agentia.agents.analyst.tables.grid import MAX_CELLS, Grid, grid
from agentia.agents.analyst.tables.source import Source

MAX_UNPACKED = 80_000_000
MAX_RATIO = 250
MAX_MEMBERS = 2_000
MAX_SHEETS = 20
_CHUNK = 1 << 16
_CURRENCIES = "€$£¥₹"


def weigh(name: str, body: bytes) -> None:
    """Refuse zip bombs: first by the sizes the directory declares, then by really unpacking, a chunk at a time.

    Raises `TableRefused` for a bomb, `TableUnreadable` for an archive that is damaged or no workbook.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            if "xl/workbook.xml" not in {member.filename for member in members}:
                raise TableUnreadable(
                    f"“{name}” is a ZIP archive, not an XLSX workbook.", fix="Send the file inside it."
                )
            if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
                raise _bomb(name)
            unpacked = 0
            for member in members:
                unpacked = _weigh_member(name, archive, member, unpacked)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as exc:
        raise TableUnreadable(f"“{name}” is a damaged or encrypted workbook.", fix="Save it again as XLSX.") from exc


def _weigh_member(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, unpacked: int) -> int:
    start, tail = unpacked, b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            unpacked += len(chunk)
            heavy = unpacked - start > max(1_000_000, MAX_RATIO * member.compress_size)
            if unpacked > MAX_UNPACKED or heavy:
                raise _bomb(name)
            if b"<!ENTITY" in tail + chunk or b"<!DOCTYPE" in tail + chunk:
                raise TableRefused(f"“{name}” defines XML entities, which no workbook needs.", fix="Send it as CSV.")
            tail = chunk[-10:]
    return unpacked


def _bomb(name: str) -> TableRefused:
    return TableRefused(
        f"“{name}” unpacks to more than a table of this size should (a zip bomb, or far too many cells).",
        fix="Send it as CSV or Parquet, or with fewer rows.",
    )


def read_workbook(source: Source) -> list[Grid]:
    """The grids of all sheets that hold a table. Raises `TableUnreadable` when none does."""
    weigh(source.name, source.body)
    from openpyxl import load_workbook  # late: only workbooks need it, and it takes 100 ms

    try:
        book = load_workbook(io.BytesIO(source.body), read_only=True, data_only=True)
    except Exception as exc:  # openpyxl lets KeyError, ValueError, ParseError and others out
        raise TableUnreadable(f"“{source.name}” is a damaged workbook.", fix="Save it again as XLSX.") from exc
    try:
        found = [sheet for sheet in book.worksheets[:MAX_SHEETS] if hasattr(sheet, "reset_dimensions")]
        grids = [_sheet(source, sheet, alone=len(found) == 1) for sheet in found]
    finally:
        book.close()
    tables = [table for table in grids if table]
    if not tables:
        raise TableUnreadable(
            f"“{source.name}” has no sheet with a header and rows.", fix="Fill one, and send it again."
        )
    return tables


def _sheet(source: Source, sheet: Any, *, alone: bool) -> Grid | None:
    sheet.reset_dimensions()  # some programs write a wrong one
    try:
        rows = list(_rows(source.name, sheet))
    except AnalystError:
        raise
    except Exception as exc:  # whatever openpyxl and the XML parser let out
        title = f"The sheet “{sheet.title}” of “{source.name}”"
        raise TableUnreadable(f"{title} is damaged.", fix="Save the workbook again.") from exc
    try:
        return grid(source.stem if alone else sheet.title, rows)
    except TableUnreadable:
        return None  # an empty sheet, or a cover page, beside the others


def _rows(name: str, sheet: Any) -> Iterator[list[str]]:
    cells = 0
    for row in sheet.iter_rows():
        cells += max(len(row), 1)
        if cells > MAX_CELLS:
            raise TableRefused(
                f"“{name}” has more than {MAX_CELLS:,} cells.", fix="Send it as Parquet, or with fewer rows."
            )
        yield [_text(cell.value, cell) for cell in row]


def _text(value: Any, cell: Any) -> str:
    """A cell as the person sees it: percentages with their sign, amounts with their currency."""
    if value is None or getattr(cell, "data_type", "") == "e":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value, getattr(cell, "number_format", "") or "")
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    return str(value).strip()


def _number(value: float, form: str) -> str:
    exact = Decimal(repr(round(value, 10) if isinstance(value, float) else value))
    if "%" in form:
        return f"{(exact * 100).normalize():f}%"
    sign = next((sign for sign in _CURRENCIES if sign in form), "")
    return f"{sign}{exact.normalize():f}"
