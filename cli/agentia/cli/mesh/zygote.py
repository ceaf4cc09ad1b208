"""The zygote: a process of one thread that imports what all services share, then only forks and reaps.

Started as `python -m agentia.cli.mesh.zygote FD PARENT SOCKET,… MODULE…`. It must stay light to import: workers
spawned by a service import this module again as their `__main__`.
"""

import gc
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module

from agentia.cli.mesh.child import become, separate
from agentia.cli.mesh.orders import Event, Signal, Start, decode, encode
from agentia.cli.mesh.processes import send
from agentia.cli.mesh.title import die_with, set_title
from agentia.cli.slim import without_httpx_program

GRACE = 5.0
HELD_BACK = {signal.SIGTERM, signal.SIGINT}


class Zygote:
    """Takes orders from the supervisor over `channel`; when that closes, its children end with it."""

    def __init__(self, channel: socket.socket, sockets: Iterable[int] = ()) -> None:
        self._channel = channel
        self._sockets = tuple(sockets)
        self._unread = b""
        self._children: dict[str, int] = {}
        self._wake, self._woken = socket.socketpair()
        self._told_to_end = False

    def run(self) -> Start | None:
        """Returns in every forked child with what it shall become, and None in the zygote when all is over."""
        self._listen_to_signals()
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._told_to_end:
                ready = {key.fileobj for key, _ in selector.select()}
                self._reap()
                for order in self._orders() if self._channel in ready else ():
                    if mine := self._obey(order):
                        return mine
        self._end_children()
        return None

    def _listen_to_signals(self) -> None:
        for end in (self._wake, self._woken):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _end(self, *_: object) -> None:
        self._told_to_end = True

    def _orders(self) -> Iterator[Start | Signal | Event]:
        received = self._channel.recv(65_536)
        if not received:
            self._told_to_end = True
        *lines, self._unread = (self._unread + received).split(b"\n")
        yield from map(decode, lines)

    def _obey(self, order: Start | Signal | Event) -> Start | None:
        """The order itself in a child that was forked for it."""
        if isinstance(order, Signal) and order.name in self._children:
            send(self._children[order.name], signal.Signals(order.signum), group=order.group)
        if not isinstance(order, Start):
            return None
        return self._fork(order)

    def _fork(self, order: Start) -> Start | None:
        """Signals wait until the child has let go of the zygote's handlers, so that none is lost between the two."""
        me = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, HELD_BACK)
        pid = os.fork()
        if pid == 0:
            self._forget(order)
            separate(order, me)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)
        if pid == 0:
            return order
        with suppress(OSError):
            os.setpgid(pid, pid)
        self._children[order.service.name] = pid
        self._tell(Event("started", order.service.name, pid))
        return None

    def _forget(self, order: Start) -> None:
        """In a child: let go of all that is the zygote's or another service's."""
        signal.set_wakeup_fd(-1)
        for end in (self._channel, self._wake, self._woken):
            end.close()
        for fd in self._sockets:
            if fd != order.fd:
                os.close(fd)

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            while self._woken.recv(4096):
                pass
        for name, pid in list(self._children.items()):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                send(pid, signal.SIGKILL, group=True)  # workers that it left behind
                _, status = os.waitpid(pid, 0)
                del self._children[name]
                self._tell(Event("exited", name, pid, os.waitstatus_to_exitcode(status)))

    def _tell(self, event: Event) -> None:
        with suppress(OSError):
            self._channel.sendall(encode(event))

    def _end_children(self) -> None:
        for pid in self._children.values():
            send(pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while self._children and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.02)
        for pid in self._children.values():
            send(pid, signal.SIGKILL, group=True)


def load(modules: Iterable[str]) -> None:
    """Import them all; what fails is told in the log, and again by the service that needs it."""
    gc.disable()
    without_httpx_program()
    for module in modules:
        try:
            import_module(module)
        except Exception:  # noqa: BLE001 - a service's own start says it properly; the others must not suffer
            traceback.print_exc()
    gc.collect()
    gc.freeze()


def main(fd: int, parent: int, sockets: list[int], modules: list[str]) -> None:
    """Be the zygote, and in a forked child a service."""
    die_with(parent, signal.SIGTERM)
    set_title("agentia:zygote")
    load(modules)
    for inherited in sockets:
        os.set_inheritable(inherited, False)
    order = Zygote(socket.socket(fileno=fd), sockets).run()
    if order is not None:
        become(order)


if __name__ == "__main__":
    channel_fd, parent_pid, socket_fds, *preload = sys.argv[1:]
    main(int(channel_fd), int(parent_pid), [int(fd) for fd in socket_fds.split(",") if fd], preload)
