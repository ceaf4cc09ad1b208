"""Facts, documents in pieces, and the versions of what agents share in a workspace."""

from agentia.core.migrate import execute

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE facts (
        tenant   TEXT NOT NULL,
        owner    TEXT NOT NULL,
        context  TEXT NOT NULL,
        id       TEXT NOT NULL,
        text     TEXT NOT NULL,
        words    TEXT NOT NULL,
        model    TEXT NOT NULL,
        vector   BLOB,
        created  REAL NOT NULL,
        PRIMARY KEY (tenant, owner, context, id)
    ) STRICT
    """,
    """
    CREATE TABLE documents (
        tenant      TEXT NOT NULL,
        owner       TEXT NOT NULL,
        collection  TEXT NOT NULL,
        name        TEXT NOT NULL,
        media_type  TEXT NOT NULL,
        text        TEXT NOT NULL,
        pieces      TEXT NOT NULL,
        model       TEXT NOT NULL,
        vectors     BLOB NOT NULL,
        size        INTEGER NOT NULL,
        created     REAL NOT NULL,
        PRIMARY KEY (tenant, owner, collection, name)
    ) STRICT
    """,
    """
    CREATE TABLE entries (
        tenant   TEXT NOT NULL,
        owner    TEXT NOT NULL,
        context  TEXT NOT NULL,
        name     TEXT NOT NULL,
        version  INTEGER NOT NULL,
        value    TEXT,
        size     INTEGER NOT NULL,
        author   TEXT NOT NULL,
        effect   TEXT NOT NULL,
        created  REAL NOT NULL,
        PRIMARY KEY (tenant, owner, context, name, version)
    ) STRICT
    """,
)


def upgrade() -> None:
    """Create everything."""
    for table in TABLES:
        execute(table)


def downgrade() -> None:
    """Drop everything."""
    for name in ("entries", "documents", "facts"):
        execute(f"DROP TABLE {name}")
