"""How an answer ends its task on purpose, and what goes wrong inside the engine.

TaskEnded              by the answer, with a sentence
├── TaskFailed
└── TaskRejected
AuthorError            (of core) the answer is written in a way that cannot be journaled
├── StepChanged
├── StepRepeated
└── CountedInStep
Unreadable
EngineClosed
"""

from agentia.core.errors import AgentiaError, AuthorError


class TaskEnded(AgentiaError):
    """Raised by an answer to end its task; the message is the sentence that the task's status carries."""


class TaskFailed(TaskEnded):
    """The task ends FAILED."""


class TaskRejected(TaskEnded):
    """The task ends REJECTED: the agent will not or cannot do this."""


class StepChanged(AuthorError):
    """A rerun met a step that is not the one its journal holds: the code or its input changed in between."""

    def __init__(self, step: str) -> None:
        super().__init__(
            f"The task cannot go on: its step {step!r} is not the one that ran before. The agent's code, or what it"
            " reads outside of steps, has changed since. Send the request again as a new task."
        )


class StepRepeated(AuthorError):
    """A step was run twice in one attempt, so that its journal entry could stand for either."""

    def __init__(self, step: str) -> None:
        super().__init__(
            f"The agent ran its step {step!r} twice. Each step of a task needs a name of its own: in a loop, put what"
            " differs into the name."
        )


class CountedInStep(AuthorError):
    """Calls were numbered inside a step and then beside it, so that a rerun, which skips the step, would misnumber."""

    def __init__(self, kind: str, step: str) -> None:
        super().__init__(
            f"The agent calls {kind} inside its step {step!r} and again after it. A rerun skips a finished step, and"
            f" would take the later call for the one inside.",
            fix=f"Call {kind} before or after the step, or inside of it on a branch: task.branch({step!r}).{kind}(…).",
        )


class Unreadable(AgentiaError):
    """Something could be written into a task's log but not read from it any more."""


class EngineClosed(AgentiaError):
    """A message came while the engine closes."""

    status = 503

    def __init__(self) -> None:
        super().__init__("The agent is stopping and takes no more messages.", fix="Send it again in a moment.")


class Suspended(BaseException):
    """The run waits for its user. Not an Exception, so that no tool or handler takes it for a failure."""

    def __init__(self, step: str, question: str, metadata: object = None) -> None:
        super().__init__(question)
        self.step, self.question, self.metadata = step, question, metadata
