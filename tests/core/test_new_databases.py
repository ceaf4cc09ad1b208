"""A new SQLite file is made without Alembic, and is just what Alembic would have made."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from agentia.core import migrate

PACKAGES = ("agentia.tasks.migrations", "agentia.registry.migrations")


def _schema(path: Path) -> set[tuple[str, str]]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE name != 'alembic_version' AND sql NOT NULL"
        )
        return {(name, re.sub(r"\s+", " ", sql)) for name, sql in rows}
    finally:
        connection.close()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_new_file_is_what_alembic_makes(package: str, tmp_path: Path) -> None:
    new, upgraded = tmp_path / "new.sqlite", tmp_path / "upgraded.sqlite"
    migrate.migrate(new, package)
    migrate._upgrade(upgraded, package)
    assert _schema(new) == _schema(upgraded)
    assert migrate.current(new) == migrate.current(upgraded) == migrate.head(package)


def test_a_file_that_was_made_half_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "head", _broken)
    with pytest.raises(RuntimeError):
        migrate._create(tmp_path / "new.sqlite", PACKAGES[0])
    assert migrate.current(tmp_path / "new.sqlite") is None
    assert not _schema(tmp_path / "new.sqlite")


def _broken(_package: str) -> str:
    raise RuntimeError("the disk went away")


def test_making_one_imports_no_alembic(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from agentia.core.migrate import migrate;"
        f"migrate(Path({str(tmp_path / 'x.sqlite')!r}), {PACKAGES[0]!r});"
        "sys.exit(bool({'alembic', 'sqlalchemy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
