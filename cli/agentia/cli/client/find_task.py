"""Tasks by their ids, or by the beginning or end of one."""

from typing import Any

from agentia.cli.client.rpc import A2AClient
from agentia.cli.errors import UsageProblem

WHOLE = 32
PAGE = 100


def full_id(client: A2AClient, given: str) -> str:
    """The id that begins or ends so, among the latest tasks; a long one is taken as it is. Raises UsageProblem."""
    if len(given) >= WHOLE:
        return given
    ids = [str(task["id"]) for task in latest(client, PAGE)]
    found = [each for each in ids if each.startswith(given) or each.replace("-", "").endswith(given)]
    if len(found) > 1:
        raise UsageProblem(f"{len(found)} tasks begin or end with {given!r}.", fix="Give more of the id.")
    if not found:
        raise UsageProblem(f"No task begins or ends with {given!r}.", fix="`agentia tasks list` shows your tasks.")
    return found[0]


def latest(client: A2AClient, count: int, state: str = "") -> list[dict[str, Any]]:
    """The newest tasks, each with the message that came last."""
    params: dict[str, Any] = {"pageSize": count, "historyLength": 1}
    if state:
        params["status"] = f"TASK_STATE_{state.upper().replace('-', '_')}"
    tasks: list[dict[str, Any]] = client.call("ListTasks", params).get("tasks", [])
    return tasks
