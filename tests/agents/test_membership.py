"""An agent's place in the mesh: its entry in the registry, its card and its keys."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from agentia.agents import Skill, Specialist, TaskRun, specialist
from agentia.agents.service import create_app, local_url
from agentia.cards.signing import verify_card
from agentia.cards.versions import card_from_json
from agentia.core.service import bind, running
from agentia.registry.client import AgentNotFound, RegistryClient
from agentia.registry.liveness import Liveness
from agentia.registry.main import create_app as create_registry

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh

QUICK = Liveness(heartbeat=0.05, missed=100)


@specialist(name="shouter", description="Shouts.", skills=[Skill("shout", "Say a text louder")])
async def shouter(task: TaskRun) -> str:
    return task.text.upper()


async def ready(url: str, http: httpx.AsyncClient) -> tuple[int, str]:
    response = await http.get(f"{url}readyz")
    return response.status_code, response.json().get("reason", "")


async def test_a_running_agent_is_listed_and_found_and_says_that_it_is_ready(mesh: "Mesh") -> None:
    agent = await mesh.join(shouter)
    listed = await mesh.registry.get("shouter")
    assert listed.status == "healthy"
    assert [f"{each.url}/" for each in listed.instances] == [agent.url]
    assert [match.agent.id for match in await mesh.registry.discover("say this text louder")] == ["shouter"]
    assert await ready(agent.url, mesh.http) == (200, "")


async def test_an_agent_that_stops_leaves_the_registry(mesh: "Mesh") -> None:
    agent = await mesh.join(shouter)
    await mesh.leave(agent)
    listed = await mesh.registry.list(status="healthy")
    assert [each.id for each in listed] == []


async def test_an_agent_that_the_registry_forgot_registers_again(open_mesh: Callable[..., Any]) -> None:
    mesh: Mesh = await open_mesh(QUICK)
    await mesh.join(shouter)
    await mesh.registry.deregister("shouter")
    while not await registered(mesh.registry):
        pass
    assert (await mesh.registry.get("shouter")).status == "healthy"


async def registered(registry: RegistryClient) -> bool:
    try:
        await registry.get("shouter")
    except AgentNotFound:
        return False
    return True


async def test_an_agent_works_before_its_registry_is_there_and_joins_it_later(alone: "Mesh") -> None:
    with bind("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
    agent = await alone.serve(shouter, registry_url=f"http://127.0.0.1:{port}")
    assert await ready(agent.url, alone.http) == (503, "shouter is not in the registry yet.")
    assert (await agent.send("early"))["status"]["message"]["parts"][0]["text"] == "EARLY"
    settings = alone.settings.model_copy(update={"allow_private": True})
    async with running(create_registry(settings), bind("127.0.0.1", port)):
        await agent.app.state.registered.wait()
        assert await ready(agent.url, alone.http) == (200, "")


@pytest.mark.parametrize("path", [".well-known/agent-card.json", ".well-known/agent.json"])
async def test_both_card_paths_serve_the_same_signed_card_and_know_what_a_client_has(mesh: "Mesh", path: str) -> None:
    agent = await mesh.join(shouter)
    response = await mesh.http.get(f"{agent.url}{path}")
    card = card_from_json(response.json())
    assert {face.url for face in card.supported_interfaces} == {agent.url}
    verify_card(card, (await mesh.http.get(f"{agent.url}.well-known/jwks.json")).json())
    again = await mesh.http.get(f"{agent.url}{path}", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in response.headers["cache-control"]


async def test_the_registry_pins_the_key_that_the_card_is_signed_with(mesh: "Mesh") -> None:
    await mesh.join(shouter)
    assert await mesh.registry.keys_of("shouter") == mesh.key("shouter").jwks()


async def test_a_restarted_agent_keeps_its_key_and_its_tasks(mesh: "Mesh") -> None:
    first = await mesh.join(shouter)
    task = await first.send("hello")
    await mesh.leave(first)
    second = await mesh.join(shouter)
    assert await second.get(task["id"]) == task


async def test_an_agent_that_cannot_start_lets_go_of_everything(mesh: "Mesh") -> None:
    class Broken(Exception):
        pass

    def lifespan() -> Any:
        raise Broken

    async def answer(_task: TaskRun) -> None: ...

    broken = Specialist(answer, [Skill("x", "x")], "broken", "x", lifespan=lifespan)
    mesh.database("broken")
    app = create_app(broken, mesh.settings, "http://127.0.0.1:9/")
    with pytest.raises(Broken):
        async with app.router.lifespan_context(app):
            pass
    assert app.state.engine.store._writing._thread.is_alive() is False


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1"),
        ("0.0.0.0", "http://127.0.0.1"),
        ("::1", "http://[::1]"),
        ("::", "http://[::1]"),
    ],
)
def test_the_url_of_a_socket_can_be_called_whatever_address_it_is_bound_to(host: str, url: str) -> None:
    try:
        sock = bind(host, 0)
    except OSError:
        pytest.skip("this machine has no such address")
    with sock:
        assert local_url(sock) == f"{url}:{sock.getsockname()[1]}"
