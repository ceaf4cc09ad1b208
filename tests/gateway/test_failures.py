"""What a client is told when something is not there, and what it is spared."""

import asyncio
import json
from typing import Any

import pytest

from agentia.core.identity import ServiceKey


async def refuse_port() -> int:
    """A port on which nobody listens."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def test_an_unknown_agent_is_a_404_that_names_the_known_ones(mesh: Any, rpc: Any) -> None:
    await mesh.agent("analyst")
    await mesh.agent("quant")
    reply = await mesh.client.post("/agents/nobody/", json=rpc())
    error = reply.json()
    assert (reply.status_code, error["id"], error["error"]["code"]) == (404, "r-1", -32601)
    assert error["error"]["message"] == "No agent named 'nobody' is registered here. Known agents: analyst, quant."


async def test_an_unknown_agent_over_http_json_is_a_status_object(mesh: Any) -> None:
    reply = await mesh.client.post("/agents/nobody/message:send", json={})
    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["status"]) == (404, 404, "NOT_FOUND")
    assert error["details"][0]["reason"] == "METHOD_NOT_FOUND"
    old = (await mesh.client.post("/agents/nobody/v1/message:send", json={})).json()
    assert old["type"] == "MethodNotFoundError"
    assert "Known agents: none yet." in old["message"]


async def test_an_agent_that_was_registered_a_moment_ago_is_found(mesh: Any, rpc: Any) -> None:
    assert (await mesh.client.post("/agents/late/", json=rpc())).status_code == 404
    await mesh.agent("late")
    while (await mesh.client.post("/agents/late/", json=rpc())).status_code == 404:
        pass


async def test_calls_go_to_each_instance_in_turn(mesh: Any, rpc: Any) -> None:
    async def answer(_: Any, line: Any) -> None:
        await line.answer({})

    instances = await mesh.agent("analyst", answer, answer, answer)
    for _ in range(6):
        await mesh.client.post("/agents/analyst/", json=rpc())
    assert [len(instance.asked) for instance in instances] == [2, 2, 2]


@pytest.mark.parametrize("how", ["path", "GetTask", "message", "old"])
async def test_calls_about_one_task_go_to_one_instance(mesh: Any, rpc: Any, how: str) -> None:
    async def answer(_: Any, line: Any) -> None:
        await line.answer({})

    instances = await mesh.agent("analyst", answer, answer, answer)
    for _ in range(6):
        if how == "path":
            await mesh.client.get("/agents/analyst/tasks/t-1")
        else:
            body = {
                "GetTask": rpc("GetTask", id="t-1"),
                "message": rpc("SendMessage", message={"messageId": "m", "taskId": "t-1"}),
                "old": rpc("tasks/get", id="t-1"),
            }[how]
            await mesh.client.post("/agents/analyst/", json=body)
    assert sorted(len(instance.asked) for instance in instances) == [0, 0, 6]


async def test_tasks_are_spread_over_the_instances(mesh: Any) -> None:
    async def answer(_: Any, line: Any) -> None:
        await line.answer({})

    instances = await mesh.agent("analyst", answer, answer)
    for number in range(20):
        await mesh.client.get(f"/agents/analyst/tasks/t-{number}")
    assert all(len(instance.asked) > 3 for instance in instances)


async def test_an_instance_that_takes_no_connections_is_passed_over(mesh: Any, rpc: Any) -> None:
    (alive,) = await mesh.agent("analyst")
    dead = f"http://127.0.0.1:{await refuse_port()}"
    mesh.registry.enlist("analyst", dead, alive.url)
    for _ in range(4):
        assert (await mesh.client.post("/agents/analyst/", json=rpc())).status_code == 200
    assert len(alive.asked) == 4


async def test_a_request_waits_for_an_agent_that_restarts(mesh: Any, rpc: Any) -> None:
    (agent,) = await mesh.agent("analyst")
    await mesh.client.post("/agents/analyst/", json=rpc())
    port = int(agent.url.rpartition(":")[2])
    await mesh.stack.aclose()

    call = asyncio.create_task(mesh.client.post("/agents/analyst/", json=rpc()))
    mesh.registry.listed.clear()
    await mesh.registry.listed.wait()
    assert not call.done()
    async with agent.up(port):
        assert (await call).status_code == 200
    assert len(agent.asked) == 2


async def test_an_agent_that_is_known_to_be_down_is_a_503_at_once(mesh: Any, rpc: Any) -> None:
    mesh.registry.enlist("analyst", f"http://127.0.0.1:{await refuse_port()}", status="unreachable")
    reply = await mesh.client.post("/agents/analyst/", json=rpc())
    error = reply.json()["error"]
    assert (reply.status_code, reply.headers["retry-after"], error["code"]) == (503, "5", -32603)
    assert error["message"] == (
        "The agent 'analyst' cannot be reached: none of its instances (1) takes connections. "
        "Your request was not sent; send it again in a few seconds."
    )


async def test_an_agent_that_dies_under_a_request_is_a_502_that_says_so_and_is_not_sent_twice(
    mesh: Any, rpc: Any
) -> None:
    async def die(_: Any, line: Any) -> None:
        line.die()

    instances = await mesh.agent("analyst", die, die)
    reply = await mesh.client.post("/agents/analyst/", json=rpc())
    assert (reply.status_code, reply.json()["error"]["code"]) == (502, -32603)
    assert "with the same messageId" in reply.json()["error"]["message"]
    assert sum(len(instance.asked) for instance in instances) == 1


async def test_an_answer_that_is_cut_short_is_a_502(mesh: Any, rpc: Any) -> None:
    async def stump(_: Any, line: Any) -> None:
        await line.send(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"half": ')
        line.die()

    await mesh.agent("analyst", stump)
    assert (await mesh.client.post("/agents/analyst/", json=rpc())).status_code == 502


async def test_what_answers_no_http_is_a_502(mesh: Any, rpc: Any) -> None:
    async def babble(_: Any, line: Any) -> None:
        await line.send(b"SSH-2.0-OpenSSH\r\n")
        line.die()

    await mesh.agent("analyst", babble)
    assert (await mesh.client.post("/agents/analyst/", json=rpc())).status_code == 502


async def test_an_agent_registered_with_the_gateways_own_address_is_no_endless_loop(mesh: Any, rpc: Any) -> None:
    mesh.registry.enlist("mirror", f"{mesh.url}/agents/mirror")
    reply = await mesh.client.post("/agents/mirror/", json=rpc())
    assert reply.status_code == 508
    assert "leads back to this gateway" in reply.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/metrics", "/agents/analyst/metrics", "/agents/analyst/healthz", "/favicon.ico"])
async def test_only_a2a_operations_reach_an_agent(mesh: Any, path: str) -> None:
    (agent,) = await mesh.agent("analyst")
    reply = await mesh.client.get(path)
    assert reply.status_code == 404
    assert "GET / lists what there is" in reply.json()["error"]["message"]
    assert agent.asked == []


async def test_a_registry_that_went_away_does_not_stop_the_relay(mesh: Any, rpc: Any) -> None:
    await mesh.agent("analyst")
    assert (await mesh.client.post("/agents/analyst/", json=rpc())).status_code == 200
    await mesh.office.aclose()
    assert (await mesh.client.post("/agents/analyst/", json=rpc())).status_code == 200
    while (await mesh.client.get("/readyz")).status_code == 200:
        pass
    assert (await mesh.client.post("/agents/analyst/", json=rpc())).status_code == 200
    reply = await mesh.client.get("/registry/agents")
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "registry_away")


async def test_deep_and_odd_json_is_the_agents_to_judge(mesh: Any) -> None:
    instances = await mesh.agent("analyst", *[_ok, _ok])
    for body in (b"[" * 50_000, b"", b"\xff\xfe", b'"text"', b"[1]", json.dumps({"params": [1]}).encode()):
        assert (await mesh.client.post("/agents/analyst/", content=body)).status_code == 200
    assert sum(len(instance.asked) for instance in instances) == 6


async def _ok(_: Any, line: Any) -> None:
    await line.answer({})


@pytest.fixture
def other_key(registry: Any, tmp_path: Any) -> None:
    registry.keys["gateway"] = ServiceKey.load_or_create(tmp_path / "other.pem", "gateway").jwks()


async def test_a_gateway_whose_key_the_registry_refuses_is_not_ready(other_key: None, mesh: Any) -> None:
    while "pinned" not in (reply := await mesh.client.get("/readyz")).text:
        pass
    assert (reply.status_code, reply.json()["reason"]) == (503, "Another key is pinned for this name.")


@pytest.mark.parametrize(("path", "place"), [("/", ("error", "message")), ("/v1/message:send", ("message",))])
async def test_a_body_over_the_limit_is_a_413_in_the_callers_words(
    mesh: Any, path: str, place: tuple[str, ...]
) -> None:
    (agent,) = await mesh.agent("concierge")
    reply = await mesh.client.post(path, content=b"x" * 13_000_000)
    said = reply.json()
    for name in place:
        said = said[name]
    assert reply.status_code == 413
    assert "larger than the 12,000,000 bytes" in said
    assert agent.asked == []


async def test_a_body_that_grows_over_the_limit_unannounced_is_a_413_too(mesh: Any) -> None:
    await mesh.agent("concierge")

    async def pieces() -> Any:
        for _ in range(13):
            yield b"x" * 1_000_000

    reply = await mesh.client.post("/", content=pieces())
    assert (reply.status_code, reply.json()["error"]["code"]) == (413, -32600)
