"""What supervisor and zygote say to each other: one JSON object a line, over a socket pair."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from agentia.cli.mesh.plan import Service


@dataclass(frozen=True)
class Start:
    """Fork a process for a service; `fd` is its listening socket, inherited under the same number."""

    service: Service
    fd: int
    log: str
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Signal:
    """Send a signal to a service's process, or to the group it leads (with its workers)."""

    name: str
    signum: int
    group: bool = False


@dataclass(frozen=True)
class Event:
    """`started` or `exited` (then `status` is an exit code, negative for a signal)."""

    kind: Literal["started", "exited"]
    name: str
    pid: int
    status: int = 0


def encode(said: Start | Signal | Event) -> bytes:
    """One line."""
    return json.dumps({"say": type(said).__name__, **asdict(said)}).encode() + b"\n"


def decode(line: bytes) -> Start | Signal | Event:
    """What a line says. The other side is our own code, so nothing is checked."""
    said: dict[str, Any] = json.loads(line)
    match said.pop("say"):
        case "Start":
            return Start(**{**said, "service": Service(**said["service"])})
        case "Signal":
            return Signal(**said)
        case _:
            return Event(**said)
