"""Direct replies by their age, which retire without a task, and the context that each of them is in."""

from agentia.core.migrate import execute

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The indexes hold direct replies only: a message that led to a task goes with it, and costs nothing here."""
    execute("ALTER TABLE messages ADD COLUMN context TEXT")
    execute("CREATE INDEX replies_by_age ON messages (created) WHERE reply IS NOT NULL")
    execute("CREATE INDEX replies_of_context ON messages (context) WHERE reply IS NOT NULL")


def downgrade() -> None:
    """Forget which context a reply was in."""
    execute("DROP INDEX replies_of_context")
    execute("DROP INDEX replies_by_age")
    execute("ALTER TABLE messages DROP COLUMN context")
