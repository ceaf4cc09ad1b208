"""ListTasks: pages of an owner's tasks, newest first, by a cursor that stays right while tasks change."""

import base64
import binascii
import json
from typing import Any

from a2a.types.a2a_pb2 import ListTasksRequest, ListTasksResponse, Task
from a2a.utils.errors import InvalidParamsError, TaskNotFoundError
from a2a.utils.task import apply_history_length, validate_history_length, validate_page_size

from agentia.tasks.fold import Fold
from agentia.tasks.follow import caught_up
from agentia.tasks.records import Owner
from agentia.tasks.storage import Store

DEFAULT_PAGE = 50


async def list_tasks(store: Store, request: ListTasksRequest, owner: Owner) -> ListTasksResponse:
    """A page of `owner`'s tasks (section 3.1.4). Raises InvalidParamsError for a bad page size or token."""
    size = request.page_size if request.HasField("page_size") else DEFAULT_PAGE
    validate_page_size(size)
    validate_history_length(request)
    rows, total = await store.list_tasks(_where(request, owner, size + 1))
    response = ListTasksResponse(page_size=size, total_size=total)
    for task_id, last_event, snapshot, snapshot_event, _updated in rows[:size]:
        task = Task.FromString(snapshot)
        if last_event > snapshot_event and request.include_artifacts:
            try:
                task = (await caught_up(store, task_id, Fold(task, snapshot_event))).task()
            except TaskNotFoundError:  # deleted a moment ago
                continue
        if not request.include_artifacts:
            task.ClearField("artifacts")
        response.tasks.append(apply_history_length(task, request))
    if len(rows) > size:
        last = rows[size - 1]
        response.next_page_token = _token(last[4], last[0])
    return response


def _where(request: ListTasksRequest, owner: Owner, limit: int) -> dict[str, Any]:
    updated, task_id = _cursor(request.page_token) if request.page_token else (None, None)
    after = request.status_timestamp_after
    return {
        "tenant": owner.tenant,
        "owner": owner.principal,
        "context": request.context_id or None,
        "state": request.status or None,
        "after": after.seconds + after.nanos / 1e9 if request.HasField("status_timestamp_after") else None,
        "cursor_updated": updated,
        "cursor_id": task_id,
        "limit": limit,
    }


def _token(updated: float, task_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([updated, task_id]).encode()).decode()


def _cursor(token: str) -> tuple[float, str]:
    try:
        updated, task_id = json.loads(base64.urlsafe_b64decode(token))
        return float(updated), str(task_id).encode().decode()
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as exc:
        raise InvalidParamsError("pageToken is not one that ListTasks gave. Leave it out to start at the top.") from exc
