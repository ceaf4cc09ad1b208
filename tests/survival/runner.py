"""The process that forks the services of the survival tests; it has imported them once, so that a start takes moments.

Its argument is the module of its cast. Orders come on stdin, a JSON line each; on stdout it tells who began and who
ended. When stdin closes, all are killed.
"""

import json
import logging
import os
import selectors
import signal
import socket
import sys
import traceback
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import alembic.command  # noqa: F401  here and below: what services import late would be imported anew by every fork
import asyncpg  # noqa: F401
import jwt  # noqa: F401
import sqlalchemy  # noqa: F401

from agentia.agents.service import serve_specialist
from agentia.cli.mesh.title import die_with
from agentia.core.logs import setup
from agentia.core.service import bind
from agentia.core.settings import Settings
from agentia.gateway.main import run as run_gateway
from agentia.registry.main import run as run_registry
from tests.survival.effects import STAGE

CAST = import_module(sys.argv[1]).CAST


@dataclass(frozen=True)
class Order:
    """A service to start: `part` is one of the cast, or the registry, or the gateway."""

    id: str
    part: str
    name: str
    port: int
    env: dict[str, str]
    log: str


class Heard(logging.Handler):
    """Sends each log of the service to the test, so that the test can wait for it."""

    def __init__(self, service: str) -> None:
        super().__init__(logging.INFO)
        self._service = service
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(os.environ[STAGE])

    def emit(self, record: logging.LogRecord) -> None:
        said = {"service": self._service, "pid": os.getpid(), "log": record.getMessage()}
        self._socket.sendall(json.dumps(said).encode() + b"\n")


def main() -> None:
    """Obey until stdin ends."""
    woken, wake = socket.socketpair()
    woken.setblocking(False)
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    running: dict[int, str] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        unread = b""
        while True:
            ready = {key.fd for key, _ in selector.select()}
            _reap(running, woken)
            if 0 in ready:
                if not (data := os.read(0, 65536)):
                    break
                *lines, unread = (unread + data).split(b"\n")
                for line in lines:
                    order = Order(**json.loads(line))
                    running[_fork(order)] = order.id
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _reap(running: dict[int, str], woken: socket.socket) -> None:
    try:
        woken.recv(4096)
    except BlockingIOError:
        return
    for pid in list(running):
        if (ended := os.waitpid(pid, os.WNOHANG))[0]:
            _say(ended=running.pop(pid), pid=pid, status=os.waitstatus_to_exitcode(ended[1]))


def _fork(order: Order) -> int:
    parent = os.getpid()
    if pid := os.fork():
        _say(began=order.id, pid=pid)
        return pid
    code = 1
    try:
        _become(order, parent)
        code = 0
    except BaseException:  # noqa: BLE001  a fork must never run on into the code of its parent
        traceback.print_exc()
    finally:
        _leave(code)


def _become(order: Order, parent: int) -> None:
    signal.set_wakeup_fd(-1)
    for signum in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(signum, signal.SIG_DFL)
    os.setpgid(0, 0)
    die_with(parent, signal.SIGKILL)
    os.environ.update(order.env)
    log = os.open(order.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for standard, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(file, standard)
    setup(order.id, json=False)
    logging.getLogger("agentia").addHandler(Heard(order.id))
    with bind("127.0.0.1", order.port) as sock:
        _serve(order, sock)


def _serve(order: Order, sock: socket.socket) -> None:
    settings = Settings()
    if order.part == "registry":
        run_registry(settings, sock)
    elif order.part == "gateway":
        run_gateway(settings, sock)
    else:
        serve_specialist(CAST[order.part](order.name), settings, sock)


def _leave(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _say(**words: Any) -> None:
    os.write(1, json.dumps(words).encode() + b"\n")


if __name__ == "__main__":
    assert Path.cwd().joinpath("tests").is_dir(), "start it in the top folder"
    main()
