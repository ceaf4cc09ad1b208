"""A forked process becoming its service: its title, its log, its environment, then its target."""

import gc
import os
import signal
import sys
from importlib import import_module
from pathlib import Path

from agentia.cli.mesh.orders import Start
from agentia.cli.mesh.title import die_with, set_title
from agentia.core.errors import AgentiaError

LOG_LIMIT = 5_000_000
LOGS_KEPT = 2


def separate(order: Start, zygote: int) -> None:
    """Leave the zygote's group, signals and output behind; straight after the fork."""
    os.setpgid(0, 0)
    for signum in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, signal.SIG_DFL)
    die_with(zygote, signal.SIGTERM)
    set_title(f"agentia:{order.service.name} {order.service.url}")
    write_to(Path(order.log))


def become(order: Start) -> None:
    """Run the service until it ends."""
    import socket

    os.environ.update(order.env)
    sys.argv = ["agentia", "service", order.service.name]
    gc.enable()
    module, _, function = order.service.target.partition(":")
    with socket.socket(fileno=order.fd) as sock:
        try:
            getattr(import_module(module), function)(order.service, sock)
        except AgentiaError as exc:
            sys.exit(f"{exc.message} {exc.fix}".rstrip())


def write_to(log: Path) -> None:
    """Send stdout and stderr to the end of the log, a fresh one when it has grown large."""
    rotate(log)
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(fd, standard)
    os.close(fd)


def rotate(log: Path, *, limit: int = LOG_LIMIT) -> None:
    """NAME.log becomes NAME.log.1, and that NAME.log.2, once it is over the limit."""
    if not log.exists() or log.stat().st_size <= limit:
        return
    for number in range(LOGS_KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    log.replace(log.with_name(f"{log.name}.1"))
