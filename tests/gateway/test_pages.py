"""What the gateway itself answers: its greeting, its health and the registry for reading."""

import asyncio
from typing import Any

import pytest


async def test_the_greeting_lists_the_agents_and_how_to_send_a_first_task(mesh: Any) -> None:
    await mesh.agent("quant")
    await mesh.agent("analyst")
    await _listed(mesh)
    told = (await mesh.client.get("/")).json()
    assert [(agent["id"], agent["status"]) for agent in told["agents"]] == [
        ("analyst", "healthy"),
        ("quant", "healthy"),
    ]
    assert told["agents"][0]["url"] == f"{mesh.url}/agents/analyst/"
    assert told["card"] == f"{mesh.url}/.well-known/agent-card.json"
    assert "curl" in told["first_task"]
    assert mesh.url in told["first_task"]


async def test_the_command_of_the_greeting_works_as_it_stands(mesh: Any) -> None:
    (concierge,) = await mesh.agent("concierge")
    command = (await mesh.client.get("/")).json()["first_task"]
    process = await asyncio.create_subprocess_shell(command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert b'"ROLE_AGENT"' in output
    assert concierge.asked[0].headers["a2a-version"] == "1.0"


async def test_a_browser_gets_a_page_in_which_an_agents_words_are_only_words(mesh: Any) -> None:
    await mesh.agent("analyst")
    mesh.registry.agents["analyst"]["description"] = "<script>alert(1)</script>"
    await _listed(mesh)
    reply = await mesh.client.get("/", headers={"accept": "text/html,application/xhtml+xml"})
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "&lt;script&gt;alert(1)" in reply.text
    assert "<script>" not in reply.text


@pytest.mark.parametrize("path", ["/agents/analyst", "/agents/analyst/"])
async def test_an_agents_root_says_what_it_is(mesh: Any, path: str) -> None:
    await mesh.agent("analyst")
    told = (await mesh.client.get(path)).json()
    assert (told["id"], told["url"]) == ("analyst", f"{mesh.url}/agents/analyst/")
    assert (await mesh.client.get("/agents/nobody")).status_code == 404


async def test_the_gateway_is_healthy_at_once_and_ready_when_the_registry_holds_its_key(mesh: Any) -> None:
    assert (await mesh.client.get("/healthz")).json() == {"status": "ok"}
    await mesh.registry.pinned.wait()
    while (await mesh.client.get("/readyz")).json() != {"status": "ready"}:
        pass
    assert mesh.registry.keys == {"gateway": mesh.key.jwks()}


async def test_lists_single_agents_and_searches_pass_to_the_registry(mesh: Any) -> None:
    await mesh.agent("analyst")
    assert (await mesh.client.get("/registry/agents?limit=5")).json()["agents"][0]["id"] == "analyst"
    assert (await mesh.client.get("/registry/agents/analyst")).json()["id"] == "analyst"
    assert (await mesh.client.post("/registry/discover", json={"need": "sum"})).json() == {"matches": []}
    asked = [asked for asked in mesh.registry.asked if asked.target in ("/agents?limit=5", "/discover")]
    assert asked[-1].json == {"need": "sum"}
    assert asked[0].headers["host"] == mesh.registry_host


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/agents"),
        ("PUT", "/agents/analyst/heartbeat"),
        ("DELETE", "/agents/analyst"),
        ("POST", "/agents/analyst/refresh"),
        ("PUT", "/keys/gateway"),
    ],
)
async def test_writing_to_the_registry_is_refused_with_the_reason(mesh: Any, method: str, path: str) -> None:
    before = len([asked for asked in mesh.registry.asked if asked.method == method])
    reply = await mesh.client.request(method, f"/registry{path}", headers={"authorization": "Bearer x"})
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (403, "registry_read_only")
    assert "join token" in error["fix"]
    assert (
        len([asked for asked in mesh.registry.asked if asked.method == method and "keys" not in asked.target]) <= before
    )


async def test_other_paths_of_the_registry_are_not_there(mesh: Any) -> None:
    reply = await mesh.client.get("/registry/healthz")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_served")


async def _listed(mesh: Any) -> None:
    """Wait for a listing that began after now."""
    for _ in range(2):
        mesh.registry.listed.clear()
        await mesh.registry.listed.wait()
    await mesh.client.get("/healthz")
