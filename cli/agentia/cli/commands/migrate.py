"""`agentia migrate`: bring the databases' schemas up to date, for services that run with AGENTIA_MIGRATE=check."""

from pathlib import Path
from typing import Annotated

import typer

from agentia.cli.options import DEFAULT_DATA, Data

app = typer.Typer(add_completion=False)


@app.command()
def migrate(
    agents: Annotated[list[str] | None, typer.Argument(metavar="AGENT", help="Agents of your own, by name.")] = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Bring the schemas of the registry and of all agents up to date.

    Agents whose databases are in --data are found by themselves; on Postgres name those of your own.
    """
    from agentia.core.migrate import migrate as migrate_file
    from agentia.core.settings import Settings

    settings = Settings(data=data)
    folder = data / "db"
    folder.mkdir(parents=True, exist_ok=True)
    migrate_file(folder / "registry.sqlite", "agentia.registry.migrations")
    typer.echo("registry   up to date")
    for name in _agents(folder, agents or []):
        _migrate(settings.database_url, folder, name, "agentia.tasks.migrations")
        if name == "librarian":
            _migrate(settings.database_url, folder, name, *_memory())
        typer.echo(f"{name:<10} up to date")


def _agents(folder: Path, named: list[str]) -> list[str]:
    from agentia.cli.mesh.plan import AGENTS

    found = {path.stem for path in folder.glob("*.sqlite")} - {"registry"}
    return sorted({*AGENTS, *found, *named})


def _memory() -> tuple[str, str]:
    """What the librarian keeps beside its tasks, and the table of its versions."""
    from agentia.agents.librarian.keeping.database import MIGRATIONS, VERSIONS

    return MIGRATIONS, VERSIONS


def _migrate(database_url: str | None, folder: Path, name: str, package: str, versions: str = "") -> None:
    from agentia.core import migrate

    versions = versions or migrate.VERSIONS
    if database_url is None:
        migrate.migrate(folder / f"{name}.sqlite", package, versions=versions)
    else:
        from agentia.core.migrate_postgres import migrate_database
        from agentia.tasks.open import schema_of

        migrate_database(database_url, schema_of(name), package, versions=versions)
