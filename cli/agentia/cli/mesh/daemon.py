"""A mesh in the background: the forked supervisor reports through a pipe to the command that waits for it."""

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, NoReturn

from agentia.cli.errors import MeshNotStarted
from agentia.cli.mesh.child import write_to
from agentia.cli.mesh.record import MeshRecord, ServiceRecord
from agentia.cli.mesh.view import LineView, View

PATIENCE = 60
LOG = "up.log"


class PipeView:
    """Tells the waiting command, as long as it waits, and the log of `up`."""

    def __init__(self, mesh: MeshRecord, data: Path, pipe: int) -> None:
        self._pipe, self._lines = pipe, LineView(mesh, data, _to_log, hints=False)

    def changed(self, service: ServiceRecord) -> None:
        self._lines.changed(service)
        self._say(changed=asdict(service))

    def ready(self, mesh: MeshRecord) -> None:
        self._lines.ready(mesh)
        self._say(ready=True)

    def hopeless(self, service: ServiceRecord, log: Path) -> None:
        self._lines.hopeless(service, log)
        self._say(hopeless=asdict(service), log=str(log))

    def stopping(self) -> None:
        self._lines.stopping()

    def ended(self) -> None:
        self._lines.ended()

    def _say(self, **message: Any) -> None:
        with suppress(BrokenPipeError):  # nobody waits any more
            os.write(self._pipe, json.dumps(message).encode() + b"\n")


def in_background(data: Path, work: Callable[[int], None]) -> tuple[int, IO[str]]:
    """Fork; the child leaves the terminal and does `work`. Returns its pid and what it reports, a JSON line each."""
    sys.stdout.flush()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(data, work, writing)
    os.close(writing)
    return pid, open(reading, encoding="utf-8")


def _child(data: Path, work: Callable[[int], None], writing: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        write_to(data / "logs" / LOG)
        work(writing)
        code = 0
    except BaseException:  # noqa: BLE001 - a forked child must never run on into its parent's code
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def wait_for(pid: int, reports: IO[str], mesh: MeshRecord, view: View, data: Path) -> None:
    """Show the reports until all is ready. Raises MeshNotStarted after ending what had started."""
    signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(PATIENCE)
    try:
        for report in map(json.loads, reports):
            if "changed" in report:
                view.changed(ServiceRecord(**report["changed"]))
            elif "hopeless" in report:
                view.hopeless(ServiceRecord(**report["hopeless"]), Path(report["log"]))
                raise MeshNotStarted("The mesh did not start. What had started is ended again.")
            else:
                view.ready(mesh)
                return
        raise MeshNotStarted("The mesh ended while it started.", fix=f"Its log: {data / 'logs' / LOG}")
    except BaseException:
        end(pid)
        raise
    finally:
        signal.alarm(0)


def end(pid: int) -> None:
    """Stop the background mesh that this process forked."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _too_late(*_: object) -> NoReturn:
    raise MeshNotStarted(f"The mesh was not ready within {PATIENCE} s.", fix="`agentia logs` shows what was said.")


def _to_log(line: str) -> None:
    print(line, flush=True)  # noqa: T201
