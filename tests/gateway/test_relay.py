"""What a client sends reaches the agent, and what the agent answers reaches the client, unchanged."""

import json
from typing import Any

import httpx
import pytest

HOP_BY_HOP = {
    "connection": "keep-alive, x-private",
    "x-private": "1",
    "te": "trailers",
    "proxy-authorization": "Basic x",
}


async def test_a_json_rpc_request_reaches_the_agent_byte_for_byte(mesh: Any, rpc: Any) -> None:
    (agent,) = await mesh.agent("analyst")
    body = json.dumps(rpc(), indent=3).encode()

    answer = await mesh.client.post("/agents/analyst/", content=body, headers={"content-type": "application/json"})

    assert answer.json()["result"]["message"]["messageId"] == "a"
    assert (agent.asked[0].method, agent.asked[0].target, agent.asked[0].body) == ("POST", "/", body)


@pytest.mark.parametrize("path", ["/", ""])
async def test_the_root_of_an_agent_works_with_and_without_its_slash(mesh: Any, rpc: Any, path: str) -> None:
    (agent,) = await mesh.agent("analyst")
    assert (await mesh.client.post(f"/agents/analyst{path}", json=rpc())).status_code == 200
    assert agent.asked[0].target == "/"


async def test_the_root_of_the_gateway_is_the_concierge(mesh: Any, rpc: Any) -> None:
    (concierge,) = await mesh.agent("concierge")
    (analyst,) = await mesh.agent("analyst")
    assert (await mesh.client.post("/", json=rpc())).status_code == 200
    assert (len(concierge.asked), len(analyst.asked)) == (1, 0)


@pytest.mark.parametrize("root", ["", "/agents/concierge"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/message:send"),
        ("POST", "/message:stream"),
        ("GET", "/tasks?pageSize=2&contextId=a%2Fb"),
        ("GET", "/tasks/t-1?historyLength=0"),
        ("POST", "/tasks/t-1:cancel"),
        ("DELETE", "/tasks/t-1"),
        ("DELETE", "/tasks"),
        ("GET", "/tasks/t-1:subscribe"),
        ("POST", "/tasks/t-1:subscribe"),
        ("POST", "/tasks/t-1/pushNotificationConfigs"),
        ("GET", "/tasks/t-1/pushNotificationConfigs"),
        ("GET", "/tasks/t-1/pushNotificationConfigs/c%2F1"),
        ("DELETE", "/tasks/t-1/pushNotificationConfigs/c-1"),
        ("POST", "/v1/message:send"),
        ("POST", "/v1/message:stream"),
        ("GET", "/v1/tasks/t-1"),
        ("POST", "/v1/tasks/t-1:cancel"),
        ("GET", "/v1/tasks/t-1:subscribe"),
        ("GET", "/v1/tasks/t-1/pushNotificationConfigs"),
        ("POST", "/some-tenant/message:send"),
    ],
)
async def test_every_http_json_operation_passes_with_its_path_and_query(
    mesh: Any, root: str, method: str, path: str
) -> None:
    (agent,) = await mesh.agent("concierge")
    assert (await mesh.client.request(method, root + path)).status_code == 200
    assert (agent.asked[0].method, agent.asked[0].target) == (method, path)


async def test_protocol_headers_pass_both_ways_and_those_of_one_connection_do_not(mesh: Any, rpc: Any) -> None:
    async def answer(_: Any, line: Any) -> None:
        await line.answer({}, A2A_Extensions="urn:x", ETag='"1"', Set_Cookie="a=b", Keep_Alive="timeout=5")

    (agent,) = await mesh.agent("analyst", answer)
    sent = {
        "a2a-version": "1.0",
        "a2a-extensions": "urn:x,urn:y",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "last-event-id": "7",
        "accept": "application/json",
        "content-type": "application/json",
    }

    reply = await mesh.client.post(
        "/agents/analyst/",
        content=json.dumps(rpc()),
        headers={**sent, **HOP_BY_HOP, "cookie": "s=1", "authorization": "B"},
    )

    got = agent.asked[0].headers
    assert {name: got[name] for name in sent} == sent
    assert not {"x-private", "te", "proxy-authorization", "cookie", "authorization"} & set(got)
    assert (reply.headers["a2a-extensions"], reply.headers["etag"]) == ("urn:x", '"1"')
    assert "set-cookie" not in reply.headers
    assert len(reply.headers.get_list("date")) == 1


