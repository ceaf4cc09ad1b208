"""What can be wrong with a table or a statement: each message is a sentence that its sender can act on.

AnalystError
├── TableRefused      what was sent is of a kind, or a size, that is not worked on   → REJECTED
├── TableUnreadable   it is of a kind that we read, but it is damaged or no table    → FAILED
└── StatementRefused  the statement after `sql:` is not one that may run             → REJECTED
    └── StatementFailed  it may run, and DuckDB could not                            → FAILED
"""

from typing import ClassVar

from agentia.core.errors import AgentiaError


class AnalystError(AgentiaError):
    """The analyst cannot do what was asked of it."""

    rejected: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".rstrip()


class TableRefused(AnalystError):
    """The data are of a kind or a size that the analyst does not work on."""

    status = 415
    rejected = True


class TableUnreadable(AnalystError):
    """The data should be a table and are none."""

    status = 422


class StatementRefused(AnalystError):
    """The SQL statement does more than read the loaded tables."""

    status = 422
    rejected = True


class StatementFailed(StatementRefused):
    """The SQL statement was allowed, but could not be run."""

    rejected = False
