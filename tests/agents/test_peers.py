"""Finding other agents: by need, by name, with a short memory, and where exactly they answer."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from agentia.agents import NoAgentFits, Skill, Specialist, TaskRun
from agentia.agents.peer import peer_of
from agentia.agents.peers import CACHE_SECONDS, Peers
from agentia.agents.transport import http_client
from agentia.registry.client import Agent, Instance, RegistryUnavailable
from agentia.tasks.caller import Caller
from agentia.tasks.records import Owner

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh

JSONRPC = {"protocolBinding": "JSONRPC", "protocolVersion": "1.0", "url": "http://a:1/"}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def nothing(_task: TaskRun) -> None: ...


def can(name: str, what: str = "say a text louder") -> Specialist:
    return Specialist(nothing, [Skill("skill", what)], name, f"{name} can {what}.")


@pytest.fixture
def peers(mesh: "Mesh") -> Peers:
    """The peers of an agent named boss."""
    return Peers(mesh.registry, mesh.key("boss"), http_client(), patience=0.3)


def caller(*chain: str) -> Caller:
    return Caller(Owner("", "ann"), chain)


def agent(*faces: dict[str, Any], instances: tuple[str, ...] = (), **card: Any) -> Agent:
    seen = tuple(Instance(url, NOW) for url in instances)
    document = {"supportedInterfaces": list(faces), "capabilities": {"streaming": True}, **card}
    return Agent("a", "A", "", "1", "healthy", "http://a:1", seen, document, {"keys": []}, NOW, NOW)


async def test_agents_are_found_by_need_without_the_one_that_asks_and_those_that_led_to_it(
    mesh: "Mesh", peers: Peers
) -> None:
    for name in ("boss", "loud", "louder"):
        await mesh.join(can(name))
    assert {match.agent.id for match in await peers.discover("say a text louder")} == {"loud", "louder"}
    assert (await peers.choose("say a text louder", caller("gateway", "loud"))).id == "louder"
    with pytest.raises(NoAgentFits, match="No agent on this mesh can do this: 'say a text louder'"):
        await peers.choose("say a text louder", caller("loud", "louder"))


async def test_what_was_found_is_remembered_for_a_moment(
    mesh: "Mesh", peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("agentia.agents.peers.time.monotonic", lambda: now)
    assert await peers.discover("say a text louder") == []
    await mesh.registry.register(card=agent_card("loud", "http://127.0.0.1:9"))
    assert await peers.discover("say a text louder") == []
    now += CACHE_SECONDS
    assert [match.agent.id for match in await peers.discover("say a text louder")] == ["loud"]


def agent_card(name: str, url: str) -> dict[str, Any]:
    from agentia.cards.versions import card_to_json

    return card_to_json(can(name).card(f"{url}/"))


async def test_a_caller_cannot_spoil_what_is_remembered(mesh: "Mesh", peers: Peers) -> None:
    await mesh.registry.register(card=agent_card("loud", "http://127.0.0.1:9"))
    (await peers.discover("say a text louder")).clear()
    assert len(await peers.discover("say a text louder")) == 1


async def test_a_long_need_is_searched_by_its_beginning(mesh: "Mesh", peers: Peers) -> None:
    await mesh.registry.register(card=agent_card("loud", "http://127.0.0.1:9"))
    assert len(await peers.discover("say a text louder " * 2000, input_modes=[f"text/{n}" for n in range(0)])) == 1
    assert await peers.discover("say a text louder", input_modes=[f"text/{n}" for n in range(200)]) == []


async def test_an_agent_is_known_by_its_name_or_its_id(mesh: "Mesh", peers: Peers) -> None:
    await mesh.registry.register(card=agent_card("Crème Brûlée", "http://127.0.0.1:9"))
    assert (await peers.named("Crème Brûlée")).id == (await peers.named("creme-brulee")).id == "creme-brulee"
    for name in ("nobody", "", "…"):
        with pytest.raises(NoAgentFits, match="There is no agent"):
            await peers.named(name)


async def test_one_that_cannot_be_called_is_passed_over_for_the_next_best(mesh: "Mesh", peers: Peers) -> None:
    best = agent_card("louder", "http://127.0.0.1:9")
    best["supportedInterfaces"] = [{"url": "http://127.0.0.1:9/", "protocolBinding": "GRPC", "protocolVersion": "1.0"}]
    await mesh.registry.register(card=best)
    await mesh.registry.register(card=agent_card("loud", "http://127.0.0.1:8"))
    assert (await peers.choose("louder say a text louder", caller())).id == "loud"


async def test_a_registry_that_stays_away_is_said_after_some_patience(alone: "Mesh") -> None:
    peers = Peers(alone.registry, alone.key("boss"), http_client(), patience=0.1)
    with pytest.raises(RegistryUnavailable):
        await peers.choose("anything", caller())


@pytest.mark.parametrize(
    ("named", "instances", "urls"),
    [
        ("http://a:1/", ("http://a:1",), ("http://a:1/",)),
        ("http://a:1/rpc?x=1", ("http://a:1", "http://b:2"), ("http://a:1/rpc?x=1", "http://b:2/rpc?x=1")),
        ("http://a:1/rpc", (), ("http://a:1/rpc",)),
        ("http://b:2/rpc", ("http://b:2",), ("http://b:2/rpc",)),
        ("http://c:3/rpc", ("http://b:2",), ("http://b:2",)),
    ],
)
def test_the_endpoint_of_the_card_is_called_at_each_live_instance(
    named: str, instances: tuple[str, ...], urls: tuple[str, ...]
) -> None:
    assert peer_of(agent({**JSONRPC, "url": named}, instances=instances)).urls == urls


def test_an_agent_below_a_path_is_called_below_the_path_of_its_instance() -> None:
    found = agent({**JSONRPC, "url": "http://a:1/x/rpc"}, instances=("http://b:2/y",))
    object.__setattr__(found, "url", "http://a:1/x")
    assert peer_of(found).urls == ("http://b:2/y/rpc",)
    object.__setattr__(found, "url", "http://a:1/other")
    assert peer_of(found).urls == ("http://b:2/x/rpc",)


@pytest.mark.parametrize(
    ("versions", "chosen"), [(("0.3", "1.0"), "1.0"), (("2.0", "0.3.0"), "0.3.0"), (("1.1", "2.0"), "1.1")]
)
def test_the_newest_version_that_both_sides_speak_is_chosen(versions: tuple[str, ...], chosen: str) -> None:
    faces = [{**JSONRPC, "protocolVersion": version} for version in versions]
    assert peer_of(agent(*faces)).version == chosen


@pytest.mark.parametrize(
    "faces", [[], [{**JSONRPC, "protocolBinding": "GRPC"}], [{**JSONRPC, "protocolVersion": "2.0"}]]
)
def test_an_agent_that_speaks_nothing_we_do_cannot_be_called(faces: list[dict[str, Any]]) -> None:
    with pytest.raises(NoAgentFits, match="speaks no JSON-RPC of A2A"):
        peer_of(agent(*faces))


def test_what_an_agent_can_is_read_from_its_card() -> None:
    ours = {"streaming": True, "extensions": [{"uri": "urn:agentia:position:v1"}]}
    found = peer_of(agent({**JSONRPC, "tenant": "t"}, capabilities=ours))
    assert (found.ours, found.streams, found.tenant) == (True, True, "t")
    found = peer_of(agent(JSONRPC, capabilities={}))
    assert (found.ours, found.streams, found.tenant) == (False, False, "")