async def test_an_agents_error_and_its_status_pass_untouched(mesh: Any) -> None:
    async def refuse(_: Any, line: Any) -> None:
        await line.answer(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}', "400 Bad Request")

    (agent,) = await mesh.agent("analyst", refuse)
    reply = await mesh.client.post("/agents/analyst/", content=b'{"jsonrpc": "2.0", ')

    assert (reply.status_code, reply.json()["error"]["code"]) == (400, -32700)
    assert agent.asked[0].body == b'{"jsonrpc": "2.0", '


async def test_a_body_of_eleven_megabytes_passes_whole_and_so_does_its_answer(mesh: Any) -> None:
    async def echo(asked: Any, line: Any) -> None:
        await line.answer(asked.body)

    await mesh.agent("analyst", echo)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"x": "y" * 11_000_000}}).encode()
    reply = await mesh.client.post("/agents/analyst/", content=body)
    assert reply.content == body


async def test_a_compressed_answer_stays_as_the_agent_made_it(mesh: Any, rpc: Any) -> None:
    import gzip

    packed = gzip.compress(b'{"ok": true}')

    async def answer(_: Any, line: Any) -> None:
        await line.answer(packed, content_encoding="gzip")

    await mesh.agent("analyst", answer)
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc()) as reply:
        assert b"".join([chunk async for chunk in reply.aiter_raw()]) == packed


async def test_a_redirect_of_an_agent_is_not_followed(mesh: Any, rpc: Any) -> None:
    async def away(_: Any, line: Any) -> None:
        await line.answer(b"", "307 Temporary Redirect", location="http://127.0.0.1:1/")

    await mesh.agent("analyst", away)
    assert (await mesh.client.post("/agents/analyst/", json=rpc())).status_code == 307


async def test_an_agent_whose_card_names_other_paths_is_called_there(mesh: Any, rpc: Any) -> None:
    (agent,) = await mesh.agent("foreign")
    card = {
        "name": "foreign",
        "supportedInterfaces": [
            {"url": f"{agent.url}/a2a/rpc", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"},
            {"url": f"{agent.url}/a2a/old", "protocolBinding": "JSONRPC", "protocolVersion": "0.3"},
            {"url": f"{agent.url}/a2a/rest/", "protocolBinding": "HTTP+JSON", "protocolVersion": "1.0"},
        ],
    }
    mesh.registry.enlist("foreign", agent.url, card=card)

    await mesh.client.post("/agents/foreign/", json=rpc())
    await mesh.client.post("/agents/foreign/", json=rpc("message/send"))
    await mesh.client.get("/agents/foreign/tasks/t-1")

    assert [asked.target for asked in agent.asked] == ["/a2a/rpc", "/a2a/old", "/a2a/rest/tasks/t-1"]


async def test_a_card_cannot_send_calls_to_another_host(mesh: Any, rpc: Any) -> None:
    (agent,) = await mesh.agent("foreign")
    elsewhere = {"url": "http://127.0.0.1:9/steal", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}
    mesh.registry.enlist("foreign", agent.url, card={"name": "foreign", "supportedInterfaces": [elsewhere]})
    assert (await mesh.client.post("/agents/foreign/", json=rpc())).status_code == 200
    assert agent.asked[0].target == "/"


async def test_connections_to_an_agent_are_used_again(mesh: Any, rpc: Any) -> None:
    ports = set()

    async def note(_: Any, line: Any) -> None:
        ports.add(line.writer.get_extra_info("peername"))
        await line.answer({})

    await mesh.agent("analyst", note)
    for _ in range(5):
        await mesh.client.post("/agents/analyst/", json=rpc())
    assert len(ports) == 1


async def test_an_official_client_of_either_version_talks_through_the_gateway(mesh: Any) -> None:
    from a2a.client import ClientConfig, create_client
    from a2a.types import a2a_pb2 as pb

    async def agent(asked: Any, line: Any) -> None:
        old = asked.json["method"] == "message/send"
        message = {"messageId": "a", "parts": [{"kind": "text", "text": "hi"} if old else {"text": "hi"}]}
        result = (
            {**message, "kind": "message", "role": "agent"} if old else {"message": {**message, "role": "ROLE_AGENT"}}
        )
        await line.answer({"jsonrpc": "2.0", "id": asked.json["id"], "result": result})

    await mesh.agent("analyst", agent)
    request = pb.SendMessageRequest(
        message=pb.Message(message_id="m", role=pb.Role.ROLE_USER, parts=[pb.Part(text="hello")])
    )
    async with httpx.AsyncClient(verify=False) as http:
        client = await create_client(f"{mesh.url}/agents/analyst", ClientConfig(httpx_client=http, streaming=False))
        answers = [answer async for answer in client.send_message(request)]
    assert answers[0].message.parts[0].text == "hi"
