"""The servers that are measured against each other: ours, and the SDK's handler with each of its stores."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from bench.servers import Server, free_port, python, running

SIDES: Final = ("ours", "memory", "sqlite")


@contextmanager
def serving(names: Sequence[str] = SIDES) -> Iterator[dict[str, Server]]:
    """Run the named sides beside each other; only one is loaded at a time."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentia-bench-")))
        servers = {}
        for name in names:
            port = free_port()
            module = ["bench.ours"] if name == "ours" else ["bench.stock", name]
            command = python(*module, port, folder)
            servers[name] = stack.enter_context(running(name, command, port=port, log=folder / f"{name}.log"))
        yield servers
