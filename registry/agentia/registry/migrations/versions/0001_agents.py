"""Agents with their cards, the instances that serve them, and the pinned keys of services."""

from agentia.core.migrate import execute

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE agents (
        id          TEXT PRIMARY KEY,
        name        TEXT NOT NULL,
        url         TEXT NOT NULL,
        source      TEXT,
        etag        TEXT,
        card        TEXT NOT NULL,
        registered  REAL NOT NULL,
        updated     REAL NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE instances (
        agent  TEXT NOT NULL,
        url    TEXT NOT NULL,
        seen   REAL NOT NULL,
        PRIMARY KEY (agent, url)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX instances_by_age ON instances (seen)",
    """
    CREATE TABLE keys (
        service  TEXT PRIMARY KEY,
        jwks     TEXT NOT NULL,
        pinned   REAL NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)


def upgrade() -> None:
    """Create everything."""
    for table in TABLES:
        execute(table)


def downgrade() -> None:
    """Drop everything."""
    for name in ("keys", "instances", "agents"):
        execute(f"DROP TABLE {name}")
