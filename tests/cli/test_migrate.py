"""`agentia migrate` makes what a service that may not migrate by itself asks for."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from agentia.agents.librarian.keeping.database import MIGRATIONS, VERSIONS
from agentia.core.migrate import current, head
from agentia.core.settings import Settings
from agentia.tasks.open import open_store

AGENTIA = Path(sys.executable).with_name("agentia")


def test_a_service_that_checks_its_schema_starts_after_agentia_migrate(tmp_path: Path) -> None:
    ran = subprocess.run(
        [AGENTIA, "migrate", "own-agent", "--data", tmp_path],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert "own-agent" in ran.stdout
    assert "analyst" in ran.stdout
    for name, package in (("registry", "registry"), ("quant", "tasks"), ("own-agent", "tasks")):
        path = tmp_path / "db" / f"{name}.sqlite"
        assert current(path) == head(f"agentia.{package}.migrations")
    assert current(tmp_path / "db" / "librarian.sqlite", VERSIONS) == head(MIGRATIONS)
    asyncio.run(open_store(Settings(data=tmp_path, migrate="check"), "own-agent").close())
