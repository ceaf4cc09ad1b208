"""What must be true of a task whatever was killed meanwhile: its events, its artifacts, its effects."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tests.survival.actors import CHUNK
from tests.survival.follower import Follower, repeated
from tests.survival.stage import Note


def unbroken(follower: Follower, first: int = 1) -> None:
    """Every event came once, in order, none is missing."""
    assert follower.numbers == list(range(first, first + len(follower.numbers)))


def same_artifacts(follower: Follower, task: Any) -> None:
    """Each artifact is there once, and followers have read what GetTask shows."""
    artifacts = task.get("artifacts", [])
    assert not repeated([artifact["artifactId"] for artifact in artifacts])
    assert not repeated([artifact["name"] for artifact in artifacts])
    assert _by_id(follower.artifacts()) == _by_id(artifacts)


def nothing_repeated(notes: Sequence[Note], lives: int) -> None:
    """What was kept was never done again; only a step in flight ran again, at most once a life."""
    kept: set[str] = set()
    times: defaultdict[str, int] = defaultdict(int)
    for note in notes:
        if note.word == "kept":
            kept.add(note.key)
        elif note.word == "did":
            times[note.key] += 1
            assert note.key not in kept, f"{note.key} was kept, and done again"
            assert times[note.key] <= lives, f"{note.key} was done {times[note.key]} times in {lives} lives"


def nothing_swapped(notes: Sequence[Note], results: Sequence[Any]) -> None:
    """Each step got, at every attempt, the result of the time that it was done and kept, and so did the artifact."""
    given = {note.by: note.key for note in notes if note.word == "did"}
    kept: dict[str, str] = {}
    for note in notes:
        if note.word == "kept":
            assert given[note.by] == note.key
            assert kept.setdefault(note.key, note.by) == note.by
    assert {result["step"]: result["by"] for result in results} == kept


def whole(text: str, pieces: int) -> None:
    """A stream holds the text of one attempt, all of it, in order."""
    lines = text.splitlines(keepends=True)
    found = [re.fullmatch(r"([\d.]+):(\d+)\.*\n", line) for line in lines]
    assert all(found)
    assert {len(line) for line in lines} == {CHUNK}
    assert len({match[1] for match in found if match}) == 1
    assert [int(match[2]) for match in found if match] == list(range(pieces))


def by_task(notes: Sequence[Note]) -> dict[str, list[Note]]:
    """The side file, task by task."""
    found: dict[str, list[Note]] = {}
    for note in notes:
        found.setdefault(note.task, []).append(note)
    return found


def filed(follower: Follower, task: Any, notes: Sequence[Note], lives: int) -> None:
    """All that must be true of a task of the clerk, whose replicas had so many lives."""
    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    unbroken(follower)
    same_artifacts(follower, task)
    nothing_repeated(notes, lives)
    nothing_swapped(notes, content(task, "results.json"))
    attempts, pieces = zip(*(line.split(":") for line in content(task, "minutes.txt").splitlines()), strict=True)
    assert len(set(attempts)) == 1
    assert pieces == ("0", "1", "2")


def content(task: Any, name: str) -> Any:
    """What an artifact holds: text or JSON."""
    [artifact] = [artifact for artifact in task["artifacts"] if artifact["name"] == name]
    [part] = artifact["parts"]
    return part["text"] if "text" in part else part["data"]


def _by_id(artifacts: Sequence[Any]) -> dict[str, str]:
    plain = ("artifactId", "name", "description", "parts")
    return {a["artifactId"]: json.dumps({k: a[k] for k in plain if k in a}, sort_keys=True) for a in artifacts}
