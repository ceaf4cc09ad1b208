"""CPU of a SendMessage that runs a four-event task: ours on SQLite against the SDK's with each of its stores."""

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bench.load import Load
from bench.report import heading, table, target
from bench.servers import Server, python
from bench.sides import serving

ROUNDS: Final = 5
CONNECTIONS: Final = (1, 16)
REQUESTS: Final = {"ours": 600, "memory": 600, "sqlite": 50}
"""A round's requests: enough that a clock tick of 10 ms is nothing, few enough that all fits into a minute."""
WARM_UP: Final = {"ours": 300, "memory": 300, "sqlite": 30}
TARGETS: Final = {"memory": 1 / 2, "sqlite": 1 / 10}


@dataclass
class Side:
    """One server and what was measured on it: by number of connections, round after round."""

    server: Server
    sent: int = 0
    cpu: dict[int, list[float]] = field(default_factory=dict)
    loads: dict[int, list[Load]] = field(default_factory=dict)

    def send(self, requests: int, connections: int) -> tuple[float, Load]:
        """Load the server; returns the CPU seconds a request, and the client's view. An error ends everything."""
        before = self.server.cpu()
        client = subprocess.run(
            python("bench.load", self.server.url, requests, connections), stdout=subprocess.PIPE, check=True
        )
        time.sleep(0.2)  # what the server still does for these requests belongs to them
        cpu = self.server.cpu() - before
        load = Load(**json.loads(client.stdout))
        if load.errors:
            raise SystemExit(
                f"{self.server.name}: {load.errors} of {requests} failed, the first with\n{load.first_error}"
            )
        self.sent += requests
        return cpu / requests, load

    def measure(self, requests: int, connections: int) -> None:
        """One round."""
        cpu, load = self.send(requests, connections)
        self.cpu.setdefault(connections, []).append(cpu)
        self.loads.setdefault(connections, []).append(load)

    def per_request(self, connections: int) -> float:
        """CPU milliseconds of a request, the median of all rounds."""
        return statistics.median(self.cpu[connections]) * 1e3

    def stored(self) -> int:
        """How many completed tasks the server's store has, by its own ListTasks."""
        params = {"pageSize": 1, "status": "TASK_STATE_COMPLETED"}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ListTasks", "params": params}).encode()
        headers = {"Content-Type": "application/json", "A2A-Version": "1.0"}
        with urllib.request.urlopen(urllib.request.Request(self.server.url, body, headers)) as answer:
            return int(json.load(answer)["result"]["totalSize"])


def main() -> bool:
    """Measure all sides in turns; returns whether the targets are met."""
    heading("SendMessage, a four-event task: CPU of the server per request")
    with serving() as servers:
        sides = {name: Side(server) for name, server in servers.items()}
        _rounds(sides)
        _check(sides)
    table(("side, connections", "CPU ms", "p50 ms", "p99 ms", "per second"), [*_rows(sides)])
    print(", ".join(f"{name}: {side.sent} sent and stored" for name, side in sides.items()))
    return _targets(sides)


def _rounds(sides: dict[str, Side]) -> None:
    """All sides take turns, so that whatever else the machine does meets them alike."""
    for name, side in sides.items():
        side.send(WARM_UP[name], 4)
    for _ in range(ROUNDS):
        for connections in CONNECTIONS:
            for name, side in sides.items():
                side.measure(REQUESTS[name], connections)


def _check(sides: dict[str, Side]) -> None:
    for name, side in sides.items():
        if (stored := side.stored()) != side.sent:
            raise SystemExit(f"{name}: {side.sent} requests were answered, but {stored} completed tasks are stored")


def _rows(sides: dict[str, Side]) -> Iterator[list[str]]:
    for connections in CONNECTIONS:
        for name, side in sides.items():
            loads = side.loads[connections]
            p50, p99 = (statistics.median(getattr(load, p) for load in loads) for p in ("p50", "p99"))
            rate = statistics.median(load.requests / load.seconds for load in loads)
            cpu = side.per_request(connections)
            yield [f"{name}, {connections}", f"{cpu:.3f}", f"{p50:.2f}", f"{p99:.2f}", f"{rate:.0f}"]


def _targets(sides: dict[str, Side]) -> bool:
    met = [
        target(f"CPU against {name}, {n} connections", _ratio(sides["ours"].cpu[n], sides[name].cpu[n]), limit)
        for name, limit in TARGETS.items()
        for n in CONNECTIONS
    ]
    return all(met)


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the rounds' ratios: what slows the machine for a while slows both sides of a round."""
    return statistics.median(our / their for our, their in zip(ours, theirs, strict=True))


if __name__ == "__main__":
    sys.exit(not main())
