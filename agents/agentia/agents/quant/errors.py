"""What can go wrong with a question, as sentences that a person can act on.

QuantError
├── NotUnderstood       the words could not be read: worth asking back
└── Unanswerable        read, but there is nothing to work out
    └── TooLarge        read, but beyond what is worked out here
"""

from agentia.core.errors import AgentiaError


class QuantError(AgentiaError):
    """Anything that keeps a question from its answer."""


class NotUnderstood(QuantError):
    """The question could not be read."""


class Unanswerable(QuantError):
    """The question was read, and mathematics (or the calendar) says no."""


class TooLarge(Unanswerable):
    """The numbers would outgrow the bounds of limits.py."""
