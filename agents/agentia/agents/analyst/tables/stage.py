"""Between a file and DuckDB: each table under a name of its own, in a file without a name."""

import csv
import io
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from agentia.agents.analyst.errors import TableRefused
from agentia.agents.analyst.tables.delimited import read_delimited
from agentia.agents.analyst.tables.grid import Grid
from agentia.agents.analyst.tables.infer import Typed, infer
from agentia.agents.analyst.tables.records import read_json
from agentia.agents.analyst.tables.source import Source, kind_of
from agentia.agents.analyst.tables.unpivot import unpivot
from agentia.agents.analyst.tables.workbook import read_workbook

MAX_TABLES = 20


@dataclass(frozen=True)
class Staged:
    """A table about to be loaded. Without `columns` the file is Parquet, which says its types itself."""

    name: str
    source: str
    file: IO[bytes]
    columns: tuple[Typed, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where DuckDB finds the file as long as this process holds it open."""
        return f"/dev/fd/{self.file.fileno()}"


def stage(sources: Sequence[Source]) -> list[Staged]:
    """All tables of all sources. Raises `TableRefused`, `TableUnreadable`."""
    parts = [(source, part) for source in sources for part in _parts(source)]
    if len(parts) > MAX_TABLES:
        raise TableRefused(f"These are {len(parts)} tables; at most {MAX_TABLES} are read at a time.")
    names = _names([source.stem if part is None or part.name == source.name else part.name for source, part in parts])
    return [
        _parquet(name, source) if part is None else _grid(name, source, part)
        for name, (source, part) in zip(names, parts, strict=True)
    ]


def _parts(source: Source) -> Sequence[Grid | None]:
    """The grids of a source; Parquet stays what it is, for DuckDB reads it itself."""
    kind = kind_of(source) if source.value is None else "json"
    match kind:
        case "parquet":
            return [None]
        case "workbook":
            return [unpivot(sheet) for sheet in read_workbook(source)]
        case "json":
            return [unpivot(read_json(source))]
        case "delimited":
            return [unpivot(read_delimited(source))]


def _names(titles: Sequence[str]) -> list[str]:
    """Names that read well in SQL, no two alike."""
    result: list[str] = []
    for title in titles:
        name = re.sub(r"\W+", "_", title.lower()).strip("_")[:60] or "data"
        name = f"t_{name}" if name[0].isdigit() else name
        candidates = [name, *(f"{name}_{i}" for i in range(2, MAX_TABLES + 2))]
        result.append(next(candidate for candidate in candidates if candidate not in result))
    return result


def _parquet(name: str, source: Source) -> Staged:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `load`, which reads it
    file.write(source.body)
    file.flush()
    return Staged(name, source.name, file)


def _grid(name: str, source: Source, part: Grid) -> Staged:
    """The grid as a CSV of plain numbers and ISO dates, which DuckDB reads with the types already known."""
    columns = infer(part)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `load`, which reads it
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    csv.writer(text, lineterminator="\n").writerows(_typed_rows(part, columns))
    text.flush()
    text.detach()
    notes = (*part.notes, *(column.note for column in columns if column.note))
    return Staged(name, source.name, file, tuple(columns), notes)


def _typed_rows(part: Grid, columns: Sequence[Typed]) -> Iterator[list[str | None]]:
    readers = [column.texts.get for column in columns]
    for row in part.rows:
        yield [read(cell) for read, cell in zip(readers, row, strict=True)]
