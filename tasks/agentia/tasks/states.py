"""Task states by what may happen next (A2A 1.0, section 4.1.3)."""

from typing import Final

from a2a.types.a2a_pb2 import TaskState

SUBMITTED: Final = TaskState.TASK_STATE_SUBMITTED
WORKING: Final = TaskState.TASK_STATE_WORKING
COMPLETED: Final = TaskState.TASK_STATE_COMPLETED
FAILED: Final = TaskState.TASK_STATE_FAILED
CANCELED: Final = TaskState.TASK_STATE_CANCELED
REJECTED: Final = TaskState.TASK_STATE_REJECTED
INPUT_REQUIRED: Final = TaskState.TASK_STATE_INPUT_REQUIRED
AUTH_REQUIRED: Final = TaskState.TASK_STATE_AUTH_REQUIRED

TERMINAL: Final = frozenset({COMPLETED, FAILED, CANCELED, REJECTED})
INTERRUPTED: Final = frozenset({INPUT_REQUIRED, AUTH_REQUIRED})
SETTLED: Final = TERMINAL | INTERRUPTED
"""A blocking SendMessage returns in one of these (section 3.2.2)."""


def name(state: int) -> str:
    """`COMPLETED` for TASK_STATE_COMPLETED."""
    return str(TaskState.Name(TaskState.ValueType(state))).removeprefix("TASK_STATE_")
