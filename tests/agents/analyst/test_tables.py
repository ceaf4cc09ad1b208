"""Tables as they come: encodings, separators, ways to write numbers and dates, JSON shapes, workbooks, Parquet."""

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl
import pytest

from agentia.agents.analyst.tables.source import Source
from agentia.agents.analyst.tables.table import Table

if TYPE_CHECKING:
    from tests.agents.analyst.conftest import Analyst

TableOf = Callable[..., Table]


def types(table: Table) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


def range_of(table: Table, name: str) -> tuple[Any, Any]:
    return next((column.minimum, column.maximum) for column in table.columns if column.name == name)


def workbook(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cell, form in (formats or {}).items():
        sheet[cell].number_format = form
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_every_usual_encoding_is_read(encoding: str, table_of: TableOf) -> None:
    table = table_of("städte.csv", "Stadt,Umsatz\nKöln,12\nMünchen,30\n".encode(encoding))
    assert [column.name for column in table.columns] == ["Stadt", "Umsatz"]
    assert set(table.columns[0].values) == {"Köln", "München"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_found(delimiter: str, table_of: TableOf) -> None:
    rows = [["name", "note", "n"], ["a", '"x, y; z"', "1"], ["b", '"two\nlines"', "2"]]
    table = table_of("t.csv", "\n".join(delimiter.join(row) for row in rows))
    assert (table.rows, len(table.columns)) == (2, 3)


def test_excels_own_separator_line_is_obeyed(table_of: TableOf) -> None:
    assert types(table_of("t.csv", "sep=;\na;b\n1;2,5\n")) == {"a": "BIGINT", "b": "DECIMAL(18,1)"}


@pytest.mark.parametrize(
    ("texts", "kind", "least", "greatest", "unit"),
    [
        (["1", "-20", "300"], "BIGINT", -20, 300, None),
        (["1.5", "2.25"], "DECIMAL(18,2)", Decimal("1.50"), Decimal("2.25"), None),
        (["1,234.50", "12"], "DECIMAL(18,2)", Decimal(12), Decimal("1234.50"), None),
        (["1.234,50", "12,00"], "DECIMAL(18,2)", Decimal(12), Decimal("1234.50"), None),
        (["1 234,5", "7,0"], "DECIMAL(18,1)", Decimal(7), Decimal("1234.5"), None),
        (["1'234.50", "3.10"], "DECIMAL(18,2)", Decimal("3.10"), Decimal("1234.50"), None),
        (["1,234,567", "9,876,543"], "BIGINT", 1234567, 9876543, None),
        (["1.234.567", "2.000.000"], "BIGINT", 1234567, 2000000, None),
        (["0.125", "0.500"], "DECIMAL(18,3)", Decimal("0.125"), Decimal("0.500"), None),
        (["$1,200.00", "-$3.50"], "DECIMAL(18,2)", Decimal("-3.50"), Decimal("1200.00"), "$"),
        (["12,50 €", "1.000,00 €"], "DECIMAL(18,2)", Decimal("12.50"), Decimal(1000), "€"),
        (["USD 5", "USD 7"], "BIGINT", 5, 7, "USD"),
        (["(1,250)", "300"], "BIGINT", -1250, 300, None),
        (["12.5%", "7%"], "DECIMAL(18,1)", Decimal(7), Decimal("12.5"), "%"),
        (["10 kg", "12 kg"], "BIGINT", 10, 12, "kg"),
        (["1e3", "2.5E-1"], "DOUBLE", 0.25, 1000.0, None),
        (["5", "", "n/a", "-", "7"], "BIGINT", 5, 7, None),
    ],
)
def test_numbers_are_read_as_people_write_them(
    texts: list[str], kind: str, least: Any, greatest: Any, unit: str | None, table_of: TableOf
) -> None:
    column = table_of("t.csv", "name\tx\n" + "".join(f'r\t"{text}"\n' for text in texts)).columns[1]
    assert (column.type, column.minimum, column.maximum, column.unit) == (kind, least, greatest, unit)


@pytest.mark.parametrize(
    "texts",
    [
        ["007", "012"],
        ["+491701234567", "+491709876543"],
        ["1234567890123456", "1234567890123457"],
        ["12 A", "14 B"],
        ["1-2", "3"],
    ],
)
def test_codes_are_no_numbers(texts: list[str], table_of: TableOf) -> None:
    column = table_of("t.csv", "name\tx\n" + "".join(f"r\t{text}\n" for text in texts)).columns[1]
    assert (column.type, set(column.values)) == ("VARCHAR", set(texts))


@pytest.mark.parametrize(
    ("texts", "least", "greatest"),
    [
        (["2025-01-31", "2025-12-01"], date(2025, 1, 31), date(2025, 12, 1)),
        (["2025/1/5", "2025/11/30"], date(2025, 1, 5), date(2025, 11, 30)),
        (["31.01.2025", "1.12.2025"], date(2025, 1, 31), date(2025, 12, 1)),
        (["31/01/2025", "05/02/2025"], date(2025, 1, 31), date(2025, 2, 5)),
        (["01/31/2025", "02/05/2025"], date(2025, 1, 31), date(2025, 2, 5)),
        (["1/13/25", "2/5/25"], date(2025, 1, 13), date(2025, 2, 5)),
        (["01/01/2025", "01/02/2025", "01/03/2025", "01/04/2025"], date(2025, 1, 1), date(2025, 4, 1)),
        (["3 Jan 2025", "15 February 2025"], date(2025, 1, 3), date(2025, 2, 15)),
        (["Jan 3, 2025", "March 15th, 2025"], date(2025, 1, 3), date(2025, 3, 15)),
        (["03-Jan-25", "15-Mar-25"], date(2025, 1, 3), date(2025, 3, 15)),
        (["Mon, 6 Jan 2025", "Tue, 7 Jan 2025"], date(2025, 1, 6), date(2025, 1, 7)),
        (["20250131", "20251201"], date(2025, 1, 31), date(2025, 12, 1)),
        (["2025-01", "2025-03"], date(2025, 1, 1), date(2025, 3, 1)),
        (["Jan 2025", "Mar 2025"], date(2025, 1, 1), date(2025, 3, 1)),
        (["Q1 2025", "Q3 2025"], date(2025, 1, 1), date(2025, 7, 1)),
        (["2025-01-05", "6 January 2025", "07.01.2025", "", "n/a"], date(2025, 1, 5), date(2025, 1, 7)),
    ],
)
def test_dates_are_read_in_many_ways_also_mixed(
    texts: list[str], least: date, greatest: date, table_of: TableOf
) -> None:
    table = table_of("t.csv", "date\tx\n" + "".join(f"{text}\t1\n" for text in texts))
    assert types(table)["date"] == "DATE"
    assert range_of(table, "date") == (least, greatest)


def test_times_of_day_are_kept_and_zones_become_utc(table_of: TableOf) -> None:
    table = table_of("t.csv", "at,x\n2025-01-31T23:30:00-02:00,1\n2025-01-31 10:00 PM,2\n")
    assert (types(table)["at"], range_of(table, "at")) == ("TIMESTAMP", (date(2025, 1, 31), date(2025, 2, 1)))


def test_a_few_strange_cells_are_left_out_and_named(table_of: TableOf) -> None:
    table = table_of("t.csv", "x,y\n" + "".join(f"{i},a\n" for i in range(1, 20)) + "twelve,b\n")
    assert (types(table)["x"], table.columns[0].nulls) == ("BIGINT", 1)
    assert "cells of “x” that could not be read were left out: “twelve”" in table.notes


def test_a_region_called_na_is_no_missing_value(table_of: TableOf) -> None:
    assert set(table_of("t.csv", "region,x\nNA,1\nEU,2\n").columns[0].values) == {"NA", "EU"}


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("a,a,A", ["a", "a_2", "A_3"]),
        ("a,,b", ["a", "column_2", "b"]),
        ("1,2,3", ["column_1", "column_2", "column_3"]),
        ('" spaced  out ","two\nlines",c', ["spaced out", "two lines", "c"]),
        ('"say ""hi""; drop",b,c', ['say "hi"; drop', "b", "c"]),
    ],
)
def test_every_column_gets_a_name_of_its_own(header: str, names: list[str], table_of: TableOf) -> None:
    table = table_of("t.csv", f"{header}\n7,8,9\n1,2,3\n")
    assert [column.name for column in table.columns] == names


