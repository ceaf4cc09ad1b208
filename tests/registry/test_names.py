"""Names and keys over HTTP: who gets one, who keeps it, who does not."""

from typing import TYPE_CHECKING

import pytest
from a2a.types import a2a_pb2 as pb

from agentia.cards.versions import card_to_json
from agentia.core.identity import ServiceKey
from agentia.registry.client import AgentNotFound, RegistryRefused

if TYPE_CHECKING:
    from tests.registry.conftest import Registry, StartAgent


async def test_an_unsigned_card_of_an_agent_with_keys_is_refused(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey
) -> None:
    server = await start_agent(key=key)
    server.card.ClearField("signatures")
    with pytest.raises(RegistryRefused, match="this card is not signed") as refused:
        await registry.member.register(card=card_to_json(server.card))
    assert refused.value.reason == "card_unsigned"


async def test_replicas_are_instances_of_one_agent(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey
) -> None:
    one, two = await start_agent(key=key), await start_agent(key=key)
    await registry.member.register(one.url)
    await registry.member.register(two.url)
    agent = await registry.member.get("quant")
    assert {instance.url for instance in agent.instances} == {one.url, two.url}
    registry.clock.advance(10)
    await registry.member.heartbeat("quant", two.url)
    registry.clock.advance(10)
    agent = await registry.member.get("quant")
    assert (agent.status, [instance.url for instance in agent.instances]) == ("healthy", [two.url])


async def test_a_replica_may_give_its_own_address_beside_the_agents(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey, other_key: ServiceKey
) -> None:
    base, replica, impostor = await start_agent(key=key), await start_agent(key=key), await start_agent(key=other_key)
    agent = await registry.member.register(base.url, instance=replica.url)
    assert (agent.url, agent.instances[0].url) == (base.url, replica.url)
    with pytest.raises(RegistryRefused, match=r"Nothing at .* shows that it belongs"):
        await registry.member.register(base.url, instance=impostor.url)
    impostor.card = replica.card
    with pytest.raises(RegistryRefused, match="another origin"):
        await registry.member.register(base.url, instance=impostor.url)


async def test_a_name_with_a_pinned_key_stays_its_owners_even_when_nobody_answers(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey, other_key: ServiceKey
) -> None:
    owner = await start_agent(key=key)
    await registry.member.register(owner.url)
    await registry.member.deregister("quant", instance=owner.url)
    registry.clock.advance(10_000)
    squatter = await start_agent(key=other_key)
    with pytest.raises(RegistryRefused, match="The name 'quant' is taken and answers at") as refused:
        await registry.member.register(squatter.url)
    assert refused.value.reason == "name_taken"
    squatter.jwks = key.jwks()  # public keys can be copied, so they prove nothing
    with pytest.raises(RegistryRefused, match="is taken"):
        await registry.member.register(squatter.url)
    squatter.card = owner.card  # and so can signed cards, but they name their address
    with pytest.raises(RegistryRefused, match="another origin"):
        await registry.member.register(squatter.url)
    elsewhere = await start_agent(key=key)
    assert (await registry.member.register(elsewhere.url)).url == elsewhere.url


async def test_removing_an_agent_frees_its_name(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey, other_key: ServiceKey
) -> None:
    await registry.member.register((await start_agent(key=key)).url)
    await registry.member.deregister("quant")
    agent = await registry.member.register((await start_agent(key=other_key)).url)
    assert agent.jwks == other_key.jwks()


async def test_an_agent_without_keys_holds_its_name_while_it_is_alive(
    registry: "Registry", start_agent: "StartAgent"
) -> None:
    first, second = await start_agent(), await start_agent()
    await registry.member.register(first.url)
    with pytest.raises(RegistryRefused, match="taken"):
        await registry.member.register(second.url)
    registry.clock.advance(16)
    agent = await registry.member.register(second.url)
    assert [instance.url for instance in agent.instances] == [second.url]
    assert agent.registered.timestamp() == registry.clock.now


async def test_an_agent_that_lost_its_key_may_return_to_its_address(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey, other_key: ServiceKey
) -> None:
    server = await start_agent(key=key)
    await registry.member.register(server.url)
    await server.stop()
    port = int(server.url.rpartition(":")[2])
    await start_agent(key=other_key, port=port)
    assert (await registry.member.register(server.url)).jwks == other_key.jwks()
    assert await registry.stranger.keys_of("quant") == other_key.jwks()


async def test_a_signature_that_does_not_match_is_refused(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey
) -> None:
    server = await start_agent(key=key)
    server.card.description = "Something else."
    with pytest.raises(RegistryRefused, match="signature"):
        await registry.member.register(server.url)


async def test_a_card_that_leads_elsewhere_is_refused(registry: "Registry", start_agent: "StartAgent") -> None:
    server = await start_agent()
    server.card.supported_interfaces.append(
        pb.AgentInterface(url="http://169.254.169.254/", protocol_binding="JSONRPC")
    )
    with pytest.raises(RegistryRefused, match="another origin") as refused:
        await registry.member.register(server.url)
    assert refused.value.reason == "card_misplaced"
    assert refused.value.fix


async def test_keys_of_a_service_are_pinned_once(
    registry: "Registry", start_agent: "StartAgent", key: ServiceKey, other_key: ServiceKey
) -> None:
    await registry.member.pin_key("gateway", key.jwks())
    await registry.member.pin_key("gateway", key.jwks())
    assert await registry.stranger.keys_of("gateway") == key.jwks()
    with pytest.raises(RegistryRefused, match="Other keys are pinned") as refused:
        await registry.member.pin_key("gateway", other_key.jwks())
    assert "DELETE /keys/gateway" in refused.value.fix
    squatter = await start_agent("Gateway", key=other_key)
    with pytest.raises(RegistryRefused, match="taken"):
        await registry.member.register(squatter.url)
    assert (await registry.http.delete("/keys/gateway")).status_code == 204
    with pytest.raises(AgentNotFound):
        await registry.stranger.keys_of("gateway")


@pytest.mark.parametrize(
    ("jwks", "words"),
    [
        ({}, "not a key set"),
        ({"keys": []}, "no key that can sign"),
        ({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "1"}]}, "no key that can sign"),
        ({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA", "kid": "1"}]}, "private"),
    ],
)
async def test_only_public_signing_keys_are_pinned(registry: "Registry", jwks: dict[str, object], words: str) -> None:
    with pytest.raises(RegistryRefused, match=words):
        await registry.member.pin_key("gateway", jwks)
