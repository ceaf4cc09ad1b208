"""How each kind of service is started in its process: the one place that knows the other rooms' entrances."""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from agentia.cli.mesh.plan import Service

if TYPE_CHECKING:
    from agentia.core.settings import Settings

PRELOAD = (
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.lifespan.on",
    "agentia.core.settings",
    "agentia.core.logs",
    "agentia.registry.main",
    "agentia.gateway.main",
    "agentia.agents.service",
    "agentia.agents.analyst",
    "agentia.agents.quant",
    "agentia.agents.concierge",
    "agentia.agents.librarian",
    # what these import only when they first need it, which all do at their start
    "anyio.streams.memory",
    "anyio.streams.tls",
    "anyio._core._sockets",
    "cryptography.hazmat.primitives.serialization",
    "jwt",
)


def environment(service: Service, data: Path, gateway_url: str, registry_url: str, token: str) -> Mapping[str, str]:
    """What a service of the mesh is told through its environment. A public URL given to `up` is the gateway's alone."""
    hidden = {} if service.role == "gateway" else {"AGENTIA_PUBLIC_URL": ""}
    return {
        **hidden,
        "AGENTIA_DATA": str(data.absolute()),
        "AGENTIA_GATEWAY_URL": gateway_url,
        "AGENTIA_REGISTRY_URL": registry_url,
        "AGENTIA_JOIN_TOKEN": token,
    }


def registry(service: Service, sock: socket.socket) -> None:
    """Be the registry."""
    from agentia.registry.main import run

    run(_settings(service), sock, patient=service.patient)


def gateway(service: Service, sock: socket.socket) -> None:
    """Be the gateway."""
    from agentia.gateway.main import run

    run(_settings(service), sock, patient=service.patient)


def agent(service: Service, sock: socket.socket) -> None:
    """Be an agent of the specialist that the service names as "module:NAME"."""
    from importlib import import_module

    from agentia.agents.service import serve_specialist

    module, _, name = service.specialist.partition(":")
    specialist = getattr(import_module(module), name)
    serve_specialist(specialist, _settings(service), sock, patient=service.patient)


def _settings(service: Service) -> "Settings":
    """Logs as text for people at a terminal or in the files of `up`, as JSON for machines that collect them."""
    from agentia.core import logs
    from agentia.core.settings import Settings

    logs.setup(service.name, json=not (sys.stderr.isatty() or service.logs == "text"))
    return Settings()