def test_titles_above_and_totals_below_are_left_out(table_of: TableOf) -> None:
    table = table_of("t.csv", "Sales report,,\n\nregion,units,revenue\nNorth,1,10\nSouth,2,20\nTotal,3,30\n")
    assert table.rows == 2
    assert {"1 title line above the header left out", "the totals row at the end left out"} <= set(table.notes)


@pytest.mark.parametrize(
    "value",
    [
        [{"region": "North", "revenue": 12.5}, {"region": "South", "revenue": None}, {"region": "East", "revenue": 3}],
        {"columns": ["region", "revenue"], "rows": [["North", 12.5], ["South", None], ["East", 3]]},
        {"columns": [{"name": "region"}, {"name": "revenue"}], "rows": [["North", 12.5], ["South", None], ["East", 3]]},
        {"region": ["North", "South", "East"], "revenue": [12.5, None, 3]},
        {
            "meta": {"page": 1},
            "data": [{"region": "North", "revenue": 12.5}, {"region": "South"}, {"region": "East", "revenue": 3}],
        },
        [["region", "revenue"], ["North", 12.5], ["South", None], ["East", 3]],
    ],
)
def test_records_are_read_in_every_usual_shape(value: Any, table_of: TableOf) -> None:
    for table in (table_of("data", value=value), table_of("t.json", json.dumps(value))):
        assert types(table) == {"region": "VARCHAR", "revenue": "DECIMAL(18,1)"}
        assert (table.rows, table.columns[1].nulls) == (3, 1)


