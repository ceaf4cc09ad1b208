"""Which services a mesh is made of, on which ports: a plan, made before anything starts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from agentia.cli.errors import UsageProblem

HOST = "127.0.0.1"
ANYWHERE = "0.0.0.0"  # noqa: S104 - only compared with
RUN = "agentia.cli.mesh.services"
AGENTS = ("analyst", "quant", "concierge", "librarian")
FIRST_AGENT_PORT = 10
Role = Literal["registry", "agent", "gateway"]


@dataclass(frozen=True)
class Service:
    """One process: `target` ("module:function") is called in it with itself and its bound socket.

    A `patient` one waits for what it lacks instead of ending with a message.
    """

    name: str
    role: Role
    port: int
    target: str
    specialist: str = ""
    agent: str = ""
    host: str = HOST
    logs: Literal["text", "json"] = "text"
    patient: bool = False

    @property
    def url(self) -> str:
        """Where this machine finds it: what listens on every address is on loopback, too."""
        return f"http://{HOST if self.host == ANYWHERE else self.host}:{self.port}"


def plan(
    port: int, only: Iterable[str] = (), replicas: Mapping[str, int] | None = None, *, host: str = HOST
) -> list[Service]:
    """The registry, the gateway (on `host`) and the agents, in the order in which they start. Raises UsageProblem."""
    chosen = _chosen(list(only))
    counts = _counts(replicas or {}, chosen)
    if not 1 <= port <= 65_535 - 100:
        raise UsageProblem(f"The port must lie between 1 and 65435, not {port}: the services need those above it.")
    first = port + FIRST_AGENT_PORT
    agents = [_agent(name, first + place) for place, name in enumerate(AGENTS) if name in chosen]
    more = [(name, number) for name in AGENTS for number in range(2, counts.get(name, 1) + 1)]
    copies = [_agent(name, first + len(AGENTS) + place, number) for place, (name, number) in enumerate(more)]
    return [
        Service("registry", "registry", port + 1, f"{RUN}:registry"),
        *agents,
        *copies,
        Service("gateway", "gateway", port, f"{RUN}:gateway", host=host),
    ]


def _agent(name: str, port: int, number: int = 1) -> Service:
    label = name if number == 1 else f"{name}-{number}"
    return Service(label, "agent", port, f"{RUN}:agent", specialist=f"agentia.agents.{name}:{name}", agent=name)


def _chosen(only: list[str]) -> set[str]:
    known = {*AGENTS, "registry", "gateway"}
    for name in only:
        if name not in known:
            raise UsageProblem(f"No service is called {name!r}.", fix=f"There are: {', '.join(sorted(known))}.")
    return set(only or AGENTS)


def _counts(replicas: Mapping[str, int], chosen: set[str]) -> Mapping[str, int]:
    for name, count in replicas.items():
        if name not in AGENTS or name not in chosen:
            raise UsageProblem(
                f"Only agents that run have replicas, not {name!r}.", fix=f"There are: {', '.join(AGENTS)}."
            )
        if not 1 <= count <= 20:
            raise UsageProblem(f"{name} may have 1 to 20 replicas on one machine, not {count}.")
    return replicas
