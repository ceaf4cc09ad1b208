"""JSON to a grid: arrays of records, lines of records, columns with rows, or a wrapper around one of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from agentia.agents.analyst.errors import TableUnreadable
from agentia.agents.analyst.tables.decode import decode
from agentia.agents.analyst.tables.grid import Grid, grid, names
from agentia.agents.analyst.tables.source import Source

_SHAPES = 'Send an array of records, [{"region": "North", "revenue": 12}, …], or {"columns": […], "rows": [[…], …]}.'
_DEPTH = 3


def read_json(source: Source) -> Grid:
    """The grid of a JSON file or of a JSON value that came as a data part. Raises `TableUnreadable`."""
    value = source.value if source.value is not None else _parse(source.name, decode(source.name, source.body))
    header, rows = _table(source.name, value)
    notes: list[str] = []
    if not rows:
        raise TableUnreadable(f"“{source.name}” holds no rows.", fix=_SHAPES)
    read = grid(source.name, [names(header, notes), *rows])
    return Grid(read.name, read.header, read.rows, (*notes, *read.notes))


def _parse(name: str, text: str) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_constant=lambda _: None)
    except RecursionError as exc:
        raise TableUnreadable(f"“{name}” is nested too deeply.", fix=_SHAPES) from exc
    except json.JSONDecodeError as whole:
        return _parse_lines(name, text, whole)


def _parse_lines(name: str, text: str, whole: json.JSONDecodeError) -> list[Any]:
    """NDJSON: a record a line. When not even the first line is JSON, the error is that of the whole text."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    records: list[Any] = []
    for number, line in lines:
        try:
            records.append(json.loads(line, parse_float=str, parse_constant=lambda _: None))
        except (json.JSONDecodeError, RecursionError) as exc:
            at = f"line {number}" if records else f"line {whole.lineno}, column {whole.colno}"
            raise TableUnreadable(f"“{name}” is not valid JSON: {at} is wrong.", fix=_SHAPES) from exc
    return records


def _table(name: str, value: Any) -> tuple[Sequence[str], list[list[str]]]:
    if isinstance(value, Mapping):
        return _from_mapping(name, value)
    if not isinstance(value, list) or not value:
        raise TableUnreadable(f"“{name}” holds no records.", fix=_SHAPES)
    if all(isinstance(record, Mapping) for record in value):
        return _from_records([flatten(record) for record in value])
    if all(isinstance(row, list) for row in value):
        return [cell_text(cell) for cell in value[0]], [[cell_text(cell) for cell in row] for row in value[1:]]
    raise TableUnreadable(f"“{name}” is JSON, but not a list of records.", fix=_SHAPES)


def _from_mapping(name: str, value: Mapping[str, Any]) -> tuple[Sequence[str], list[list[str]]]:
    columns, rows = value.get("columns"), value.get("rows")
    if isinstance(columns, list) and isinstance(rows, list):
        if rows and isinstance(rows[0], Mapping):
            return _table(name, rows)
        titles = [str(c.get("name", "")) if isinstance(c, Mapping) else cell_text(c) for c in columns]
        return titles, [[cell_text(cell) for cell in row] if isinstance(row, list) else [] for row in rows]
    lists = {key: item for key, item in value.items() if isinstance(item, list)}
    inner = [item for item in lists.values() if item and isinstance(item[0], Mapping)]
    if len(inner) == 1:
        return _table(name, inner[0])
    if lists and len(lists) == len(value) and len({len(item) for item in lists.values()}) == 1:
        return list(lists), [list(map(cell_text, row)) for row in zip(*lists.values(), strict=True)]
    if value and not lists and not any(isinstance(item, Mapping) for item in value.values()):
        return _from_records([value])
    raise TableUnreadable(f"“{name}” is JSON, but not a list of records.", fix=_SHAPES)


def _from_records(records: Sequence[Mapping[str, Any]]) -> tuple[Sequence[str], list[list[str]]]:
    columns = list(dict.fromkeys(key for record in records for key in record))
    return columns, [[cell_text(record.get(key)) for key in columns] for record in records]


def flatten(record: Mapping[str, Any], prefix: str = "", depth: int = _DEPTH) -> dict[str, Any]:
    """Records in records become columns named with a dot."""
    flat: dict[str, Any] = {}
    for key, item in record.items():
        if isinstance(item, Mapping) and item and depth > 1:
            flat |= flatten(item, f"{prefix}{key}.", depth - 1)
        else:
            flat[f"{prefix}{key}"] = item
    return flat


def cell_text(cell: Any) -> str:
    """A JSON value as the text of a cell: null is empty, nested values stay JSON."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))  # a data part knows no integers: 3 arrives as 3.0
    if isinstance(cell, (str, int, float)):
        return str(cell).strip()
    return json.dumps(cell, ensure_ascii=False)
