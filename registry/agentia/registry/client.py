"""The registry as its clients see it. Importing this loads neither the service nor any card code."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx

from agentia.registry.clock import Clocks
from agentia.registry.errors import AgentNotFound, RegistryError, RegistryRefused, RegistryUnavailable
from agentia.registry.membership import keep_registered
from agentia.registry.model import Agent, Instance, Match, Status

__all__ = [
    "Agent",
    "AgentNotFound",
    "Instance",
    "Match",
    "RegistryClient",
    "RegistryError",
    "RegistryRefused",
    "RegistryUnavailable",
    "keep_registered",
]

T = TypeVar("T")
Agents = list[Agent]  # names for what a class with a method `list` cannot write
Matches = list[Match]
SECONDS = 20.0  # the registry itself waits for cards it fetches
CONNECT_SECONDS = 3.0
RETRIES = 2  # of connecting only, at once and after half a second: what was sent is never sent again
NOT_FOUND = ("agent_not_found", "keys_not_found")


class RegistryClient:
    """Talks to the registry at `url`, as a member of the mesh when it has the join token.

    Every method raises RegistryUnavailable when the registry does not answer, and RegistryRefused when it says no.
    """

    def __init__(self, url: str, *, join_token: str | None = None) -> None:
        secure = url.startswith("https:")  # without TLS there is no need to load the certificates
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {join_token}"} if join_token else {},
            timeout=httpx.Timeout(SECONDS, connect=CONNECT_SECONDS),
            transport=httpx.AsyncHTTPTransport(retries=RETRIES, verify=secure),  # of its own: no proxy on the way
        )
        self.clocks = Clocks()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def register(
        self, url: str | None = None, *, card: Mapping[str, Any] | None = None, instance: str | None = None
    ) -> Agent:
        """Register the agent at `url`, or by its card; `instance` is this replica's URL when it is another."""
        return (await self.join(url, card=card, instance=instance))[0]

    async def join(
        self, url: str | None = None, *, card: Mapping[str, Any] | None = None, instance: str | None = None
    ) -> tuple[Agent, float]:
        """Register; also gives the seconds between the heartbeats that are due from now on."""
        body = {"url": url, "card": card, "instance": instance}
        data = await self._ask("POST", "/agents", {name: value for name, value in body.items() if value is not None})
        return _read(lambda: (Agent.from_json(data["agent"]), float(data["heartbeat_seconds"])))

    async def heartbeat(self, id: str, instance: str) -> float:
        """Say that an instance is alive; gives the seconds until the next time. Raises AgentNotFound."""
        data = await self._ask("PUT", f"/agents/{quote(id, safe='')}/heartbeat", {"instance": instance})
        return _read(lambda: float(data["heartbeat_seconds"]))

    async def deregister(self, id: str, *, instance: str | None = None) -> None:
        """Take an instance out, or the whole agent, whose name becomes free. Raises AgentNotFound."""
        query = {"instance": instance} if instance else None
        await self._ask("DELETE", f"/agents/{quote(id, safe='')}", query=query)

    async def refresh(self, id: str) -> Agent:
        """Let the registry look at the agent's card again. Raises AgentNotFound."""
        data = await self._ask("POST", f"/agents/{quote(id, safe='')}/refresh")
        return _read(lambda: Agent.from_json(data["agent"]))

    async def get(self, id: str) -> Agent:
        """One agent. Raises AgentNotFound."""
        data = await self._ask("GET", f"/agents/{quote(id, safe='')}")
        return _read(lambda: Agent.from_json(data))

    async def list(self, *, status: Status | None = None) -> Agents:
        """All agents by id, or those of a status."""
        query: dict[str, str | int] = {"limit": 100, **({"status": status} if status else {})}
        found: Agents = []
        while True:
            agents, cursor = _read_page(await self._ask("GET", "/agents", query=query))
            found += agents
            if cursor is None:
                return found
            query["cursor"] = cursor

    async def discover(
        self,
        need: str,
        *,
        input_modes: Sequence[str] = (),
        exclude: Sequence[str] = (),
        limit: int = 5,
        healthy: bool = True,
    ) -> Matches:
        """Agents that can do `need` with content of those media types, the best first."""
        body = {"need": need, "input_modes": [*input_modes], "exclude": [*exclude], "limit": limit, "healthy": healthy}
        data = await self._ask("POST", "/discover", body)
        return _read(lambda: [Match.from_json(each) for each in data["matches"]])

    async def pin_key(self, name: str, jwks: Mapping[str, Any], voucher: str = "") -> None:
        """Pin the keys of a service that is no agent. The first pin wins; the same keys again change nothing, and
        others want the `voucher` of one that is pinned."""
        await self._ask("PUT", f"/keys/{quote(name, safe='')}", {"jwks": jwks, "voucher": voucher})

    async def keys_of(self, name: str) -> dict[str, Any]:
        """The pinned keys of an agent or another service, as a JWKS. Raises AgentNotFound."""
        data = await self._ask("GET", f"/keys/{quote(name, safe='')}")
        return _read(lambda: dict(data["jwks"]))

    async def _ask(
        self, method: str, path: str, body: object = None, *, query: Mapping[str, str | int] | None = None
    ) -> Any:
        try:
            response = await self._http.request(method, path, json=body, params=query)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise _unavailable("does not answer") from exc
        self.clocks.heard(response.headers.get("date"))
        if response.is_success:
            return _json(response) if response.content else None
        raise _refusal(response)


def _read_page(data: Any) -> tuple[Agents, str | None]:
    return _read(lambda: ([Agent.from_json(each) for each in data["agents"]], data.get("next_cursor")))


def _refusal(response: httpx.Response) -> RegistryError:
    error = _read(lambda: _json(response)["error"])
    code, message, fix = (str(error.get(name, "")) for name in ("code", "message", "fix"))
    if code in NOT_FOUND:
        return AgentNotFound(message, fix=fix)
    if response.status_code in (500, 503):
        return RegistryUnavailable(message, fix=fix)
    return RegistryRefused(message, fix=fix, reason=code)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as exc:
        raise _unavailable("answers with something else than JSON") from exc


def _read(reader: Callable[[], T]) -> T:
    try:
        return reader()
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise _unavailable("answers in an unknown way") from exc


def _unavailable(what: str) -> RegistryUnavailable:
    return RegistryUnavailable(f"The registry {what}.", fix="See that it runs, and that AGENTIA_REGISTRY_URL names it.")
