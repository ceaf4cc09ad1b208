"""How far the webhooks of tasks are (extension urn:agentia:push:v1)."""

from collections.abc import Iterator
from typing import Any

from agentia.cli.client.rpc import A2AClient


def deliveries(client: A2AClient, task_id: str) -> Iterator[dict[str, Any]]:
    """The webhooks of a task, or of all your tasks when it is empty, page by page."""
    cursor = ""
    while True:
        params = {name: value for name, value in (("taskId", task_id), ("pageToken", cursor)) if value}
        page = client.call("ListPushDeliveries", params)
        yield from page["deliveries"]
        cursor = page.get("nextPageToken", "")
        if not cursor:
            return
