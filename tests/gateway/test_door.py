"""Who may enter, and what the agents are told about them."""

import itertools
import time
from typing import Any

import pytest

from agentia.core.identity import HopVerifier, ServiceKey, mint, public_key
from agentia.gateway.door import LoopbackDoor, Machine, Principal, TokenDoor, require_loopback
from agentia.gateway.errors import NotAdmitted, NotLoopback, TokenWanted
from agentia.gateway.hops import Hops


def verifier(mesh: Any, name: str, url: str) -> HopVerifier:
    """The agent's side: it knows the gateway by the key that the registry holds."""

    async def keys(service: str, kid: str) -> Any:
        return public_key(mesh.registry.keys[service], kid)

    return HopVerifier(name, [url], keys, roots={"gateway"})


async def test_every_call_carries_a_token_that_the_agent_can_verify(mesh: Any, rpc: Any) -> None:
    (agent,) = await mesh.agent("analyst")
    await mesh.registry.pinned.wait()
    await mesh.client.post("/agents/analyst/", json=rpc())
    await mesh.client.get("/agents/analyst/tasks/t-1")
    for asked in agent.asked:
        hop = await verifier(mesh, "analyst", agent.url).verify(asked.headers["agentia-hop"])
        assert (hop.issuer, hop.chain, hop.audience) == ("gateway", ("gateway",), agent.url)
        assert (hop.principal, hop.tenant, hop.deadline) == ("local", "", None)


async def test_a_token_from_outside_never_reaches_an_agent(mesh: Any, rpc: Any, tmp_path: Any) -> None:
    (agent,) = await mesh.agent("analyst")
    thief = ServiceKey.load_or_create(tmp_path / "thief.pem", "gateway")
    forged = mint(thief, audience=agent.url, principal="root", tenant="", chain=("gateway",))
    await mesh.client.post("/agents/analyst/", json=rpc(), headers=[("Agentia-Hop", forged), ("agentia-hop", forged)])
    token = agent.asked[0].headers["agentia-hop"]
    await mesh.registry.pinned.wait()
    assert (await verifier(mesh, "analyst", agent.url).verify(token)).principal == "local"
    assert forged not in token


@pytest.mark.parametrize("given", [1_999_999_999, 1_999_999_999.0, "2033-05-18T03:33:19Z", "2033-05-18T05:33:19+02:00"])
@pytest.mark.parametrize("where", ["message", "request", "rest"])
async def test_a_deadline_in_the_metadata_is_in_the_token(mesh: Any, rpc: Any, given: Any, where: str) -> None:
    (agent,) = await mesh.agent("analyst")
    metadata = {"urn:agentia:deadline:v1": given}
    params = {"request": {"metadata": metadata}}.get(where, {"message": {"messageId": "m", "metadata": metadata}})
    if where == "rest":
        await mesh.client.post("/agents/analyst/message:send", json=params)
    else:
        await mesh.client.post("/agents/analyst/", json=rpc("SendMessage", **params))
    await mesh.registry.pinned.wait()
    hop = await verifier(mesh, "analyst", agent.url).verify(agent.asked[0].headers["agentia-hop"])
    assert hop.deadline == 1_999_999_999


@pytest.mark.parametrize("given", ["tomorrow", "2033-05-18T03:33:19", True, None, [1], "20330518"])
async def test_a_deadline_that_is_no_time_is_an_invalid_parameter(mesh: Any, rpc: Any, given: Any) -> None:
    (agent,) = await mesh.agent("analyst")
    message = {"messageId": "m", "metadata": {"urn:agentia:deadline:v1": given}}
    reply = await mesh.client.post("/agents/analyst/", json=rpc("SendMessage", message=message))
    assert (reply.status_code, reply.json()["error"]["code"], reply.json()["id"]) == (400, -32602, "r-1")
    assert "RFC 3339" in reply.json()["error"]["message"]
    assert agent.asked == []


async def test_the_words_of_a_deadline_in_a_text_are_only_words(mesh: Any, rpc: Any) -> None:
    (agent,) = await mesh.agent("analyst")
    await mesh.client.post("/agents/analyst/", json=rpc(text="what does urn:agentia:deadline:v1 mean?"))
    assert len(agent.asked) == 1


async def test_the_same_token_serves_calls_for_a_while(mesh: Any, rpc: Any) -> None:
    (agent,) = await mesh.agent("analyst")
    for _ in range(3):
        await mesh.client.post("/agents/analyst/", json=rpc())
    assert len({asked.headers["agentia-hop"] for asked in agent.asked}) == 1


async def test_each_instance_gets_a_token_of_its_own(mesh: Any, rpc: Any) -> None:
    async def answer(_: Any, line: Any) -> None:
        await line.answer({})

    instances = await mesh.agent("analyst", answer, answer)
    for _ in range(2):
        await mesh.client.post("/agents/analyst/", json=rpc())
    await mesh.registry.pinned.wait()
    for instance in instances:
        token = instance.asked[0].headers["agentia-hop"]
        assert (await verifier(mesh, "analyst", instance.url).verify(token)).audience == instance.url


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1", "LOCALHOST"])
def test_the_gateway_may_listen_on_loopback(host: str) -> None:
    require_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.com", ""])
def test_the_gateway_refuses_to_listen_where_strangers_are(host: str) -> None:
    with pytest.raises(NotLoopback, match="without keys or OIDC"):
        require_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:1", "[::1]:8000", "mesh.example.org"])
