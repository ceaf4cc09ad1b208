"""Whatever happens to tasks and replicas, in whatever order: the engine keeps its promises. In virtual time."""

import json
import os
import random
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

import pytest
from a2a.types.a2a_pb2 import Artifact, Task
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from hypothesis.strategies import SearchStrategy

from agentia.tasks.states import CANCELED, COMPLETED, FAILED, TERMINAL
from tests.survival.programs import Program, programs, steps_of
from tests.survival.world import LEASE, Following, Replica, Sent, World

MOST: Final = 3
"""Replicas at once."""
# A failure is printed as it was found; to have it made smaller, for minutes, set SURVIVAL_SHRINK=1.
QUIET: Final = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink) if os.environ.get("SURVIVAL_SHRINK") else (Phase.generate,),
)
LONG: Final = settings(QUIET, max_examples=600, stateful_step_count=50)

picks = st.integers(0, 2**16)
"""One of those that there are."""
passing = st.sampled_from([0.0, 0.0005, 0.001, 0.0015, 0.002, 0.005, 0.05, 0.3, 1.0, LEASE, 2 * LEASE])
"""Seconds."""


def then(**drawn: SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule after which some time passes."""

    def made(action: Callable[..., None]) -> Callable[..., None]:
        @wraps(action)
        def acted(self: "Engines", passes: float, **given: Any) -> None:
            action(self, **given)
            self.world.advance(passes)

        strategies: dict[str, Any] = {"passes": passing, **drawn}
        ruled: Any = rule
        return cast("Callable[..., None]", ruled(**strategies)(acted))

    return made


class Engines(RuleBasedStateMachine):
    """Replicas come, die, stall and leave; clients send, answer, cancel, follow and look."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World().__enter__()

    @initialize(first=programs, second=programs)
    def begin(self, first: Program, second: Program) -> None:
        """Two replicas, each with a task."""
        for number, program in enumerate((first, second)):
            self.world.start()
            self._send(program, number)
        self.world.advance(0.01)

    @precondition(lambda self: self.world.living)
    @then(program=programs, pick=picks, twice=st.booleans())
    def send(self, program: Program, pick: int, twice: bool) -> None:
        self._send(program, pick)
        if twice:
            self._at(pick + 1, Replica.send, self.world.sent[-1])

    @precondition(lambda self: self.world.living and self.world.sent)
    @then(pick=picks, which=picks)
    def send_again(self, pick: int, which: int) -> None:
        self._at(pick, Replica.send, self.world.sent[which % len(self.world.sent)])

    @precondition(lambda self: self.world.living and any(sent.task_id for sent in self.world.sent))
    @then(pick=picks, which=picks)
    def send_another_under_the_same_id(self, pick: int, which: int) -> None:
        known = [sent for sent in self.world.sent if sent.task_id]
        self._at(pick, Replica.send_another, known[which % len(known)])

    @precondition(lambda self: bool(self.world.living and self.world.waiting))
    @then(pick=picks, which=picks)
    def answer(self, pick: int, which: int) -> None:
        asked = self.world.waiting
        self._answer(asked[which % len(asked)], pick)

    @precondition(lambda self: self.world.living and self.world.tasks())
    @then(pick=picks, which=picks)
    def cancel(self, pick: int, which: int) -> None:
        self._at(pick, Replica.cancel, self._task(which))

    @precondition(lambda self: self.world.living and self.world.tasks())
    @then(pick=picks, which=picks)
    def get(self, pick: int, which: int) -> None:
        self._at(pick, Replica.get, self._task(which))

    @precondition(lambda self: self.world.living and self.world.tasks())
    @then(pick=picks, which=picks)
    def pry(self, pick: int, which: int) -> None:
        self._at(pick, Replica.pry, self._task(which))

    @precondition(lambda self: self.world.tasks())
    @then(which=picks, after=st.integers(0, 10), seed=picks)
    def follow(self, which: int, after: int, seed: int) -> None:
        task_id = self._task(which)
        after = min(after, len(self.world.events(task_id)))
        self.world.followers.append(Following(self.world, task_id, after, random.Random(seed)))

    @precondition(lambda self: len(self.world.living) < MOST)
    @then()
    def start(self) -> None:
        self.world.start()

    @precondition(lambda self: self.world.living and self.world.sent)
    @then(pick=picks)
    def crash(self, pick: int) -> None:
        self._replica(pick).disk.die()

    @precondition(lambda self: self.world.living and self.world.sent)
    @then(pick=picks, orders=st.integers(0, 5), written=st.booleans())
    def crash_soon(self, pick: int, orders: int, written: bool) -> None:
        self._replica(pick).disk.die_later(orders, written=written)

    @precondition(lambda self: self.world.living and self.world.sent)
    @then(pick=picks, seconds=st.sampled_from([0.01, LEASE / 2, LEASE, 2 * LEASE]))
    def stall(self, pick: int, seconds: float) -> None:
        self._replica(pick).disk.stall(seconds)

    @precondition(lambda self: self.world.living and self.world.sent)
    @then(pick=picks, grace=st.sampled_from([0.0, 0.5]))
    def leave(self, pick: int, grace: float) -> None:
        self._at(pick, Replica.leave, grace)

    @then()
    def wait(self) -> None:
        pass

    def teardown(self) -> None:
        try:
            self._come_to_an_end()
        finally:
            self.world.__exit__()

    def _come_to_an_end(self) -> None:
        """With one replica that stays and a user who answers, every task ends as it should."""
        self.world.start()
        self.world.advance(2 * LEASE)  # until also the slowest has done what it was asked for
        for _ in range(50):
            self.world.advance(2 * LEASE)
            if self.world.ended:
                break
            for task_id in self.world.waiting:
                self._answer(task_id)
        self.world.advance(2 * LEASE)
        for follower in self.world.followers:
            assert follower.over, f"a follower waits for ever, after {follower.after}"
        for message in self.world.sent:
            if message.task_id and not message.continues:
                self._check(message)

    def _check(self, message: Sent) -> None:
        task = self.world.folded(message.task_id, 10**6)
        text = task.status.message.parts[0].text
        match task.status.state:
            case state if state == COMPLETED:
                assert set(self.world.journal(task.id)) == set(steps_of(message.program))
                assert all(map(_whole, task.artifacts))
                assert json.loads(text) == sorted(_answers(task))
            case state if state == CANCELED:
                assert task.id in self.world.cancelled
            case state:
                assert state == FAILED
                assert "gives up" in text

    def _send(self, program: Program, pick: int) -> None:
        message = Sent(f"message-{len(self.world.sent)}", json.dumps(program), program)
        self.world.sent.append(message)
        self._at(pick, Replica.send, message)

    def _answer(self, task_id: str, pick: int = -1) -> None:
        number = len(self.world.sent)
        message = Sent(f"message-{number}", f"answer-{number}", continues=task_id)
        self.world.sent.append(message)
        self._at(pick, Replica.send, message)

    def _at(self, pick: int, work: Any, *given: Any) -> None:
        replica = self._replica(pick)
        self.world.errand(replica, work(replica, *given))

    def _replica(self, pick: int) -> Replica:
        return self.world.living[pick % len(self.world.living)]

    def _task(self, which: int) -> str:
        """One that goes on, more often than not."""
        states = self.world.tasks()
        open_ones = [task_id for task_id, state in states.items() if state not in TERMINAL]
        tasks = open_ones if open_ones and which % 4 else list(states)
        return tasks[which % len(tasks)]


def _whole(artifact: Artifact) -> bool:
    """Whether it is one whole text, of one attempt."""
    [part] = artifact.parts
    if part.text == "whole":
        return True
    pieces = part.text.split(";")[:-1]
    attempt, _, last = pieces[0].partition(":")
    count = int(last.partition("/")[2])
    return pieces == [f"{attempt}:{number}/{count}" for number in range(count)]


def _answers(task: Task) -> list[str]:
    return [message.parts[0].text for message in task.history[1:] if message.parts[0].text.startswith("answer")]


@pytest.mark.timeout(900)
def test_the_engine_keeps_its_promises_in_whatever_order_things_happen() -> None:
    run_state_machine_as_test(Engines, settings=LONG)
