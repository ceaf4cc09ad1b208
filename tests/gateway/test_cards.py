"""Cards lead to the gateway and are signed by it."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agentia.cards.build import Skill, build_card
from agentia.cards.signing import verify_card
from agentia.cards.versions import card_from_json, plain_json
from agentia.core.identity import ServiceKey
from agentia.gateway.cards import Cards
from agentia.gateway.directory import Directory
from agentia.gateway.place import MESH

CARD_PATHS = ["/.well-known/agent-card.json", "/.well-known/agent.json"]


@pytest.mark.parametrize("path", CARD_PATHS)
async def test_an_agents_card_names_only_the_gateways_urls(mesh: Any, path: str) -> None:
    (agent,) = await mesh.agent("analyst")
    reply = await mesh.client.get(f"/agents/analyst{path}")
    card = reply.json()
    assert {each["url"] for each in card["supportedInterfaces"]} == {f"{mesh.url}/agents/analyst/"}
    assert card["url"] == f"{mesh.url}/agents/analyst/"
    assert agent.url not in reply.text
    assert card["name"] == "analyst"


async def test_the_card_of_the_mesh_is_the_concierges_under_the_meshs_name(mesh: Any) -> None:
    await mesh.agent("concierge")
    card = (await mesh.client.get("/.well-known/agent-card.json")).json()
    assert card["name"] == "Agentia"
    assert card["description"] == "A mesh of specialist agents behind one address. Does what concierges do."
    assert {each["url"] for each in card["supportedInterfaces"]} == {f"{mesh.url}/"}
    assert [skill["id"] for skill in card["skills"]] == ["concierge-things"]


@pytest.mark.parametrize("root", ["", "/agents/concierge"])
async def test_the_signature_is_the_gateways_and_verifies_with_its_published_key(mesh: Any, root: str) -> None:
    await mesh.agent("concierge")
    card = card_from_json((await mesh.client.get(f"{root}/.well-known/agent-card.json")).json())
    jwks = (await mesh.client.get(f"{root}/.well-known/jwks.json")).json()
    assert jwks == mesh.key.jwks()
    verify_card(card, jwks)


async def test_a_card_that_the_client_has_already_is_a_304(mesh: Any) -> None:
    await mesh.agent("analyst")
    first = await mesh.client.get("/agents/analyst/.well-known/agent-card.json")
    again = {"if-none-match": f'"other", {first.headers["etag"]}'}
    same = await mesh.client.get("/agents/analyst/.well-known/agent-card.json", headers=again)
    other = await mesh.client.get("/agents/analyst/.well-known/agent-card.json", headers={"if-none-match": '"other"'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (other.status_code, other.headers["etag"]) == (200, first.headers["etag"])


async def test_a_changed_card_is_shown_changed(mesh: Any) -> None:
    (agent,) = await mesh.agent("analyst")
    path = "/agents/analyst/.well-known/agent-card.json"
    first = await mesh.client.get(path)
    changed = {**mesh.registry.agents["analyst"]["card"], "description": "Something else."}
    mesh.registry.enlist("analyst", agent.url, card=changed)
    mesh.registry.listed.clear()
    await mesh.registry.listed.wait()
    while (reply := await mesh.client.get(path)).headers["etag"] == first.headers["etag"]:
        pass
    assert reply.json()["description"] == "Something else."


async def test_a_missing_concierge_is_said_and_not_hidden(mesh: Any) -> None:
    await mesh.agent("analyst")
    reply = await mesh.client.get("/.well-known/agent-card.json")
    assert reply.status_code == 404
    assert reply.json()["error"]["message"] == "No agent named 'concierge' is registered here."


async def extended(asked: Any, line: Any) -> None:
    """An agent's extended card, in the dialect of the question."""
    card = {
        "name": "analyst",
        "description": "More for friends.",
        "version": "1",
        "capabilities": {},
        "defaultInputModes": ["text/plain"],
        "defaultOutputModes": ["text/plain"],
        "skills": [{"id": "secret", "name": "Secret", "description": "Hidden", "tags": ["x"]}],
    }
    new = {"supportedInterfaces": [{"url": "http://inside", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}]}
    old = {"url": "http://inside", "protocolVersion": "0.3.0", "preferredTransport": "JSONRPC"}
    if asked.body:
        shown = card | (new if asked.json["method"] == "GetExtendedAgentCard" else old)
        await line.answer({"jsonrpc": "2.0", "id": asked.json["id"], "result": shown})
    else:
        await line.answer(card | new)


