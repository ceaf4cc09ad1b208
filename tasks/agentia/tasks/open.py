"""Where a service keeps its tasks: Postgres when the settings name a database, else a SQLite file of its own."""

import hashlib
from typing import Final

from agentia.core.settings import Settings
from agentia.tasks.storage import Store
from agentia.tasks.store import SqliteStore

LONGEST: Final = 63
"""Bytes of a name in Postgres; what is longer is cut without a word."""


def open_store(settings: Settings, service: str) -> Store:
    """The store of the service with the id `service`, migrated. Raises DatabaseUnusable or MigrationMissing."""
    if settings.database_url is None:
        return SqliteStore(settings.data / "db" / f"{service}.sqlite", mode=settings.migrate)
    from agentia.tasks.postgres import PostgresStore  # asyncpg and what it needs only for who uses it

    return PostgresStore(
        settings.database_url, schema_of(service), lease_seconds=settings.lease_seconds, mode=settings.migrate
    )


def schema_of(service: str) -> str:
    """The schema of a service's own in Postgres."""
    name = f"agentia_{service.replace('-', '_')}"
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
