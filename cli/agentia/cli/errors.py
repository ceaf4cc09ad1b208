"""What can go wrong at the command line, and the exit code of each.

CliError                  1
├── UsageProblem          2   the command was written in a way that cannot work
├── MeshUnreachable       3   nobody answers at the URL, or no mesh runs in the data folder
└── MeshNotStarted        1   `up` could not start, or not all of it
"""

from enum import IntEnum
from typing import ClassVar

from agentia.core.errors import AgentiaError


class ExitCode(IntEnum):
    """How a command ended, for the shell."""

    COMPLETED = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    REJECTED = 4
    CANCELED = 5
    INPUT_REQUIRED = 6


class CliError(AgentiaError):
    """Something the person at the terminal should read: what happened, and in `fix` what to do next."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED


class UsageProblem(CliError):
    """The command was written in a way that cannot work."""

    exit_code = ExitCode.USAGE


class MeshUnreachable(CliError):
    """Nobody answers at the URL, or no mesh runs in the data folder."""

    exit_code = ExitCode.UNREACHABLE


class MeshNotStarted(CliError):
    """`up` could not start, or not all of it."""
