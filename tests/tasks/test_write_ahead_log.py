"""What SQLite writes beside its file is emptied now and then, whoever reads."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from a2a.types.a2a_pb2 import SendMessageRequest

from agentia.tasks import store as sqlite_store
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


async def test_the_write_ahead_log_does_not_grow_for_ever(
    engines: Engines, request_of: RequestOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_store, "LONGEST_LOG", 1_000_000)
    engine, log = engines(), tmp_path / "tasks.sqlite-wal"
    with closing(sqlite3.connect(tmp_path / "tasks.sqlite", isolation_level=None)) as reader:
        await engine.store.tidy()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM tasks").fetchone()
        for _ in range(20):
            await (await engine.send(request_of("x" * 50_000), LOCAL)).stored(settled=True)
        await engine.store.tidy()
        assert log.stat().st_size > 1_000_000, "a reader is in the way"
        reader.execute("COMMIT")
        await engine.store.tidy()
    assert log.stat().st_size == 0
