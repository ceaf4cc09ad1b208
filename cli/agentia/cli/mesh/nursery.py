"""The supervisor's side of a zygote: started, told what to fork, heard, ended."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from agentia.cli.mesh.child import rotate
from agentia.cli.mesh.orders import Event, Signal, Start, decode, encode
from agentia.cli.mesh.processes import send, started


@dataclass
class Nursery:
    """A zygote that runs, and the channel to it."""

    process: subprocess.Popen[bytes]
    born: int
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, preload: Iterable[str], sockets: Iterable[socket.socket], log: Path) -> Self:
        """Start a zygote that imports `preload` and inherits the sockets, in a session of its own, away from Ctrl-C."""
        ours, theirs = socket.socketpair()
        fds = [sock.fileno() for sock in sockets]
        arguments = [str(theirs.fileno()), str(os.getpid()), ",".join(map(str, fds)), *preload]
        rotate(log)
        with theirs, log.open("ab") as output:
            process = subprocess.Popen(  # noqa: ASYNC220 - returns when it is forked; its end is heard on the channel
                [sys.executable, "-P", "-m", "agentia.cli.mesh.zygote", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[theirs.fileno(), *fds],
                start_new_session=True,
            )
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        return cls(process, started(process.pid), reader, writer)

    def say(self, order: Start | Signal) -> None:
        self._writer.write(encode(order))

    async def events(self) -> AsyncIterator[Event]:
        """What happens to the children, until the zygote is gone."""
        try:
            while line := await self._reader.readline():
                event = decode(line)
                if isinstance(event, Event):
                    yield event
        except ConnectionError:
            return

    async def close(self) -> None:
        """Let the zygote end, and what it still has with it."""
        self._writer.close()
        await asyncio.to_thread(self.process.wait)

    def kill(self, orphans: Iterable[int]) -> None:
        """After the zygote died: nothing of it may live on beside its successor."""
        self._writer.close()
        send(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pid in orphans:
            send(pid, signal.SIGKILL, group=True)
