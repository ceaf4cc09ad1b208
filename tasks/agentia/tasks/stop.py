"""Why an answer is interrupted."""

from enum import Enum, auto


class Stop(Enum):
    """The reason, which decides how its task ends, or whether it does."""

    CANCEL = auto()
    DEADLINE = auto()
    LIMIT = auto()
    """The task has taken longer than the agent gives one."""
    DRAIN = auto()
    """The service stops; the task goes on elsewhere, or here after the restart."""
    REFUSED = auto()
    """What it wrote was not taken: it may write nothing more."""
