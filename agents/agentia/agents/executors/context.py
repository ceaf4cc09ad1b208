"""What an executor is told of the request that it works on: the SDK's RequestContext, made of a run."""

from a2a.auth.user import User
from a2a.server.agent_execution import RequestContext
from a2a.server.context import ServerCallContext
from a2a.types.a2a_pb2 import SendMessageRequest, Task
from google.protobuf.json_format import ParseDict

from agentia.agents.executors.outlet import left
from agentia.agents.task_run import Request
from agentia.tasks.caller import Caller
from agentia.tasks.run import Run


class Principal(User):
    """For whom the mesh works; who calls from this machine without a token has not proven who they are."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def is_authenticated(self) -> bool:
        """Whether a hop token vouches for the name."""
        return self._caller.hop is not None

    @property
    def user_name(self) -> str:
        """The principal."""
        return self._caller.owner.principal


def context_of(run: Run) -> RequestContext:
    """The newest message of a task; `current_task` is the task as it stood before, None when the message began it."""
    kept = run.request(run.messages[-1].message_id)
    request = ParseDict(kept or {}, SendMessageRequest())
    request.message.CopyFrom(run.messages[-1])
    current = _before(run) if len(run.messages) > 1 else None
    return RequestContext(_call(run.caller), request, run.task_id, run.context_id, current)


def canceling(run: Run) -> RequestContext:
    """For `cancel`: there is no message, only the task."""
    return RequestContext(_call(run.caller), None, run.task_id, run.context_id, run.log.task())


def replying(request: Request) -> RequestContext:
    """A message that has no task; the ids are made up, as by the SDK."""
    asked = SendMessageRequest()
    asked.message.CopyFrom(request.message)
    return RequestContext(_call(request.caller), asked)


def _call(caller: Caller) -> ServerCallContext:
    return ServerCallContext(user=Principal(caller), tenant=caller.owner.tenant)


def _before(run: Run) -> Task:
    """The task without the newest message, in the state in which it waited for it."""
    task = run.log.task()
    del task.history[-1]
    asked = run.published(left(len(run.messages) - 1))
    if asked is not None:
        task.status.CopyFrom(asked.status_update.status)
        if asked.status_update.status.HasField("message"):
            del task.history[-1]  # the question, which is the status again
    return task
