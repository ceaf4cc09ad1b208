"""The operations of an agent that may delegate: who cancels a task cancels what it has delegated."""

from a2a.types.a2a_pb2 import CancelTaskRequest, Task

from agentia.agents.children import Children
from agentia.agents.peers import Errand
from agentia.tasks.caller import Caller
from agentia.tasks.engine import Engine
from agentia.tasks.operations import Operations
from agentia.tasks.push import PushConfigs


class AgentOperations(Operations):
    """What an agent can be asked."""

    def __init__(self, engine: Engine, push: PushConfigs, children: Children) -> None:
        super().__init__(engine, push)
        self._children = children

    async def cancel_task(self, request: CancelTaskRequest, caller: Caller) -> Task:
        """As in Operations; the task's children are cancelled too, also while it waits for its user."""
        task = await super().cancel_task(request, caller)
        await self._children.cancel(Errand(caller, task.id, task.context_id))
        return task