def test_lines_of_records_and_records_in_records_are_read(table_of: TableOf) -> None:
    table = table_of("t.ndjson", '{"a": 1, "b": {"c": "x"}}\n\n{"a": 2, "b": {"c": "y"}, "d": [1, 2]}\n')
    assert [column.name for column in table.columns] == ["a", "b.c", "d"]
    assert table.columns[2].values == ("[1, 2]",)


def test_whole_numbers_of_a_data_part_stay_whole(table_of: TableOf) -> None:
    assert types(table_of("data", value=[{"units": 3.0}, {"units": 4.0}])) == {"units": "BIGINT"}


def test_a_workbook_keeps_dates_percentages_and_currencies(table_of: TableOf) -> None:
    body = workbook(
        ["date", "share", "price", "ok", "n"],
        [datetime(2025, 1, 31), 0.125, 1234.5, True, 1],  # noqa: DTZ001
        [datetime(2025, 2, 28), 0.25, 12, False, 2],  # noqa: DTZ001
        formats={"B2": "0.0%", "B3": "0.0%", "C2": '"€"#,##0.00', "C3": '"€"#,##0.00'},
    )
    table = table_of("book.xlsx", body)
    assert types(table) == {
        "date": "DATE",
        "share": "DECIMAL(18,1)",
        "price": "DECIMAL(18,1)",
        "ok": "VARCHAR",
        "n": "BIGINT",
    }
    assert [column.unit for column in table.columns] == [None, "%", "€", None, None]
    assert range_of(table, "share") == (Decimal("12.5"), Decimal(25))


def test_every_sheet_with_rows_is_a_table(analyst: "Analyst") -> None:
    book = openpyxl.Workbook()
    for title, rows in (("North sales", [["a"], [1]]), ("Empty", []), ("South", [["b"], [2]])):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    seen = analyst.looks("", Source("book.xlsx", body=out.getvalue()))
    assert [table["name"] for table in seen["tables"]] == ["north_sales", "south"]


def test_parquet_keeps_its_types(tmp_path: Any, table_of: TableOf) -> None:
    path = tmp_path / "t.parquet"
    duckdb.sql(
        f"COPY (SELECT i::INTEGER AS n, 'a' || i AS s, TIMESTAMPTZ '2025-01-01 00:00+00' + i * INTERVAL 1 DAY AS at, "
        "(i * 1.5)::DECIMAL(9, 2) AS m, i > 2 AS b, [i] AS l, {'x': i} AS r FROM range(5) t(i)) "
        f"TO '{path}' (FORMAT parquet)"
    )
    table = table_of("t.parquet", path.read_bytes())
    assert types(table) == {
        "n": "INTEGER",
        "s": "VARCHAR",
        "at": "TIMESTAMP",
        "m": "DECIMAL(9,2)",
        "b": "BOOLEAN",
        "l": "VARCHAR",
        "r": "VARCHAR",
    }


def test_columns_called_by_periods_become_rows(table_of: TableOf) -> None:
    table = table_of("wide.csv", "region,Jan 2025,Feb 2025,Mar 2025\nNorth,1,2,3\nSouth,4,,6\n")
    assert types(table) == {"region": "VARCHAR", "period": "DATE", "value": "BIGINT"}
    assert (table.rows, table.columns[2].nulls) == (6, 1)


def test_years_and_months_in_columns_of_their_own_are_dates(analyst: "Analyst") -> None:
    source = Source("t.csv", body=b"year,month,sales\n2024,12,5\n2025,1,7\n2025,2,9\n")
    assert analyst.data("sales in February 2025", source)["value"] == 9
    assert analyst.data("sales in 2025", source)["value"] == 16


def test_a_table_may_be_pasted_into_the_question() -> None:
    from agentia.agents.analyst.tables.pasted import pasted

    question, source = pasted("Which region leads?\nregion,revenue\nNorth,1\nSouth,2\nThanks and bye")
    assert (question, source and source.body) == (
        "Which region leads?\nThanks and bye",
        b"region,revenue\nNorth,1\nSouth,2",
    )
    assert pasted("Hello, world.\nHow are you?") == ("Hello, world.\nHow are you?", None)
