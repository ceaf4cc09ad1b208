"""Which SQL statements of strangers may run: one that only reads the loaded tables. sqlglot decides."""

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

from agentia.agents.analyst.errors import StatementRefused

if TYPE_CHECKING:
    from sqlglot.expressions import Expression

_ONE = "Send exactly one SELECT (or WITH … SELECT) over the loaded tables."
_LONGEST = 20_000
_REACHING = (
    *(
        "read_",
        "readcsv",
        "readparquet",
        "glob",
        "parquet_",
        "sniff_",
        "seq_scan",
        "arrow_scan",
        "pandas_scan",
        "python_",
    ),
    *("duckdb_", "pragma_", "query", "getenv", "getvariable", "current_setting", "which_secret", "copy_", "load_"),
    *("install_", "sqlite_", "postgres_", "mysql_", "iceberg_", "delta_", "http_", "json_execute", "from_substrait"),
    *("checkpoint", "force_checkpoint", "test_", "repeat_row"),
)  # beginnings of functions that read files, settings or other statements; DuckDB is locked besides


def allow(statement: str, tables: Collection[str]) -> str:
    """The statement as sqlglot writes it, so that what was checked is what runs. Raises `StatementRefused`."""
    import sqlglot
    from sqlglot import errors, exp

    if len(statement) > _LONGEST:
        raise StatementRefused(f"The statement is longer than {_LONGEST:,} characters.", fix=_ONE)
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of every statement that it knows only by name
    try:
        parsed = [tree for tree in sqlglot.parse(statement, read="duckdb") if tree is not None]
    except (errors.SqlglotError, RecursionError) as exc:
        raise StatementRefused(f"The statement cannot be parsed: {_reason(exc)}", fix=_ONE) from exc
    if len(parsed) != 1:
        raise StatementRefused(
            f"These are {len(parsed)} statements." if parsed else "There is no statement after “sql:”.", fix=_ONE
        )
    tree = parsed[0]
    if not isinstance(tree, (exp.Select, exp.SetOperation, exp.Subquery)):
        raise StatementRefused(f"{tree.key.upper()} statements are not run.", fix=_ONE)
    _check_nodes(tree)
    _check_tables(tree, tables)
    return tree.sql(dialect="duckdb", pretty=True)


def _check_nodes(tree: "Expression") -> None:
    """No statement inside the statement, no INTO, no parameter, and no function that reaches outside."""
    from sqlglot import exp

    for node in tree.walk():
        if isinstance(
            node, (exp.DDL, exp.DML, exp.Command, exp.Into, exp.Pragma, exp.Set, exp.Attach, exp.Copy)
        ) and not isinstance(node, exp.Query):
            raise StatementRefused(f"{node.key.upper()} is not run.", fix=_ONE)
        name = (
            node.name.lower()
            if isinstance(node, exp.Anonymous)
            else node.sql_name().lower()
            if isinstance(node, exp.Func)
            else ""
        )
        if name.startswith(_REACHING):
            raise StatementRefused(f"The function {name} is not run.", fix=_ONE)


def _check_tables(tree: "Expression", tables: Collection[str]) -> None:
    from sqlglot import exp
    from sqlglot.optimizer.scope import traverse_scope

    known = {name.casefold() for name in tables}
    own = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    traverse_scope(tree)
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            raise StatementRefused(
                f"Table functions such as {table.this.sql(dialect='duckdb')[:60]} are not run.", fix=_ONE
            )
        name = table.name
        foreign = table.db or table.catalog or name.casefold() not in known | own
        if foreign:
            raise StatementRefused(
                f"There is no table “{table.sql(dialect='duckdb')[:80]}”.",
                fix=f"The loaded tables: {', '.join(sorted(tables))}.",
            )


def _reason(exc: Exception) -> str:
    errors = getattr(exc, "errors", None)
    if errors:
        first = errors[0]
        return f"{first.get('description', 'it is no SQL')} (line {first.get('line')}, column {first.get('col')})."
    return "it is no SQL, or nested too deeply."