@pytest.mark.parametrize("origin", [None, "http://localhost:3000", "https://mesh.example.org"])
def test_requests_of_this_machine_are_let_in(host: str, origin: str | None) -> None:
    headers = [(b"host", host.encode()), *([(b"origin", origin.encode())] if origin else [])]
    assert LoopbackDoor("https://mesh.example.org/").admit(headers, "127.0.0.1") == Principal("local", "")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", None),
        ("127.0.0.1.evil.example:8000", None),
        ("127.0.0.1:8000", "https://evil.example"),
        ("127.0.0.1:8000", "null"),
        ("127.0.0.1:8000", "http://[::bad"),
    ],
)
def test_web_pages_from_elsewhere_are_kept_out(host: str, origin: str | None) -> None:
    headers = [(b"host", host.encode()), *([(b"origin", origin.encode())] if origin else [])]
    with pytest.raises(NotAdmitted):
        LoopbackDoor("http://127.0.0.1:8000").admit(headers, "127.0.0.1")


@pytest.mark.parametrize("client", ["172.31.0.1", "127.0.0.1"])
def test_a_published_gateway_lets_in_programs_of_the_machine_and_of_its_own_container(client: str) -> None:
    door = LoopbackDoor("http://127.0.0.1:8000", here=Machine(lambda: "172.31.0.1"))
    assert door.admit([(b"host", b"127.0.0.1:8000")], client) == Principal("local", "")


@pytest.mark.parametrize("client", ["172.31.0.7", "192.168.1.7", "8.8.8.8", "", "fe80::1"])
@pytest.mark.parametrize("gateway", ["172.31.0.1", None])
def test_a_published_gateway_keeps_out_other_containers_and_other_machines(client: str, gateway: str | None) -> None:
    door = LoopbackDoor("http://127.0.0.1:8000", here=Machine(lambda: gateway))
    with pytest.raises(NotAdmitted, match="on the machine that runs this gateway"):
        door.admit([(b"host", b"127.0.0.1:8000")], client)


def test_a_published_gateway_keeps_out_web_pages_as_well() -> None:
    door = LoopbackDoor("http://127.0.0.1:8000", here=Machine(lambda: "172.31.0.1"))
    with pytest.raises(NotAdmitted, match="Web pages"):
        door.admit([(b"origin", b"https://evil.example")], "172.31.0.1")


async def test_a_page_that_is_kept_out_hears_why_and_reaches_nobody(mesh: Any, rpc: Any) -> None:
    (agent,) = await mesh.agent("analyst")
    reply = await mesh.client.post("/agents/analyst/", json=rpc(), headers={"origin": "https://evil.example"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "not_admitted")
    assert agent.asked == []


def test_a_token_is_minted_again_after_a_minute(key: ServiceKey, monkeypatch: pytest.MonkeyPatch) -> None:
    hops, now = Hops(key), time.monotonic()
    numbers = itertools.count(1)
    monkeypatch.setattr("agentia.gateway.hops.mint", lambda *_, **__: f"token {next(numbers)}")
    for later, token in ((0, "token 1"), (59, "token 1"), (61, "token 2")):
        monkeypatch.setattr("agentia.gateway.hops.time.monotonic", lambda at=now + later: at)
        assert hops.token("http://a", Principal("local"), None) == token


def test_the_cache_of_tokens_is_bounded(key: ServiceKey) -> None:
    hops = Hops(key)
    for deadline in range(1100):
        hops.token("http://a", Principal("local"), 2e9 + deadline)
    assert len(hops._tokens) == 1024


@pytest.mark.parametrize("said", [b"Bearer s3cret", b"bearer  s3cret "])
@pytest.mark.parametrize("client", ["127.0.0.1", "192.168.1.7"])
def test_who_shows_the_access_token_is_let_in_from_anywhere(said: bytes, client: str) -> None:
    headers = [(b"host", b"mesh.example.org"), (b"authorization", said)]
    assert TokenDoor("s3cret").admit(headers, client) == Principal("local", "")


@pytest.mark.parametrize("said", [b"", b"Bearer", b"Bearer s3cre", b"Bearer s3crets", b"Basic s3cret", b"Bearer \xff"])
def test_nobody_else_is_let_in_by_a_gateway_with_an_access_token(said: bytes) -> None:
    with pytest.raises(TokenWanted, match="access token"):
        TokenDoor("s3cret").admit([(b"authorization", said)] if said else [], "127.0.0.1")


async def test_a_gateway_with_an_access_token_asks_for_it_but_tells_its_health_to_everybody(
    mesh: Any, rpc: Any, key: ServiceKey
) -> None:
    from starlette.testclient import TestClient

    from agentia.core.settings import Settings
    from agentia.gateway.main import create_app

    settings = Settings(registry_url=f"http://{mesh.registry_host}", access_token="s3cret")
    client = TestClient(create_app(settings, key), base_url="http://10.42.0.7:8000", client=("10.42.0.1", 5000))
    refused = client.post("/", json=rpc())
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json()["error"]["code"] == "token_wanted"
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 503
    assert client.get("/agents", headers={"authorization": "Bearer s3cret"}).status_code == 200


async def test_health_is_told_whatever_host_a_probe_names(mesh: Any) -> None:
    assert (await mesh.client.get("/healthz", headers={"host": "10.42.0.7:8000"})).status_code == 200
    assert (await mesh.client.get("/agents", headers={"host": "10.42.0.7:8000"})).status_code == 403
