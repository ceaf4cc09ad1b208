"""The push outbox: which protocol a webhook is told things in, who is just telling it, and whether all is told."""

from agentia.core.migrate import execute

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; configs of an earlier version, which notified nobody, begin with the task as it stands."""
    execute("ALTER TABLE push_configs ADD COLUMN protocol TEXT NOT NULL DEFAULT '1.0'")
    execute("ALTER TABLE push_configs ADD COLUMN claim TEXT")
    execute("ALTER TABLE push_configs ADD COLUMN claimed_until REAL")
    execute("ALTER TABLE push_configs ADD COLUMN finished INTEGER NOT NULL DEFAULT 0")
    execute("UPDATE push_configs SET sent = -1")
    execute("CREATE INDEX push_open ON push_configs (task_id) WHERE dead IS NULL AND finished = 0")


def downgrade() -> None:
    """Drop what was added."""
    execute("DROP INDEX push_open")
    for name in ("finished", "claimed_until", "claim", "protocol"):
        execute(f"ALTER TABLE push_configs DROP COLUMN {name}")
