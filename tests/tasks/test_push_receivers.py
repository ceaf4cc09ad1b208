"""Those on the other side of webhooks: who verifies what comes, and who looks after what did not."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from agentia.cli.commands.tasks import app
from agentia.core.identity import ServiceKey, WebhookInvalid, verify_webhook
from agentia.core.service import bind, create_app, running
from agentia.tasks.engine import Engine
from agentia.tasks.outbox import Outbox
from agentia.tasks.webhook import USUAL, Failure, Pace

if TYPE_CHECKING:
    from tests.conftest import Post, Receiver
    from tests.tasks.conftest import Client

    Serve = Callable[..., Awaitable[Client]]
    Outboxes = Callable[..., Callable[[Engine], Outbox]]

PAGE = Path(__file__).parents[2] / "docs" / "push.md"
PATIENT = Pace(first=0.05, longest=0.1, attempts=1000)
"""A process needs a while to start."""


async def test_the_command_lists_what_was_given_up_and_tries_again(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver"
) -> None:
    async def reply(post: "Post") -> str:
        return "200 OK" if post.number == 1 else "410 Gone"

    async def command(*words: str) -> str:
        arguments = ["push", *words, "--url", str(client.http.base_url)]
        done = await asyncio.to_thread(CliRunner(env={"COLUMNS": "200"}).invoke, app, arguments)
        assert done.exit_code == 0, done.output
        return done.output

    receiver.reply = reply
    client = await serve(outbox=outbox())
    task_id = await client.begin(receiver.url, id="c")
    await client.delivery(task_id, "dead")
    listed = await command("list", "--dead")
    assert "1 of " in listed
    assert "Given up after 1 try: 127.0.0.1 answered 410 (Gone)." in listed
    receiver.reply = None
    assert "410" not in await command("retry", task_id[:8], "c")
    await receiver.told("COMPLETED")
    await client.delivery(task_id, "delivered")
    assert await command("list", "--dead") == "No webhooks.\n"
    assert "4 of 4" in await command("list", task_id)


async def test_the_receiver_of_the_documentation_takes_what_is_signed_and_refuses_what_is_not(
    serve: "Serve", outbox: "Outboxes", key: ServiceKey, tmp_path: Path
) -> None:
    async def keys(_: Request) -> Response:
        return JSONResponse(key.jwks())

    client = await serve(outbox=outbox(PATIENT))
    with bind("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
    script = tmp_path / "receiver.py"
    script.write_text(re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0])
    async with running(create_app([Route("/.well-known/jwks.json", keys)])) as agent, httpx.AsyncClient() as http:
        started = (sys.executable, str(script), agent, str(port))
        receiver = await asyncio.create_subprocess_exec(*started, stdout=asyncio.subprocess.PIPE)
        assert receiver.stdout is not None
        try:
            task_id = await client.begin(f"http://127.0.0.1:{port}/hook")
            told = [(await receiver.stdout.readline()).decode() for _ in range(4)]
            forged = await http.post(f"http://127.0.0.1:{port}/hook", content=b"{}")
        finally:
            receiver.kill()
            await receiver.wait()
    kinds = ["task", "statusUpdate", "artifactUpdate", "statusUpdate"]
    assert told == [f"{task_id} {number} {kind}\n" for number, kind in enumerate(kinds, 1)]
    assert forged.status_code == 401


async def test_the_signature_says_who_sent_which_body_when_and_nothing_else_passes(
    serve: "Serve", outbox: "Outboxes", receiver: "Receiver", key: ServiceKey, tmp_path: Path
) -> None:
    client = await serve(outbox=outbox())
    task_id = await client.begin(receiver.url)
    await receiver.told("COMPLETED")
    post = receiver.posts[2]
    token, jwks = post.headers["agentia-signature"], key.jwks()
    signed = verify_webhook(jwks, token, post.body, url=receiver.url)
    assert (signed.issuer, signed.task, signed.event) == ("echo", task_id, 3)
    assert signed.delivery == post.headers["agentia-delivery"]
    stranger = ServiceKey.load_or_create(tmp_path / "other.pem", "echo").jwks()
    wrong: list[tuple[Any, str, bytes, str, float]] = [
        (jwks, token, post.body + b" ", receiver.url, signed.at),
        (jwks, token, post.body, f"{receiver.url}/other", signed.at),
        (jwks, token, post.body, receiver.url, signed.at + 301),
        (jwks, token, post.body, receiver.url, signed.at - 60),
        (stranger, token, post.body, receiver.url, signed.at),
        (jwks, token[:-4] + "AAAA", post.body, receiver.url, signed.at),
        (jwks, "nonsense", post.body, receiver.url, signed.at),
    ]
    for keys, given, body, url, now in wrong:
        with pytest.raises(WebhookInvalid):
            verify_webhook(keys, given, body, url=url, now=now)


def test_a_webhook_that_is_down_for_hours_is_still_tried() -> None:
    down = Failure("It is down.")
    waits = [down.next(tries, USUAL) for tries in range(1, USUAL.attempts + 1)]
    assert waits.pop() is None
    assert 4 * 3600 < sum(wait or 0.0 for wait in waits) < 8.2 * 3600
    assert max(wait or 0.0 for wait in waits) <= 3600
    assert (Failure("Later.", after=1e9).next(1, USUAL) or 0.0) == 86_400
