"""Tables into DuckDB: a locked connection in memory that can open nothing but the staged files."""
# ruff: noqa: S608  # every name is quoted and every literal escaped

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentia.agents.analyst.errors import TableRefused, TableUnreadable
from agentia.agents.analyst.tables.grid import MAX_CELLS, MAX_COLUMNS
from agentia.agents.analyst.tables.profile import profile
from agentia.agents.analyst.tables.source import Source
from agentia.agents.analyst.tables.stage import Staged, stage
from agentia.agents.analyst.tables.table import Table, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_PARQUET = 300_000_000  # bytes, unpacked
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "512MB",
    "temp_directory": "",
    "python_enable_replacements": False,  # or the names of our own variables would be tables
    "threads": 1,  # with one thread, sums of floats and the order of ties are the same on every run
}
_KEPT = ("DECIMAL", "DOUBLE", "FLOAT", "DATE", "BOOLEAN", "VARCHAR")


def load(sources: Sequence[Source]) -> tuple["DuckDBPyConnection", tuple[Table, ...]]:
    """A connection that holds the tables, and what they are. Raises `TableRefused`, `TableUnreadable`."""
    import duckdb

    staged = stage(sources)
    try:
        connection = duckdb.connect(":memory:", config=_CONFIG)
        _lock(connection, [part.path for part in staged])
        return connection, tuple(_loaded(connection, part) for part in staged)
    except duckdb.OutOfMemoryException as exc:
        raise TableRefused("The tables need more memory than is allowed.", fix="Send fewer rows or columns.") from exc
    except duckdb.Error as exc:
        names = " and ".join(f"“{part.source}”" for part in staged)
        raise TableUnreadable(f"{names} could not be loaded: the file is damaged.", fix="Send it as CSV.") from exc
    finally:
        for part in staged:
            part.file.close()


def _loaded(connection: "DuckDBPyConnection", part: Staged) -> Table:
    _create(connection, part)
    return profile(connection, part)


def _lock(connection: "DuckDBPyConnection", paths: Sequence[str]) -> None:
    """Nothing outside can be read, written, attached or loaded, and no statement can change that again."""
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET allowed_paths = [{', '.join(repr(path) for path in paths)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _create(connection: "DuckDBPyConnection", part: Staged) -> None:
    select = _from_csv(part) if part.columns else _from_parquet(connection, part)
    connection.execute(f"CREATE TABLE {quoted(part.name)} AS {select}")


def _from_csv(part: Staged) -> str:
    types = ", ".join(f"{_literal(column.name)}: '{column.type}'" for column in part.columns)
    return (
        f"SELECT * FROM read_csv('{part.path}', auto_detect = false, header = false, delim = ',', quote = '\"', "
        f"escape = '\"', nullstr = '', columns = {{{types}}})"
    )


def _from_parquet(connection: "DuckDBPyConnection", part: Staged) -> str:
    """Weighs the file by its metadata first: ten megabytes of Parquet can be billions of rows."""
    path = f"'{part.path}'"
    rows = connection.execute(f"SELECT num_rows FROM parquet_file_metadata({path})").fetchall()[0][0]
    weight = (
        connection.execute(f"SELECT sum(total_uncompressed_size) FROM parquet_metadata({path})").fetchall()[0][0] or 0
    )
    columns = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({path})").fetchall()
    if len(columns) > MAX_COLUMNS or rows * len(columns) > 5 * MAX_CELLS or weight > MAX_PARQUET:
        raise TableRefused(
            f"“{part.source}” unpacks to {rows:,} rows of {len(columns)} columns, which is too much.",
            fix="Send fewer rows or columns.",
        )
    if rows == 0:
        raise TableUnreadable(f"“{part.source}” has columns but no rows.", fix="Send the rows, too.")
    return f"SELECT {', '.join(_cast(name, kind) for name, kind, *_ in columns)} FROM read_parquet({path})"


def _cast(name: str, kind: str) -> str:
    """Types that questions are asked of stay; moments lose their zone (they are UTC), all others become text."""
    column = quoted(name)
    if kind.startswith("TIMESTAMP"):
        return f"CAST({column} AS TIMESTAMP) AS {column}"
    plain = kind.endswith(("INT", "INTEGER")) or kind.startswith(_KEPT)
    return column if plain and "[" not in kind else f"CAST({column} AS VARCHAR) AS {column}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
