"""Tasks, their events, journal, contexts, messages and push configs, with the columns of leases and the outbox."""

from agentia.core.migrate import execute

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE tasks (
        id              TEXT PRIMARY KEY,
        tenant          TEXT NOT NULL,
        owner           TEXT NOT NULL,
        context_id      TEXT NOT NULL,
        state           INTEGER NOT NULL,
        created         REAL NOT NULL,
        updated         REAL NOT NULL,
        last_event      INTEGER NOT NULL,
        snapshot        BLOB NOT NULL,
        snapshot_event  INTEGER NOT NULL,
        caller          BLOB NOT NULL,
        deadline        REAL,
        agent_version   TEXT NOT NULL,
        replica         TEXT,
        fence           INTEGER NOT NULL DEFAULT 0,
        lease_expires   REAL,
        attempts        INTEGER NOT NULL DEFAULT 0,
        cancel_asked    INTEGER NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX tasks_of_owner ON tasks (tenant, owner, updated DESC, id DESC)",
    "CREATE INDEX tasks_of_context ON tasks (context_id, updated DESC)",
    "CREATE INDEX tasks_to_claim ON tasks (lease_expires) WHERE state IN (1, 2)",
    """
    CREATE TABLE events (
        task_id  TEXT NOT NULL,
        number   INTEGER NOT NULL,
        payload  BLOB NOT NULL,
        step     TEXT,
        hash     BLOB,
        input    BLOB,
        PRIMARY KEY (task_id, number)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE journal (
        task_id  TEXT NOT NULL,
        step     TEXT NOT NULL,
        hash     BLOB NOT NULL,
        result   BLOB NOT NULL,
        PRIMARY KEY (task_id, step)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE messages (
        tenant      TEXT NOT NULL,
        owner       TEXT NOT NULL,
        message_id  TEXT NOT NULL,
        hash        BLOB NOT NULL,
        task_id     TEXT,
        reply       BLOB,
        created     REAL NOT NULL,
        PRIMARY KEY (tenant, owner, message_id)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE contexts (
        id       TEXT PRIMARY KEY,
        tenant   TEXT NOT NULL,
        owner    TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE push_configs (
        task_id  TEXT NOT NULL,
        id       TEXT NOT NULL,
        config   BLOB NOT NULL,
        sent     INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0,
        due      REAL,
        dead     TEXT,
        PRIMARY KEY (task_id, id)
    ) WITHOUT ROWID
    """,
)


def upgrade() -> None:
    """Create everything."""
    for table in TABLES:
        execute(table)


def downgrade() -> None:
    """Drop everything."""
    for name in ("push_configs", "contexts", "messages", "journal", "events", "tasks"):
        execute(f"DROP TABLE {name}")
