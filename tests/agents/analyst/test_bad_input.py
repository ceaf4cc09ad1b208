"""What is no table, or too much of one: each ends with a sentence that its sender can act on, and nothing else."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from agentia.agents.analyst.errors import AnalystError, TableRefused, TableUnreadable
from agentia.agents.analyst.tables.load import load
from agentia.agents.analyst.tables.source import Source

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(13)


def refusal(name: str, body: bytes | str = b"", media_type: str = "", value: Any = None) -> AnalystError:
    with pytest.raises(AnalystError) as caught:
        load([Source(name, media_type, body.encode() if isinstance(body, str) else body, value)])
    return caught.value


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("sales.csv", PNG, "“sales.csv” is a PNG image, not a table."),
        ("sales.csv", b"%PDF-1.7 ...", "is a PDF document"),
        ("sales.csv", zlib.compress(b"x" * 1000) * 9, "holds binary data"),
        ("sales.csv", b"\x1f\x8b\x08" + bytes(60), "is a gzip archive"),
        ("sales.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page (HTML)"),
        ("sales.csv", b"\n <html><body>1,2</body></html>", "is a web page (HTML)"),
        ("sales.xml", b"<?xml version='1.0'?><a/>", "is an XML file"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "is an old Excel or Office file (.xls)"),
        ("empty.csv", b"", "“empty.csv” is empty."),
        ("blank.csv", b" \n\n \r\n", "is empty"),
        ("header.csv", b"region,revenue\n", "has a header but no rows"),
        ("nothing.json", b"[]", "holds no records"),
        ("letter.csv", b"Dear all\n" + b"this is a long letter about many things " * 40, "reads like prose"),
        ("words.json", b'["a", "b"]', "is JSON, but not a list of records"),
        ("broken.json", b'[{"a": 1}, {"a": ]', "is not valid JSON: line 1, column 18 is wrong"),
        ("broken.ndjson", b'{"a": 1}\n{"a": \n', "is not valid JSON: line 2 is wrong"),
        ("deep.json", b"[" * 200_000, "nested too deeply"),
        ("broken.parquet", b"PAR1" + bytes(200) + b"PAR1", "could not be loaded: the file is damaged"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_called_by_what_it_is(name: str, body: bytes, words: str) -> None:
    error = refusal(name, body)
    assert words in error.message
    assert isinstance(error, TableUnreadable)
    assert error.fix


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("a,b\n1,2\n3\n", "line 3 has 1 cells, the header has 2"),
        ("a,b\n1,2\n3,4,5\n6,7,8\n", "line 3 has 3 cells, the header has 2 (2 rows are wrong like this)"),
        ('a,b\n1,"open\n3,4\n', "cannot be read as CSV"),
    ],
)
def test_ragged_rows_are_named_by_their_line(body: str, words: str) -> None:
    error = refusal("t.csv", body)
    assert words in error.message
    assert "quote" in error.fix


def test_empty_cells_at_the_end_make_no_row_ragged() -> None:
    _, (table,) = load([Source("t.csv", body=b"a,b,,\n1,2,,\n3,4\n5,,,,\n")])
    assert (table.rows, len(table.columns)) == (3, 2)


@pytest.mark.parametrize(
    "media_type", ["image/png", "application/pdf", "text/html; charset=utf-8", "video/mp4", "application/zip"]
)
def test_a_media_type_that_holds_no_table_is_refused(media_type: str) -> None:
    error = refusal("t.csv", "a,b\n1,2\n", media_type)
    assert isinstance(error, TableRefused)
    assert media_type.split(";")[0] in error.message


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    error = refusal("big.csv", b"a,b\n" + b"1,2\n" * 3_000_000)
    assert isinstance(error, TableRefused)
    assert "12.0 MB; at most 10 MB are read" in error.message


def test_too_many_columns_are_refused() -> None:
    error = refusal("wide.csv", ",".join(f"c{i}" for i in range(600)) + "\n" + ",".join("x" * 600) + "\n")
    assert "600 columns; at most 500" in error.message


@pytest.mark.parametrize("value", [3, "text", {"a": {"b": 1}}, [], [1, 2], {"columns": ["a"], "rows": []}])
def test_a_data_part_without_records_is_refused(value: Any) -> None:
    assert "array of records" in refusal("data", value=value).fix


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in {"xl/workbook.xml": b"<workbook/>", **members}.items():
            zipped.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def openpyxl_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    def called(*_: Any, **__: Any) -> None:
        raise AssertionError("the archive was not weighed before")

    monkeypatch.setattr(openpyxl, "load_workbook", called)


@pytest.mark.usefixtures("openpyxl_is_not_called")
@pytest.mark.parametrize(
    "bomb",
    [
        lambda: archive(**{"xl/worksheets/sheet1.xml": bytes(100_000_000)}),
        lambda: archive(**{"xl/worksheets/sheet1.xml": bytes(20_000_000)}),
        lambda: archive(**{f"xl/worksheets/sheet{i}.xml": bytes(900_000) for i in range(100)}),
        lambda: archive(**{f"xl/media/{i}": b"" for i in range(3000)}),
    ],
    ids=["declared size", "ratio", "many members", "too many members"],
)
def test_a_zip_bomb_is_refused_before_it_is_unpacked(bomb: Callable[[], bytes]) -> None:
    error = refusal("bomb.xlsx", bomb())
    assert isinstance(error, TableRefused)
    assert "zip bomb" in error.message


@pytest.mark.usefixtures("openpyxl_is_not_called")
def test_a_zip_that_lies_about_its_sizes_is_refused() -> None:
    honest = archive(**{"xl/worksheets/sheet1.xml": bytes(20_000_000)})
    size, lie = struct.pack("<I", 20_000_000), struct.pack("<I", 1000)
    assert honest.count(size) == 2
    assert isinstance(refusal("bomb.xlsx", honest.replace(size, lie)), TableUnreadable | TableRefused)


@pytest.mark.usefixtures("openpyxl_is_not_called")
def test_entities_in_a_workbook_are_refused() -> None:
    error = refusal("lol.xlsx", archive(**{"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'}))
    assert "defines XML entities" in error.message


@pytest.mark.usefixtures("openpyxl_is_not_called")
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (archive()[:-30], "damaged or encrypted workbook"),
        (b"PK\x03\x04" + bytes(100), "damaged or encrypted workbook"),
        (archive().replace(b"xl/workbook.xml", b"xl/wordbook.xml"), "is a ZIP archive, not an XLSX workbook"),
    ],
)
def test_a_broken_archive_is_no_workbook(body: bytes, words: str) -> None:
    assert words in refusal("book.xlsx", body).message


def test_an_empty_workbook_says_so() -> None:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    assert "has no sheet with a header and rows" in refusal("book.xlsx", out.getvalue()).message


def test_a_sheet_whose_cells_are_far_apart_is_refused() -> None:
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
    far = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (i, i) for i in range(1, 400))
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(changed := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, sheet % far if name.endswith("sheet1.xml") else source.read(name))
    assert "cells" in refusal("far.xlsx", changed.getvalue()).message


def test_a_parquet_file_of_billions_of_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.parquet"
    duckdb.sql(f"COPY (SELECT 1 AS a, 2 AS b FROM range(20_000_000)) TO '{path}' (FORMAT parquet)")
    body = path.read_bytes()
    assert len(body) < 10_000_000
    assert "unpacks to 20,000,000 rows of 2 columns" in refusal("many.parquet", body).message


def test_nothing_of_a_broken_source_is_left_open(tmp_path: Path) -> None:
    good, bad = Source("a.csv", body=b"a\n1\n"), Source("b.parquet", body=b"PAR1" + bytes(99))
    before = len(list(Path("/dev/fd").iterdir()))
    with pytest.raises(TableUnreadable):
        load([good, bad])
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_a_message_names_no_path_and_no_library() -> None:
    for name, body in (("x.parquet", b"PAR1" + bytes(99)), ("x.xlsx", b"PK\x03\x04" + bytes(99)), ("x.json", b"{")):
        said = str(refusal(name, body)).lower()
        assert not any(word in said for word in ("/dev/", "/tmp", "duckdb", "openpyxl", "traceback", "exception"))


def test_json_with_nan_and_huge_numbers_is_read() -> None:
    _, (table,) = load(
        [Source("t.json", body=json.dumps([{"x": x, "y": 1} for x in (float("nan"), 1e300, 10**30)]).encode())]
    )
    assert (table.rows, table.columns[0].nulls) == (3, 1)
