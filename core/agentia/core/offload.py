"""Offloading: native code that could hold the GIL or eat the machine runs in workers that can be killed."""

import asyncio
import logging
import pickle
from collections.abc import Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from agentia.core.offload_process import OffloadCrashed, OffloadFailed, OffloadTimeout, Reply, WorkerProcess

__all__ = ["Offload", "OffloadCrashed", "OffloadFailed", "OffloadTimeout"]

T = TypeVar("T")
log = logging.getLogger("agentia.core")


class Offload:
    """A pool of at most `workers` processes, started when first needed and released after `idle_seconds` without work.

    Each call may take `memory_mb` megabytes beyond what the worker has `preload`ed. Workers have low priority, none of
    our secrets in their environment, and end with this process however it ends.
    """

    def __init__(
        self, *, workers: int = 1, preload: Sequence[str] = (), memory_mb: int = 1024, idle_seconds: float = 300.0
    ) -> None:
        self._preload, self._memory_mb, self._idle_seconds = tuple(preload), memory_mb, idle_seconds
        self._slots, self._hiring = asyncio.Semaphore(workers), asyncio.Lock()
        self._workers: set[WorkerProcess] = set()
        self._idle: dict[WorkerProcess, asyncio.TimerHandle] = {}
        self._chores: set[asyncio.Task[None]] = set()
        self._stays_warm = self._closed = False

    async def warm(self) -> None:
        """Have one worker ready, now and again whenever one is lost, so that calls do not wait for a start."""
        self._stays_warm = True
        if not self._workers:
            await self._keep_warm()

    async def run(self, function: Callable[..., T], *args: Any, timeout: float, **kwargs: Any) -> T:
        """Call a module-level function in a worker, for at most `timeout` seconds once a worker is free.

        Raises the function's own `AgentiaError`s, `OffloadFailed` for its other errors, `OffloadTimeout`, and
        `OffloadCrashed`. Cancelling kills the worker.
        """
        _check_importable(function)
        call = pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
        async with self._slots:
            reply = await self._exchange(call, timeout)
        return cast(T, reply.result())

    async def close(self) -> None:
        """Kill every worker; calls under way end with `OffloadFailed`."""
        self._closed = True
        for worker in list(self._workers):
            self._discard(worker)
        async with self._hiring:
            pass  # whoever was starting a worker has found the pool closed and given it up
        while self._chores:
            await asyncio.wait(self._chores)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()

    async def _exchange(self, call: bytes, timeout: float) -> Reply:
        worker = await self._take()
        try:
            async with asyncio.timeout(timeout):
                reply = await worker.call(call)
        except BaseException as exc:
            self._discard(worker)
            if isinstance(exc, TimeoutError):
                raise OffloadTimeout(f"The work took longer than {timeout:g} s and was stopped.") from exc
            if isinstance(exc, OffloadCrashed):
                self._check_open()
            raise
        self._put_back(worker, reusable=reply.reusable)
        return reply

    async def _take(self) -> WorkerProcess:
        if worker := self._pop_idle():
            return worker
        async with self._hiring:  # whoever waited for another's start looks first whether a worker came free
            return self._pop_idle() or await self._hire()

    def _pop_idle(self) -> WorkerProcess | None:
        while self._idle:
            worker, release = self._idle.popitem()
            release.cancel()
            if worker.alive:
                return worker
            self._discard(worker)
        return None

    async def _hire(self) -> WorkerProcess:
        self._check_open()
        worker = await WorkerProcess.spawn(memory_mb=self._memory_mb)
        self._workers.add(worker)
        try:
            self._check_open()
            await worker.prepare(self._preload)
        except BaseException:
            self._discard(worker)
            raise
        return worker

    async def _keep_warm(self) -> None:
        async with self._hiring:
            if not self._workers:
                self._put_back(await self._hire(), reusable=True)

    def _check_open(self) -> None:
        if self._closed:
            raise OffloadFailed("The service is stopping.")

    def _put_back(self, worker: WorkerProcess, *, reusable: bool) -> None:
        if self._closed or not reusable:
            self._discard(worker)
        else:
            self._idle[worker] = asyncio.get_running_loop().call_later(self._idle_seconds, self._release, worker)

    def _release(self, worker: WorkerProcess) -> None:
        last = len(self._workers) == 1
        if not (self._stays_warm and last):
            self._idle.pop(worker)
            self._discard(worker)

    def _discard(self, worker: WorkerProcess) -> None:
        if worker not in self._workers:
            return
        worker.kill()
        self._workers.remove(worker)
        if release := self._idle.pop(worker, None):
            release.cancel()
        self._do(worker.gone())
        if self._stays_warm and not self._closed and not self._workers:
            self._do(self._keep_warm())

    def _do(self, chore: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._chores.discard(task)
        if (exc := task.exception()) and not self._closed:
            log.warning("offload chore failed", exc_info=exc)


def _check_importable(function: Callable[..., object]) -> None:
    """Raise `TypeError` for what a worker could not find: lambdas, closures, functions of the script that runs."""
    try:
        pickle.dumps(function)
    except (pickle.PicklingError, AttributeError, TypeError) as exc:
        raise TypeError(f"{function!r} must stand at the top of a module to run in a worker.") from exc
    if getattr(function, "__module__", "") == "__main__":
        raise TypeError(f"{function!r} must stand in a module that can be imported, not in the script that runs.")
