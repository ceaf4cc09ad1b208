"""Whoever dies, hangs, is cut off or replaced while tasks are under way: they complete, and nothing is done twice."""

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bench.compose import AWAY, Mesh, content, docker, inspected, ready, said, until

pytestmark = pytest.mark.usefixtures("mended")

LEASE = 3.0
"""Seconds, as compose.test.yaml says."""
DROPS = 30


def whole(task: dict[str, Any]) -> Counter[str]:
    """See that a dripping was done whole and nothing twice; how many drops fell in each container."""
    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    fallen = drops(task)
    assert json.loads(said(task)) == fallen
    assert [drop.split("@")[0] for drop in fallen] == [str(number) for number in range(DROPS)]
    return Counter(drop.split("@")[1] for drop in fallen)


def drops(task: dict[str, Any]) -> list[str]:
    """What has fallen so far, as NUMBER@CONTAINER."""
    return content(task, "drops.txt").split()


def begun(mesh: Mesh) -> str:
    """A dripping of which some drops have fallen."""
    task_id = mesh.begin(f"drip {DROPS} drops", "dripper")
    until("the first drops", lambda: len(drops(mesh.task(task_id, "dripper"))) > 2)
    return task_id


def worker(mesh: Mesh, task_id: str) -> str:
    """The container in which the last drop of a task has fallen."""
    *_, last = drops(until("an answer", lambda: mesh.task(task_id, "dripper")))
    return last.split("@")[1]


@pytest.mark.parametrize("victim", ["registry", "gateway", "concierge", "dripper", "postgres"])
def test_a_task_completes_though_a_service_is_killed_and_comes_back(mesh: Mesh, victim: str) -> None:
    """The task is one of the concierge, which waits for the dripper; it is looked at through the gateway."""
    before = children(mesh)
    task_id = mesh.begin(f"Let water drip from the tap: drip {DROPS} drops")
    until("the child is under way", lambda: children(mesh, "state = 2 AND last_event > 4"))
    (container,) = mesh.containers(victim)
    docker("kill", container)
    time.sleep(1)
    docker("start", container)
    task = mesh.ended(task_id)
    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    assert children(mesh) == before + 1
    until("all are ready again", lambda: ready(container))


def children(mesh: Mesh, where: str = "true") -> int:
    """How many tasks the dripper has."""
    return int(mesh.sql(f"SELECT count(*) FROM agentia_dripper.tasks WHERE {where}")[0])


def test_another_replica_goes_on_with_the_tasks_of_a_killed_one(mesh: Mesh) -> None:
    mesh.up("--scale", "dripper=2", "--no-recreate")
    task_id = begun(mesh)
    docker("kill", worker(mesh, task_id))
    killed = time.monotonic()
    shares = whole(mesh.ended(task_id, "dripper"))
    took = time.monotonic() - killed - DROPS * 0.2
    assert len(shares) == 2, shares
    assert took < LEASE + 5


def test_a_replica_that_hangs_past_its_lease_changes_nothing_when_it_wakes(mesh: Mesh) -> None:
    mesh.up("--scale", "dripper=2", "--no-recreate")
    task_id = begun(mesh)
    sleeper = worker(mesh, task_id)
    docker("pause", sleeper)
    try:
        until("another one goes on", lambda: worker(mesh, task_id) != sleeper)
    finally:
        docker("unpause", sleeper)
    shares = whole(mesh.ended(task_id, "dripper"))
    assert len(shares) == 2, shares
    until("it is ready again", lambda: ready(sleeper))


@pytest.mark.parametrize("victim", ["dripper", "registry", "postgres", "gateway"])
def test_a_service_that_was_cut_off_goes_on_when_it_is_connected_again(mesh: Mesh, victim: str) -> None:
    task_id = begun(mesh)
    (container,) = mesh.containers(victim)
    docker("network", "disconnect", mesh.network("mesh"), container)
    time.sleep(LEASE + 1)
    docker("network", "connect", "--alias", victim, mesh.network("mesh"), container)
    whole(mesh.ended(task_id, "dripper"))
    until("it is ready again", lambda: ready(container))


def test_nothing_is_lost_while_all_containers_are_replaced_under_load(mesh: Mesh) -> None:
    with load(mesh) as asked:
        for service in ("quant", "concierge", "registry", "gateway", "postgres"):
            before = mesh.containers(service)
            mesh.up("--force-recreate", service)
            assert set(before).isdisjoint(mesh.containers(service))
            answered(asked, len(asked) + 4)
    answers = Counter(asked.values())
    assert answers["TASK_STATE_COMPLETED"] == len(asked) > 20, answers
    doubles = "SELECT message_id FROM agentia_quant.messages GROUP BY 1 HAVING count(DISTINCT task_id) > 1"
    assert mesh.sql(doubles) == []


def test_who_takes_more_memory_than_it_may_is_ended_alone_and_comes_back(mesh: Mesh) -> None:
    """Its tasks go on, the one that took too much as well."""
    (eater,) = mesh.containers("dripper")
    neighbour = begun(mesh)
    glutton = mesh.begin("drip 2 drops, then eat", "dripper")
    until("it was ended", lambda: inspected(eater)[0]["RestartCount"] > 0)
    whole(mesh.ended(neighbour, "dripper"))
    assert mesh.ended(glutton, "dripper")["status"]["state"] == "TASK_STATE_COMPLETED"
    counts = {name: inspected(*mesh.containers(name))[0]["RestartCount"] for name in ("dripper", "quant", "gateway")}
    assert counts == {"dripper": 1, "quant": 0, "gateway": 0}


def answered(asked: dict[str, str], count: int) -> None:
    """Wait until so many have been answered."""
    until(f"{count} answers", lambda: len(asked) >= count)


@contextmanager
def load(mesh: Mesh) -> Iterator[dict[str, str]]:
    """Requests one after the other from four clients, who send again what was not answered; states by messageId."""
    states: dict[str, str] = {}
    over = threading.Event()

    def client(agent: str) -> None:
        while not over.is_set():
            message_id = uuid.uuid4().hex
            states[message_id] = patiently(mesh, agent, message_id)

    clients = [threading.Thread(target=client, args=(agent,)) for agent in ("", "quant", "quant", "")]
    for each in clients:
        each.start()
    try:
        yield states
    finally:
        over.set()
        for each in clients:
            each.join()


def patiently(mesh: Mesh, agent: str, message_id: str) -> str:
    """The state of the task that a message becomes, sent until it is answered."""
    message = {"messageId": message_id, "role": "ROLE_USER", "parts": [{"text": "What is 15 % of 2,480?"}]}
    deadline = time.monotonic() + 60
    said: object = None
    while time.monotonic() < deadline:
        try:
            return str(mesh.rpc("SendMessage", agent, message=message)["task"]["status"]["state"])
        except AWAY as away:
            said = away
            time.sleep(0.2)
    return f"never answered: {said}"
