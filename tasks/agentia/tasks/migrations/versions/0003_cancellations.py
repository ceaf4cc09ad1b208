"""Children that are still to be cancelled though their task has ended, and the order in which tasks wait."""

from agentia.core.migrate import execute

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The index holds only tasks that nobody works on: an ordinary task is never in it."""
    execute(
        """
        CREATE TABLE cancellations (
            task_id     TEXT NOT NULL,
            context_id  TEXT NOT NULL,
            caller      BLOB NOT NULL,
            children    BLOB NOT NULL,
            since       REAL NOT NULL,
            due         REAL NOT NULL,
            failures    INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (task_id)
        ) WITHOUT ROWID
        """
    )
    execute("CREATE INDEX cancellations_due ON cancellations (due)")
    execute("CREATE INDEX tasks_waiting ON tasks (created) WHERE state IN (1, 2) AND replica IS NULL")


def downgrade() -> None:
    """Forget the children."""
    execute("DROP INDEX tasks_waiting")
    execute("DROP TABLE cancellations")
