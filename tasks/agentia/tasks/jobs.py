"""The runs of one replica: started, interrupted for a reason, taken their tasks from when they do not let go, ended."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from agentia.tasks.alarm import Alarm
from agentia.tasks.caller import Caller
from agentia.tasks.cancelling import Cancelling
from agentia.tasks.log import TaskLog
from agentia.tasks.records import Unstorable
from agentia.tasks.stop import Stop
from agentia.tasks.work import STOPPED, Answer, Ending, Job, work, write

GRACE: Final = 10.0
"""Seconds that an interrupted answer may take to clean up before its task ends without it."""
LEAVING: Final = 2.0
"""Seconds for the same when the service stops."""

log = logging.getLogger("agentia.tasks")


class Jobs:
    """The runs in progress, `most` at once. `answer` is what they run, `broken` gets one with an unstorable change.
    What they have delegated ends with them by `cancelling`.

    `busy` is set while there are any. `crowded` says that stored tasks may be waiting for their turn, by which new ones
    do so too, but for one that is `deep`, and `vacant` is set then when there may be room for one. `unoffered` says
    that one waits of which other replicas were not told yet.
    """

    def __init__(self, answer: Answer, broken: Callable[[Job], None], cancelling: Cancelling, most: int) -> None:
        self._answer, self._broken, self._cancelling, self._most = answer, broken, cancelling, most
        self._jobs: dict[str, Job] = {}
        self.busy, self.vacant = asyncio.Event(), asyncio.Event()
        self.crowded = self.unoffered = False
        self._expected = 0

    def __contains__(self, task_id: str) -> bool:
        return task_id in self._jobs

    def get(self, task_id: str) -> Job | None:
        """The run of a task, until all that it wrote is stored."""
        return self._jobs.get(task_id)

    @property
    def room(self) -> int:
        """How many more tasks may be worked on."""
        return max(0, self._most - len(self._jobs) - self._expected)

    @property
    def full(self) -> bool:
        """Whether a task that comes now has to wait for its turn."""
        return self.crowded or len(self._jobs) + self._expected >= self._most

    @property
    def deepest(self) -> int:
        """Through how many agents the request came that came through most of them."""
        return max((len(job.run.caller.chain) for job in self._jobs.values()), default=0)

    def deep(self, caller: Caller) -> bool:
        """Whether a task came through more agents than all that are worked on, so that it need not wait for its turn.

        Those may be waiting for it. As this holds at each of its agents, tasks that delegate to each other never wait
        in a circle; and so there are at most as many tasks more as a chain may be long.
        """
        return len(caller.chain) > self.deepest

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """Keep room for a task that is about to be started."""
        self._expected += 1
        try:
            yield
        finally:
            self._expected -= 1

    def logs(self) -> list[TaskLog]:
        """The logs of all runs."""
        return [job.log for job in self._jobs.values()]

    def stored(self, task_id: str) -> int | None:
        """The number of the last event that the task's run has stored, None when it does not run here."""
        job = self._jobs.get(task_id)
        return None if job is None or job.log.refused is not None else job.log.stored

    def start(self, job: Job) -> None:
        """Run `job`; its `over` is called once it has ended and all that it wrote is stored or refused."""
        self._jobs[job.log.task_id] = job
        self.busy.set()
        job.log.on_refused = partial(self._refused, job)
        job.task = _started(self._work(job))

    def queue(self, job: Job) -> None:
        """Only store what `job` has written: its task is taken over when its turn has come, here or elsewhere."""
        self.crowded = True
        job.log.end(partial(self._queued, job))

    def stop(self, job: Job, why: Stop) -> None:
        """Interrupt an answer where it waits, once; a task that shall end does so with it or without it."""
        if job.stopped is not None:
            return
        job.run.stopped = why
        if job.task is not None:
            job.task.cancel()
        if why in STOPPED:
            asyncio.get_running_loop().call_later(GRACE, self._end, job, STOPPED[why])

    def stop_older(self, moment: float) -> None:
        """Fail tasks that have been worked on since before `moment` (unix seconds)."""
        for job in [job for job in self._jobs.values() if job.since < moment]:
            self.stop(job, Stop.LIMIT)

    async def close(self, grace: float) -> None:
        """Give the runs `grace` seconds, interrupt the rest, and take the pen from who goes on nevertheless."""
        await self._done(grace)
        for job in list(self._jobs.values()):
            self.stop(job, Stop.DRAIN)
        await self._done(LEAVING)
        for job in list(self._jobs.values()):
            self._end(job, None)

    async def _done(self, seconds: float) -> None:
        running = [job.task for job in self._jobs.values() if job.task is not None]
        if running:
            await asyncio.wait(running, timeout=seconds)

    async def _work(self, job: Job) -> None:
        deadline = job.run.caller.deadline
        alarm = None if deadline is None else Alarm(deadline, partial(self.stop, job, Stop.DEADLINE))
        try:
            ending = await work(job, self._answer)
        finally:
            if alarm is not None:
                alarm.cancel()
        self._end(job, ending)

    def _refused(self, job: Job) -> None:
        if job.log.taken and job.log.refused:
            log.warning("run refused", extra={"task": job.log.task_id, "reason": job.log.refused.message})
        self.stop(job, Stop.REFUSED)
        if job.log.taken and isinstance(job.log.refused, Unstorable):
            self._broken(job)

    def _end(self, job: Job, ending: Ending | None) -> None:
        if ending is not None:
            if job.run.journal and ending.pause is None:
                job.log.children = self._cancelling.open(job.run.journal)
            write(job.log, ending, job.run.ending)
        job.log.end(partial(self._over, job))

    def _queued(self, job: Job) -> None:
        if job.over is not None:
            job.over()
        self.crowded = self.unoffered = True
        self.vacant.set()

    def _over(self, job: Job) -> None:
        if self._jobs.get(job.log.task_id) is job:
            del self._jobs[job.log.task_id]
            if not self._jobs:
                self.busy.clear()
            if self.crowded:
                self.vacant.set()
        if job.over is not None:
            job.over()
        if job.log.children:
            self._cancelling.begin(job.log, job.run.caller)


def _started(work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    """A task for `work`, which from Python 3.12 on begins at once: an answer that never waits costs no turn."""
    if sys.version_info >= (3, 12):
        return asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)
    return asyncio.create_task(work)
