"""What keeps the librarian from doing what it is asked, as sentences that a person can act on.

LibrarianError
├── Unreadable          a request that does not say what it must, or says too much
├── NotThere            what is asked for is not kept
├── Full                an owner keeps as much as one may
└── StoreFailed         the database does not answer; nothing of it is the asker's fault
"""

from agentia.core.errors import AgentiaError


class LibrarianError(AgentiaError):
    """Anything that keeps a request from its answer."""


class Unreadable(LibrarianError):
    """The request cannot be carried out as it is written."""


class NotThere(LibrarianError):
    """What is asked for is not kept."""


class Full(LibrarianError):
    """No more is kept for this owner."""


class StoreFailed(LibrarianError):
    """The database could not be read or written."""

    status = 503