async def test_an_extended_card_is_rewritten_and_signed_on_its_way(mesh: Any, rpc: Any) -> None:
    await mesh.agent("analyst", extended)
    answer = (await mesh.client.post("/agents/analyst/", json=rpc("GetExtendedAgentCard"))).json()
    card = answer["result"]
    assert answer["id"] == "r-1"
    assert [each["url"] for each in card["supportedInterfaces"]] == [f"{mesh.url}/agents/analyst/"]
    assert card["skills"][0]["id"] == "secret"
    verify_card(card_from_json(card), mesh.key.jwks())


async def test_an_extended_card_of_03_stays_one(mesh: Any, rpc: Any) -> None:
    await mesh.agent("analyst", extended)
    answer = await mesh.client.post("/agents/analyst/", json=rpc("agent/getAuthenticatedExtendedCard"))
    card = answer.json()["result"]
    assert (card["url"], card["protocolVersion"]) == (f"{mesh.url}/agents/analyst/", "0.3.0")
    assert "supportedInterfaces" not in card


async def test_an_extended_card_over_http_json_is_rewritten_too(mesh: Any) -> None:
    await mesh.agent("concierge", extended)
    card = (await mesh.client.get("/extendedAgentCard", headers={"accept-encoding": "gzip"})).json()
    assert (card["name"], card["supportedInterfaces"][0]["url"]) == ("Agentia", f"{mesh.url}/")


async def test_a_refused_extended_card_passes_as_it_is(mesh: Any, rpc: Any) -> None:
    error = {"jsonrpc": "2.0", "id": "r-1", "error": {"code": -32007, "message": "none"}}

    async def refuse(_: Any, line: Any) -> None:
        await line.answer(error)

    await mesh.agent("analyst", refuse)
    assert (await mesh.client.post("/agents/analyst/", json=rpc("GetExtendedAgentCard"))).json() == error


@pytest.mark.parametrize(
    "result", [b"no json", json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"name": "x"}}).encode()]
)
async def test_an_extended_card_that_is_none_is_the_agents_fault(mesh: Any, rpc: Any, result: bytes) -> None:
    async def nonsense(_: Any, line: Any) -> None:
        await line.answer(result)

    await mesh.agent("analyst", nonsense)
    reply = await mesh.client.post("/agents/analyst/", json=rpc("GetExtendedAgentCard"))
    assert (reply.status_code, reply.json()["error"]["code"]) == (502, -32006)


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_gateway_with_an_access_token_says_on_its_cards_that_it_asks_for_one(
    key: ServiceKey, guarded: bool
) -> None:
    class Listed:
        async def find(self, name: str) -> Any:
            skill = Skill("work", "Works", tags=["work"])
            card = build_card(
                name=name, description="Works.", version="1.0.0", url="http://10.42.0.7:8000/", skills=[skill]
            )
            return SimpleNamespace(card=plain_json(card))

    cards = Cards(cast("Directory", Listed()), key, "https://mesh.example.org", guarded=guarded)
    shown = json.loads(await cards.at(MESH))
    assert ("securitySchemes" in shown) is guarded
    card = card_from_json(shown)
    verify_card(card, key.jwks())
    assert (card.security_schemes["token"].http_auth_security_scheme.scheme == "Bearer") is guarded
    assert [[*each.schemes] for each in card.security_requirements] == ([["token"]] if guarded else [])
