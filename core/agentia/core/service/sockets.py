"""Sockets: the listening one, taken first so that a port in use is noticed at once, and how many there may be."""

import errno
import os
import resource
import socket
from contextlib import suppress

from agentia.core.errors import AgentiaError

_BACKLOG = 2048


class BindFailed(AgentiaError):
    """The address to listen on cannot be had."""


class PortTaken(BindFailed):
    """Another program listens on the port."""


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port` (0 for any free one). Raises `PortTaken` and `BindFailed`.

    It listens already: on Linux two sockets may be bound to one port as long as none of them listens.
    """
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except (OSError, OverflowError) as exc:
        sock.close()
        raise _refusal(host, port, exc) from exc
    return sock


def allow_files() -> None:
    """Let this process have as many files and connections open as the system permits; 1,024 are usual otherwise."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS has a limit below the one that it names
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _refusal(host: str, port: int, exc: OSError | OverflowError) -> BindFailed:
    if isinstance(exc, OverflowError):
        return BindFailed(f"{port} is not a port.", fix="Ports go from 1 to 65535.")
    if exc.errno == errno.EADDRINUSE:
        return PortTaken(
            f"Port {port} on {host} is already taken by another program.",
            fix="Stop that program (`agentia down` ends a mesh), or choose another port with --port.",
        )
    if exc.errno == errno.EACCES:
        return BindFailed(f"This user may not listen on port {port}.", fix="Choose a port from 1024 on with --port.")
    if exc.errno == errno.EADDRNOTAVAIL or isinstance(exc, socket.gaierror):
        return BindFailed(f"{host} is not an address of this machine.", fix="127.0.0.1 and 0.0.0.0 always are.")
    reason = os.strerror(exc.errno) if exc.errno else "the system gives no reason"
    return BindFailed(f"Listening on {host}, port {port} failed: {reason}.")
