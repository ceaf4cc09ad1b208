"""What the tasks of one process share: the tables, and the model that reads what texts mean."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from agentia.agents.librarian.keeping.database import Database, open_database
from agentia.core.meaning import Meaning
from agentia.core.settings import Settings
from agentia.tasks.records import Owner


@dataclass(frozen=True, slots=True)
class Desk:
    """Closed by whoever opened it."""

    database: Database
    meaning: Meaning = field(default_factory=Meaning)

    async def delete(self, owner: Owner) -> None:
        """Delete all that is kept of an owner. Raises StoreFailed."""
        for kind in ("facts", "entries", "documents"):
            await self.database.rows(f"delete_{kind}", *owner)


@asynccontextmanager
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    """A desk at the database of the librarian. Raises DatabaseUnusable or MigrationMissing."""
    opened = Desk(open_database(settings, "librarian"))
    try:
        yield opened
    finally:
        await opened.meaning.close()
        await opened.database.close()
