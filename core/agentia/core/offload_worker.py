"""The worker's side of offloading: takes calls from stdin, answers on stdout, imports next to nothing of its own."""

import ctypes
import importlib
import os
import pickle
import resource
import signal
import struct
import sys
import traceback
from contextlib import suppress
from enum import IntEnum
from typing import Any, BinaryIO

from agentia.core.errors import AgentiaError

HEADER = struct.Struct("!QB?")  # bytes of payload, kind of answer, whether the worker may be used again
MEMORY_EXIT = 97
_PR_SET_PDEATHSIG = 1
_TRACEBACK_CHARS = 8_000


class Answer(IntEnum):
    """What an answer's payload is: nothing, a pickled result, a pickled error of ours, or the text of another's."""

    READY = 0
    RESULT = 1
    ERROR = 2
    FAILURE = 3


def main() -> None:
    """Serve calls until the parent closes the pipe or dies."""
    calls, answers = _take_pipes()
    hello = _read(calls)
    _die_with(hello["parent"])
    os.nice(10)
    sys.path[:] = hello["path"]
    try:
        for module in hello["preload"]:
            importlib.import_module(module)
    except Exception as exc:  # noqa: BLE001  # whatever a module raises at import is the parent's to report
        _send(answers, Answer.FAILURE, _describe(exc).encode(), reusable=False)
        return
    limit = _limit_memory(hello["memory_mb"] << 20)
    _send(answers, Answer.READY, b"", reusable=True)
    while call := calls.read(HEADER.size):
        kind, payload = _answer(calls.read(HEADER.unpack(call)[0]))
        _send(answers, kind, payload, reusable=_address_space() < limit)
        del payload


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for ourselves: whoever prints or reads here later gets stderr and nothing."""
    calls, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return calls, answers


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _limit_memory(allowance: int) -> int:
    """Let calls take `allowance` bytes beyond what is loaded; returns the size from which the worker counts as worn."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    base = _address_space()
    if base:
        resource.setrlimit(resource.RLIMIT_AS, (base + allowance, base + allowance))
    return base + allowance // 2


def _address_space() -> int:
    """Bytes of virtual memory in use, 0 where the system does not say."""
    with suppress(OSError), open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()
    return 0


def _answer(call: bytes) -> tuple[Answer, bytes]:
    try:
        function, args, kwargs = pickle.loads(call)  # noqa: S301  # from our own parent
        return Answer.RESULT, pickle.dumps(function(*args, **kwargs), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        os._exit(MEMORY_EXIT)
    except AgentiaError as exc:
        return _our_error(exc)
    except BaseException as exc:  # noqa: BLE001  # sys.exit() in a function must not end the worker unheard
        return Answer.FAILURE, _describe(exc).encode()


def _our_error(exc: AgentiaError) -> tuple[Answer, bytes]:
    try:
        payload = pickle.dumps((exc, _describe(exc)))
        pickle.loads(payload)  # noqa: S301  # our own, to see whether it can be read back
    except Exception:  # noqa: BLE001  # an error of odd shape may fail to pickle in any way
        return Answer.FAILURE, _describe(exc).encode()
    return Answer.ERROR, payload


def _describe(exc: BaseException) -> str:
    return "".join(traceback.format_exception(exc))[-_TRACEBACK_CHARS:]


def _read(calls: BinaryIO) -> Any:
    return pickle.loads(calls.read(HEADER.unpack(calls.read(HEADER.size))[0]))  # noqa: S301  # from our own parent


def _send(answers: BinaryIO, kind: Answer, payload: bytes, *, reusable: bool) -> None:
    answers.write(HEADER.pack(len(payload), kind, reusable))
    answers.write(payload)
    answers.flush()


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
