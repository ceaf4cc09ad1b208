"""The listening sockets of a mesh: all bound before the first process starts, and kept over restarts."""

import errno
import socket
from collections.abc import Iterable
from contextlib import closing

from agentia.cli.errors import CliError
from agentia.cli.mesh.holders import who_listens
from agentia.cli.mesh.plan import Service

BACKLOG = 512


class PortTaken(CliError):
    """Another program listens where a service should."""


class PortRefused(CliError):
    """The system does not let us listen there."""


def bind_all(services: Iterable[Service]) -> dict[str, socket.socket]:
    """A listening socket for each service by its name; none is left open when one cannot be had."""
    bound: dict[str, socket.socket] = {}
    try:
        for service in services:
            bound[service.name] = bind(service.host, service.port, service.name)
    except CliError:
        for sock in bound.values():
            sock.close()
        raise
    return bound


def bind(host: str, port: int, name: str) -> socket.socket:
    """A listening socket. Raises PortTaken or PortRefused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError as exc:
        sock.close()
        raise _explained(exc, host, port, name) from exc
    return sock


def is_free(host: str, port: int) -> bool:
    """Whether a service could listen there now."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
            sock.listen(1)
        except OSError:
            return False
    return True


def _explained(exc: OSError, host: str, port: int, name: str) -> CliError:
    if exc.errno == errno.EADDRINUSE:
        holder = who_listens(port)
        by = f" by {holder}" if holder else ""
        return PortTaken(
            f"Port {port}, which {name} needs, is taken{by}.",
            fix="Stop that program, or choose other ports with --port.",
        )
    if exc.errno in (errno.EACCES, errno.EPERM):
        return PortRefused(f"This user may not listen on port {port}.", fix="Choose a port above 1023 with --port.")
    return PortRefused(
        f"{name} cannot listen on {host} port {port}: {exc.strerror}.", fix="Choose another with --host or --port."
    )
