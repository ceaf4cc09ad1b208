"""How many cores and how much memory and disk a load needs, from the costs measured here; docs/scale.md explains it.

`python -m bench capacity` for four stages, `python -m bench.capacity REQUESTS FOLLOWERS [EVENTS CHILDREN READS]` for
a load of your own: requests a second, open followers, events of a task beyond its first four, tasks that it hands on,
and times that it is read.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.cluster import PostgresMissing
from bench.costs import Costs, measured
from bench.report import heading, table, target

BUSY: Final = 0.6
"""How much of a core is planned with: the rest is for bursts, and for what another node leaves behind."""
NODE: Final = 16
"""Cores of a node."""
SERVICES: Final = ("gateway", "agent", "registry", "postgres")
DAY: Final = 86_400


@dataclass(frozen=True)
class Load:
    """What is asked of a mesh: each of the `requests` a second is a new task."""

    name: str
    requests: float
    followers: int
    events: float = 20
    children: float = 0.3
    reads: float = 1


@dataclass(frozen=True)
class Need:
    """Cores by service, gigabytes of memory for followers, megabytes a second of Postgres's log, gigabytes a day."""

    cores: dict[str, float]
    memory: float
    log: float
    disk: float

    @property
    def nodes(self) -> int:
        """Nodes that have the cores."""
        return math.ceil(sum(self.cores.values()) / NODE)


STAGES: Final = (
    Load("laptop: one person", 1, 5),
    Load("Spaces: 100 people", 10, 100),
    Load("Container Apps: 10,000 a minute", 10_000 / 60, 2_000),
    Load("Kubernetes: 10,000 a second", 10_000, 50_000),
)


def need(load: Load, costs: Costs) -> Need:
    """The arithmetic. A child costs what a task costs, but for the gateway, and a search."""
    tasks = {name: load.requests * (1 if name == "gateway" else 1 + load.children) for name in SERVICES}
    milliseconds = {
        name: tasks[name] * (costs.task[name] + load.events * costs.event[name])
        + load.requests * (load.reads * costs.read[name] + load.children * costs.search[name])
        for name in SERVICES
    }
    stored = tasks["postgres"] * (costs.stored + load.events * costs.event_stored)
    return Need(
        cores={name: spent / 1e3 / BUSY for name, spent in milliseconds.items()},
        memory=load.followers * sum(costs.follower.values()) / 1e6,
        log=tasks["postgres"] * (costs.logged + load.events * costs.event_logged) / 1e6,
        disk=stored * DAY / 1e9,
    )


def main(loads: Sequence[Load] = STAGES) -> bool:
    """Measure and print; returns whether ten nodes carry 10,000 requests a second, or it cannot be measured."""
    try:
        costs = measured()
    except PostgresMissing as missing:
        print(f"\n== Capacity: not measured. {missing}")
        return True
    heading("Capacity: what each service spends, and what a load needs")
    _print_costs(costs)
    needs = {load: need(load, costs) for load in loads}
    print(
        f"\na load, and the cores for it at {BUSY:.0%} of each; GB of followers; MB/s of Postgres's log; GB a day kept"
    )
    table(("load", *SERVICES, "nodes", "GB", "MB/s", "GB a day"), [_row(load, n) for load, n in needs.items()])
    if loads is not STAGES:
        return True
    return target(f"nodes of {NODE} cores for 10,000 requests a second", needs[STAGES[-1]].nodes, 10)


def _print_costs(costs: Costs) -> None:
    rows = [
        (name, *(f"{getattr(costs, name)[each]:.3f}" for each in SERVICES))
        for name in ("task", "event", "read", "search")
    ]
    table(("CPU ms of one", *SERVICES), rows)
    print(f"a follower: {costs.follower['gateway']:.0f} KB of a gateway, {costs.follower['agent']:.0f} KB of an agent")
    print(f"a task: {costs.stored:.0f} bytes kept and {costs.logged:.0f} of log, ", end="")
    print(f"an event more: {costs.event_stored:.0f} and {costs.event_logged:.0f}")


def _row(load: Load, found: Need) -> tuple[str, ...]:
    cores = (f"{found.cores[name]:.2g}" if found.cores[name] < 10 else f"{found.cores[name]:.0f}" for name in SERVICES)
    return (load.name, *cores, str(found.nodes), f"{found.memory:.2f}", f"{found.log:.2f}", f"{found.disk:.1f}")


if __name__ == "__main__":
    given = [float(each) for each in sys.argv[1:]]
    chosen = [Load("yours", given[0], int(given[1]), *given[2:])] if given else STAGES
    sys.exit(not main(chosen))
