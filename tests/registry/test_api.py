"""The registry over HTTP: agents come, report, fall silent, are found, and leave."""

from typing import TYPE_CHECKING

import pytest

from agentia.cards.build import Skill
from agentia.cards.versions import card_to_json
from agentia.cards.wellknown import CARD_PATH
from agentia.core.identity import ServiceKey
from agentia.core.service import running
from agentia.core.settings import Settings
from agentia.registry.client import AgentNotFound, RegistryClient, RegistryRefused
from agentia.registry.main import create_app

if TYPE_CHECKING:
    from tests.registry.conftest import Clock, Registry, StartAgent

TRANSLATE = Skill("translate", "Translates texts", tags=["language"], examples=["Translate this to French"])


async def test_an_agent_registers_by_its_url(registry: "Registry", start_agent: "StartAgent", key: ServiceKey) -> None:
    server = await start_agent("My Quant", key=key)
    answer = await registry.http.post("/agents", json={"url": f"{server.url}/"})
    assert answer.status_code == 201
    assert answer.json()["heartbeat_seconds"] == 5
    agent = answer.json()["agent"]
    assert (agent["id"], agent["name"], agent["version"], agent["status"]) == (
        "my-quant",
        "My Quant",
        "1.0.0",
        "healthy",
    )
    assert agent["instances"] == [{"url": server.url, "seen": agent["registered"]}]
    assert agent["card"]["supportedInterfaces"][0]["url"] == f"{server.url}/"
    assert agent["jwks"] == key.jwks()


async def test_registering_again_changes_nothing(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey
) -> None:
    server = await start_agent(key=key)
    first = await registry.member.register(server.url)
    registry.clock.advance(3)
    answer = await registry.http.post("/agents", json={"url": server.url, "instance": server.url})
    assert answer.status_code == 200
    again = await registry.member.get("quant")
    assert (again.registered, again.updated) == (first.registered, first.updated)
    assert again.instances[0].seen > first.instances[0].seen


async def test_an_agent_registers_by_its_signed_card(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey
) -> None:
    server = await start_agent(key=key)
    agent = await registry.member.register(card=card_to_json(server.card))
    assert (agent.id, agent.url, agent.jwks) == ("quant", server.url, key.jwks())
    assert CARD_PATH not in [path for path, _ in server.fetched]


async def test_a_card_of_an_agent_out_of_reach_is_taken(registry: "Registry", start_agent: "StartAgent") -> None:
    server = await start_agent()
    await server.stop()
    assert (await registry.member.register(card=card_to_json(server.card))).status == "healthy"


async def test_heartbeats_keep_an_agent_healthy(registry: "Registry", start_agent: "StartAgent") -> None:
    server = await start_agent()
    await registry.member.register(server.url)
    for _ in range(5):
        registry.clock.advance(14)
        assert await registry.member.heartbeat("quant", f"{server.url}/") == 5
    assert (await registry.member.get("quant")).status == "healthy"


async def test_after_three_missed_heartbeats_an_agent_is_listed_but_not_found(
    registry: "Registry", start_agent: "StartAgent"
) -> None:
    server = await start_agent()
    await registry.member.register(server.url)
    assert [match.agent.id for match in await registry.stranger.discover("20 % of 300")] == ["quant"]
    registry.clock.advance(15.1)
    assert await registry.stranger.discover("20 % of 300") == []
    assert len(await registry.stranger.discover("20 % of 300", healthy=False)) == 1
    assert [agent.status for agent in await registry.stranger.list()] == ["unreachable"]
    assert (await registry.stranger.get("quant")).instances[0].url == server.url
    await registry.member.heartbeat("quant", server.url)
    assert (await registry.stranger.get("quant")).status == "healthy"


async def test_an_agent_that_stays_silent_leaves_the_list(registry: "Registry", start_agent: "StartAgent") -> None:
    server = await start_agent()
    await registry.member.register(server.url)
    registry.clock.advance(601)
    assert await registry.stranger.list() == []
    with pytest.raises(AgentNotFound):
        await registry.stranger.get("quant")


