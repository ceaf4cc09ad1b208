"""Tools that the model's endpoint runs itself: what they did stands in the model's answer, and is told to the user."""

import inspect
from typing import Any, Final

from agents import HostedMCPTool, ModelResponse, ToolOutputImage

from agentia.agents.sdk import outputs
from agentia.agents.sdk.scope import Scope, entered, here
from agentia.agents.sdk.tools import shown

DONE: Final = {
    "web_search_call": "Has searched the web.",
    "file_search_call": "Has searched in files.",
    "code_interpreter_call": "Has run code.",
    "image_generation_call": "Has made a picture.",
    "mcp_call": "",
    "mcp_list_tools": "",
}
"""What a hosted tool has done, in words if it is worth any. Nobody has to do anything for such an item."""


async def tell(scope: Scope, made: ModelResponse) -> None:
    """Say what was done, and publish the pictures that were made."""
    for item in made.output:
        if words := _words(item):
            await scope.task.branch("hosted").status(words)
    for name, content, media_type in outputs.files(_pictures(made), "picture"):
        await scope.task.branch("files").artifact(name, content, media_type)


def journal(tool: HostedMCPTool) -> None:
    """Have what an author's code decides of a hosted tool's calls journaled."""
    if tool.on_approval_request is not None and not isinstance(tool.on_approval_request, _Approval):
        made: Any = _Approval(tool.on_approval_request)
        tool.on_approval_request = made


class _Approval:
    """Stands before the function that approves. Outside of tasks it changes nothing."""

    def __init__(self, function: Any) -> None:
        self._function = function

    async def __call__(self, request: Any) -> Any:
        scope = here()
        if scope is None:
            return await self._decide(request)
        inner = scope.within(f"approval {request.data.id}")
        with entered(inner):
            given = [request.data.server_label, request.data.name, request.data.arguments]
            return await inner.task.run.step("approval", lambda: self._decide(request), given)

    async def _decide(self, request: Any) -> Any:
        decided = self._function(request)
        return dict(await decided if inspect.isawaitable(decided) else decided)


def _words(item: Any) -> str:
    if item.type == "mcp_call":
        return f"Has called {item.name} of {item.server_label}{shown(item.arguments)}."
    return DONE.get(item.type, "")


def _pictures(made: ModelResponse) -> list[ToolOutputImage]:
    drawn = [item for item in made.output if item.type == "image_generation_call" and item.result]
    return [
        ToolOutputImage(image_url=f"data:image/{getattr(item, 'output_format', None) or 'png'};base64,{item.result}")
        for item in drawn
    ]
