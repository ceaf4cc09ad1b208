"""The page about porting: the files that it shows do at each stage what it says, and the same for their users."""

import asyncio
import importlib
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentia.agents import AgentSilent, Specialist
from agentia.agents.testing import Outcome, mesh
from agentia.core.service import running

PAGE = (Path(__file__).parents[3] / "docs" / "porting.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```python\n# (\w+)\.py\n(.*?)```", PAGE, re.DOTALL))
STAND_INS = {
    "restaurant": """
booked = []
gone = None

async def book(wish, people, key=""):
    booked.append((wish, people, key))
    if gone is not None:
        gone.set()
        await gone.never()
    return f"B-{len(booked)}"
""",
    "framework": """
async def pieces(text, conversation):
    for word in ("It rains", " in ", text):
        yield word
""",
}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Imports a file of the page."""
    for name, text in {**FILES, **STAND_INS}.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module
    for name in (*FILES, *STAND_INS):
        sys.modules.pop(name, None)


async def conversation(booking: Specialist) -> tuple[Outcome, Outcome]:
    """What a guest is asked, and gets."""
    async with mesh(booking) as m:
        asked = await m.send(booking.id, "A table at eight")
        return asked, await m.answer(asked, "4")


def test_the_page_has_the_files_that_it_speaks_of() -> None:
    assert set(FILES) == {"executor", "served", "booking", "other"}


@pytest.mark.parametrize("stage", ["served", "booking"])
async def test_each_stage_asks_books_once_and_confirms(page: Any, stage: str) -> None:
    asked, done = await conversation(page(stage).booking)
    assert (asked.state, asked.text) == ("INPUT_REQUIRED", "For how many people?")
    assert (done.state, done.text) == ("COMPLETED", "Booked as B-1.")
    assert done.artifacts == {"booking.txt": "Booking B-1: A table at eight, 4 people"}
    ((wish, people, key),) = page("restaurant").booked
    assert (wish, people) == ("A table at eight", 4)
    assert key == ("" if stage == "served" else f"{done.id}/step/book")


async def test_the_executor_is_one_that_the_sdks_own_server_runs(page: Any) -> None:
    from a2a.server.request_handlers import DefaultRequestHandler
    from a2a.server.routes import create_jsonrpc_routes
    from a2a.server.tasks import InMemoryTaskStore
    from a2a.types import a2a_pb2 as pb
    from starlette.applications import Starlette

    executor, card = page("executor").BookingExecutor(), pb.AgentCard(name="booking")
    handler = DefaultRequestHandler(executor, InMemoryTaskStore(), card)
    app = Starlette(routes=create_jsonrpc_routes(handler, "/"))
    async with running(app) as url, httpx.AsyncClient(trust_env=False) as http:

        async def send(text: str, **fields: str) -> Any:
            message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}], **fields}
            body = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": message}}
            return (await http.post(url, json=body, headers={"A2A-Version": "1.0"})).json()["result"]["task"]

        asked = await send("A table at eight")
        done = await send("4", taskId=asked["id"], contextId=asked["contextId"])
        await handler.aclose()
    assert asked["status"]["state"] == "TASK_STATE_INPUT_REQUIRED"
    assert done["artifacts"][0]["parts"][0]["text"] == "Booking B-1: A table at eight, 4 people"


@pytest.mark.parametrize(("stage", "state"), [("served", "FAILED"), ("booking", "COMPLETED")])
async def test_when_its_process_ends_in_the_middle_the_one_fails_and_the_other_goes_on(
    page: Any, tmp_path: Path, stage: str, state: str
) -> None:
    """The service is stopped while it books; the function books again with the same key, the executor never."""
    restaurant: Any = page("restaurant")
    restaurant.gone = Gone()
    async with mesh(page(stage).booking, data=tmp_path) as m:
        asked = await m.send("booking", "A table at eight")
        answering = asyncio.create_task(m.answer(asked, "4"))
        await restaurant.gone.wait()
    restaurant.gone = None
    with pytest.raises(AgentSilent):
        await answering
    async with mesh(page(stage).booking, data=tmp_path) as m:
        done = await m.settled(asked)
    assert done.state == state
    assert [key for *_, key in restaurant.booked] == ([""] if stage == "served" else [f"{asked.id}/step/book"] * 2)


class Gone(asyncio.Event):
    """A restaurant that does not answer."""

    async def never(self) -> None:
        await asyncio.Event().wait()


async def test_another_framework_is_called_in_a_function(page: Any) -> None:
    async with mesh(page("other").talker) as m:
        task = await m.send("talker", "Spain")
    assert task.artifacts == {"answer.txt": "It rains in Spain"}
