"""Who may call an agent, and as whom."""

import time
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request

from agentia.agents import Skill, TaskRun, specialist
from agentia.agents.callers import PinnedKeys, identifier
from agentia.core.identity import HopError, HopInvalid, HopVerifier, ServiceKey, mint
from agentia.registry.client import RegistryUnavailable
from agentia.tasks.caller import LOCAL

if TYPE_CHECKING:
    from tests.agents.conftest import Client, Mesh


@specialist(name="shouter", description="Shouts.", skills=[Skill("shout", "Say a text louder")])
async def shouter(task: TaskRun) -> str:
    return task.text.upper()


SEND = {"message": {"messageId": "1", "role": "ROLE_USER", "parts": [{"text": "hello"}]}}


async def refusal(agent: "Client", token: str) -> str:
    """What a call with a token that proves nothing is told."""
    response = await agent.post("SendMessage", SEND, **{"Agentia-Hop": token})
    assert response.status_code == 401
    error = response.json()["error"]
    assert (response.json()["id"], error["code"]) == (1, -32600)
    over_rest = await agent.http.get(f"{agent.url}tasks", headers={"A2A-Version": "1.0", "Agentia-Hop": token})
    assert (over_rest.status_code, over_rest.json()["error"]["message"]) == (401, error["message"])
    return str(error["message"])


async def test_whoever_calls_from_this_machine_is_the_local_principal(mesh: "Mesh") -> None:
    agent = await mesh.join(shouter)
    task = await agent.send("hello")
    assert [each["id"] for each in await agent.tasks()] == [task["id"]]
    assert await agent.tasks(**{"Agentia-Hop": await mesh.hop(agent.url)}) == []


async def test_a_token_that_proves_nothing_is_refused_with_a_sentence(mesh: "Mesh", tmp_path: Any) -> None:
    agent = await mesh.join(shouter)
    await mesh.hop(agent.url)
    forger = ServiceKey.load_or_create(tmp_path / "forged.pem", "gateway")
    stranger = ServiceKey.load_or_create(tmp_path / "stranger.pem", "a" * 1000)
    nobody = ServiceKey.load_or_create(tmp_path / "nobody.pem", "nobody")
    unsigned = "The hop token is not signed by a service of this mesh."
    for key in (forger, stranger, nobody):
        assert await refusal(agent, mint(key, audience=agent.url, principal="ann", tenant="")) == unsigned
    assert await refusal(agent, "not.a.token") == unsigned
    assert await refusal(agent, "x" * 70_000) == "The hop token is too long."
    elsewhere = await mesh.hop("http://127.0.0.1:9")
    assert await refusal(agent, elsewhere) == "The hop token is addressed to another service."
    expired = await mesh.hop(agent.url, lifetime=-60.0)
    assert await refusal(agent, expired) == "The hop token has expired."


async def test_a_call_after_its_deadline_is_refused(mesh: "Mesh") -> None:
    agent = await mesh.join(shouter)
    late = await mesh.hop(agent.url, deadline=time.time() - 1)
    response = await agent.post("SendMessage", SEND, **{"Agentia-Hop": late})
    assert (response.status_code, response.json()["error"]["message"]) == (403, "The deadline of this task has passed.")


@pytest.mark.parametrize(
    ("headers", "status", "said"),
    [
        ({"Origin": "https://evil.example"}, 403, "Web pages of 'https://evil.example' may not use this agent."),
        ({"Origin": "null"}, 403, "Web pages of 'null' may not use this agent."),
        ({"Host": "evil.example"}, 403, "This agent does not answer for the host 'evil.example'."),
        ({"X-Forwarded-For": "203.0.113.9"}, 401, "Calls from other machines must come through the gateway"),
        ({"Forwarded": "for=203.0.113.9"}, 401, "Calls from other machines must come through the gateway"),
    ],
)
async def test_web_pages_and_what_a_proxy_lets_in_are_not_the_local_principal(
    alone: "Mesh", headers: dict[str, str], status: int, said: str
) -> None:
    agent = await alone.serve(shouter)
    response = await agent.post("SendMessage", SEND, **headers)
    assert response.status_code == status
    assert said in response.json()["error"]["message"]
    assert await agent.tasks() == []


async def test_a_page_of_this_machine_may_use_the_agent(alone: "Mesh") -> None:
    agent = await alone.serve(shouter)
    response = await agent.post("SendMessage", SEND, Origin="http://localhost:3000")
    assert "result" in response.json()


@pytest.mark.parametrize(
    ("client", "local"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("", True), ("10.0.0.1", False), ("evil", False)],
)
async def test_only_loopback_is_this_machine(client: str, local: bool) -> None:
    identify = identifier(HopVerifier("a", [], nobodys_keys), "http://127.0.0.1:1/")
    request = Request({"type": "http", "headers": [], "client": (client, 1) if client else None})
    if local:
        assert await identify(request) == LOCAL
    else:
        with pytest.raises(HopInvalid):
            await identify(request)


async def test_the_agents_own_public_name_is_a_host_that_it_answers_for() -> None:
    identify = identifier(HopVerifier("a", [], nobodys_keys), "https://agent.example.com/")
    for host, own in ((b"agent.example.com", True), (b"evil.example", False)):
        request = Request({"type": "http", "headers": [(b"host", host)], "client": ("127.0.0.1", 1)})
        if own:
            assert await identify(request) == LOCAL
        else:
            with pytest.raises(HopError):
                await identify(request)


async def nobodys_keys(_name: str, _kid: str) -> Any:
    raise LookupError


class Directory:
    """A registry's keys, with a count of how often they were asked for."""

    def __init__(self, jwks: dict[str, Any]) -> None:
        self.jwks, self.asked, self.away = jwks, 0, False

    async def keys_of(self, _name: str) -> dict[str, Any]:
        self.asked += 1
        if self.away:
            raise RegistryUnavailable("The registry does not answer.")
        return self.jwks


@pytest.fixture
def directory(tmp_path: Any) -> tuple[Directory, str]:
    key = ServiceKey.load_or_create(tmp_path / "gateway.pem", "gateway")
    return Directory(key.jwks()), key.kid


async def test_a_key_is_looked_up_once_a_minute_and_outlives_the_registry(
    directory: tuple[Directory, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, kid = directory
    now = 1000.0
    monkeypatch.setattr("agentia.agents.callers.time.monotonic", lambda: now)
    keys = PinnedKeys(registry)  # type: ignore[arg-type]
    key = await keys.find("gateway", kid)
    assert await keys.find("gateway", kid) is key
    assert registry.asked == 1
    now += 61
    registry.away = True
    assert [await keys.find("gateway", kid) for _ in range(3)] == [key] * 3
    assert registry.asked == 2
    now += 6
    registry.away, registry.jwks = False, {"keys": []}
    with pytest.raises(LookupError):
        await keys.find("gateway", kid)


async def test_a_registry_that_restarts_is_waited_for(
    directory: tuple[Directory, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, kid = directory
    registry.away = True

    async def back_after(_seconds: float) -> None:
        registry.away = registry.asked < 2

    monkeypatch.setattr("agentia.agents.patience.asyncio.sleep", back_after)
    assert await PinnedKeys(registry).find("gateway", kid)  # type: ignore[arg-type]
    assert registry.asked == 3