async def test_a_heartbeat_of_an_unknown_instance_is_not_found(registry: "Registry", start_agent: "StartAgent") -> None:
    server = await start_agent()
    with pytest.raises(AgentNotFound, match="No instance"):
        await registry.member.heartbeat("quant", server.url)
    await registry.member.register(server.url)
    with pytest.raises(AgentNotFound):
        await registry.member.heartbeat("quant", "http://127.0.0.1:1")


async def test_the_last_instance_to_leave_takes_the_agent_off_the_list(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey
) -> None:
    one, two = await start_agent(key=key), await start_agent(key=key)
    await registry.member.register(one.url)
    await registry.member.register(two.url)
    await registry.member.deregister("quant", instance=one.url)
    assert [instance.url for instance in (await registry.member.get("quant")).instances] == [two.url]
    await registry.member.deregister("quant", instance=two.url)
    assert await registry.member.list() == []
    with pytest.raises(AgentNotFound):
        await registry.member.deregister("quant", instance=two.url)


async def test_refresh_fetches_the_card_only_when_it_changed(registry: "Registry", start_agent: "StartAgent") -> None:
    server = await start_agent()
    await registry.member.register(server.url)
    unchanged = await registry.http.post("/agents/quant/refresh")
    assert unchanged.json()["changed"] is False
    assert server.fetched[-1] == (CARD_PATH, 304)
    server.card.skills.append(TRANSLATE.as_proto())
    registry.clock.advance(1)
    changed = await registry.http.post("/agents/quant/refresh")
    assert changed.json()["changed"] is True
    agent = await registry.member.get("quant")
    assert agent.updated > agent.registered
    assert [match.skills for match in await registry.stranger.discover("translate it to French")] == [("translate",)]


async def test_refresh_is_no_heartbeat(registry: "Registry", start_agent: "StartAgent") -> None:
    server = await start_agent()
    await registry.member.register(server.url)
    registry.clock.advance(20)
    assert (await registry.member.refresh("quant")).status == "unreachable"


async def test_refresh_says_when_the_card_cannot_be_had(registry: "Registry", start_agent: "StartAgent") -> None:
    server = await start_agent()
    await registry.member.register(server.url)
    server.card.name = "Other"
    with pytest.raises(RegistryRefused, match="now names another agent"):
        await registry.member.refresh("quant")
    await server.stop()
    with pytest.raises(RegistryRefused, match="could not be reached"):
        await registry.member.refresh("quant")


async def test_discovery_says_which_skill_matched_and_why(registry: "Registry", start_agent: "StartAgent") -> None:
    await registry.member.register((await start_agent()).url)
    await registry.member.register((await start_agent("Polyglot", skill=TRANSLATE)).url)
    answer = await registry.http.post("/discover", json={"need": "what is 15 % of 48210.5"})
    (match,) = answer.json()["matches"]
    assert (match["agent"]["id"], match["skills"]) == ("quant", ["percentages"])
    assert match["why"].startswith("matches skill 'percentages' on: 15 % of")
    assert 0 < match["score"] <= 1
    assert await registry.stranger.discover("what is 15 % of 48210.5", exclude=["quant"]) == []
    assert await registry.stranger.discover("what is 15 % of 48210.5", input_modes=["text/csv"]) == []


async def test_agents_outlive_the_registrys_process(
    settings: Settings, clock: "Clock", start_agent: "StartAgent"
) -> None:
    server = await start_agent()
    for _ in range(2):
        async with (
            running(create_app(settings, clock=clock)) as url,
            RegistryClient(url, join_token="let-me-in") as member,
        ):
            if not await member.list():
                await member.register(server.url)
            assert [match.agent.id for match in await member.discover("12 % of 50")] == ["quant"]
