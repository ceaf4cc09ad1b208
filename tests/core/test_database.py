"""Opening a SQLite file: durable settings, and a sentence instead of a traceback for whatever is wrong with it."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from agentia.core import database
from agentia.core.database import DatabaseUnusable, check, connect, statements


def _filled(path: Path) -> bytes:
    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)")
        connection.executemany("INSERT INTO t (body) VALUES (?)", [("x" * 200,)] * 500)
        connection.execute("CREATE INDEX bodies ON t (body, id)")
    return path.read_bytes()


def test_every_commit_is_synced_and_readers_do_not_wait_for_writers(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "new" / "folder" / "x.sqlite")) as connection:
        settings = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        assert settings == ["wal", 2]
        assert connection.isolation_level is None


def test_a_connection_for_reading_writes_nothing(tmp_path: Path) -> None:
    _filled(tmp_path / "x.sqlite")
    with closing(connect(tmp_path / "x.sqlite", read_only=True)) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (500,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM t")


@pytest.mark.parametrize("body", [b"hello, I am a text" * 100, b"\x00" * 5000, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_named_in_a_sentence(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "x.sqlite").write_bytes(body)
    with pytest.raises(DatabaseUnusable, match=r"x\.sqlite cannot be used \(.+\)\. Check the disk"):
        connect(tmp_path / "x.sqlite")


def test_a_folder_that_cannot_be_made_is_named_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatabaseUnusable, match=r"x\.sqlite cannot be used"):
        connect(tmp_path / "file" / "x.sqlite")


def test_a_file_that_was_cut_off_is_named_in_a_sentence(tmp_path: Path) -> None:
    body = _filled(tmp_path / "x.sqlite")
    (tmp_path / "x.sqlite").write_bytes(body[: len(body) // 2])
    with pytest.raises(DatabaseUnusable, match="malformed"):
        connect(tmp_path / "x.sqlite")


def test_damage_deep_in_a_file_is_found_when_it_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.sqlite"
    body = _filled(path)
    middle = len(body) // 8192 * 4096
    path.write_bytes(body[:middle] + b"\xff" * 4096 + body[middle + 4096 :])
    with closing(connect(path)) as connection:
        with pytest.raises(DatabaseUnusable, match=r"x\.sqlite cannot be used \([^\n]+\)\. Check"):
            check(connection, path)
        monkeypatch.setattr(database, "CHECKED", 1000)
        check(connection, path)  # a large file is opened at once: its damage shows when it is met


def test_a_whole_file_passes(tmp_path: Path) -> None:
    _filled(tmp_path / "x.sqlite")
    with closing(connect(tmp_path / "x.sqlite")) as connection:
        check(connection, tmp_path / "x.sqlite")


def test_statements_are_found_by_their_names() -> None:
    found = statements("agentia.tasks")
    assert found["find_message"].startswith("SELECT hash")
    assert not any(body.endswith(";") for body in found.values())
    assert all(found.values())


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    """As replicas do that start together; each switches the file to WAL, for which SQLite does not wait."""
    together = threading.Barrier(8)

    def open_it(path: Path) -> str:
        together.wait()
        with closing(connect(path)) as connection:
            return str(connection.execute("PRAGMA journal_mode").fetchone()[0])

    with ThreadPoolExecutor(8) as pool:
        for number in range(20):
            assert set(pool.map(open_it, [tmp_path / f"{number}.sqlite"] * 8)) == {"wal"}
