"""The task as GetTask shows it: a fold of its event log, in time linear in the log's length."""

from a2a.types.a2a_pb2 import Artifact, Message, Part, Task, TaskArtifactUpdateEvent, TaskStatusUpdateEvent

from agentia.tasks.events import Event
from agentia.tasks.states import INTERRUPTED


class Fold:
    """A Task built event by event. Adjacent text chunks of one artifact become one part when it is read."""

    def __init__(self, task: Task | None = None, number: int = 0) -> None:
        self.number = number
        self._begin(task or Task())

    def apply(self, event: Event) -> None:
        """Take the next event in."""
        kind = event.response.WhichOneof("payload")
        if kind == "task":
            self._begin(_copied(event.response.task))
        elif kind == "status_update":
            self._status(event.response.status_update, event.input)
        elif kind == "artifact_update":
            self._artifact(event.response.artifact_update)
        self.number = event.number

    def task(self) -> Task:
        """A copy of the task as of the last event applied."""
        return _copied(self._settled())

    def snapshot(self) -> bytes:
        """The task as protobuf bytes."""
        return self._settled().SerializeToString()

    def _begin(self, task: Task) -> None:
        self._task = task
        self._open: dict[str, list[str]] = {}
        self._artifacts = {artifact.artifact_id: artifact for artifact in task.artifacts}
        self.state: int = task.status.state

    def _status(self, update: TaskStatusUpdateEvent, answer: Message | None) -> None:
        status = self._task.status
        if answer is not None:
            if status.state in INTERRUPTED and status.HasField("message"):
                self._task.history.append(status.message)
            self._task.history.append(answer)
        status.CopyFrom(update.status)
        self.state = status.state

    def _artifact(self, update: TaskArtifactUpdateEvent) -> None:
        artifact_id = update.artifact.artifact_id
        known = self._artifacts.get(artifact_id)
        if known is None:
            known = self._artifacts[artifact_id] = self._task.artifacts.add()
            known.CopyFrom(update.artifact)
        elif update.append:
            self._append(known, update.artifact)
        else:
            self._open.pop(artifact_id, None)
            known.CopyFrom(update.artifact)

    def _append(self, known: Artifact, more: Artifact) -> None:
        for part in more.parts:
            if known.parts and _joins(known.parts[-1], part):
                self._open.setdefault(known.artifact_id, []).append(part.text)
            else:
                self._close(known)
                known.parts.append(part)
        if more.HasField("metadata"):
            known.metadata.MergeFrom(more.metadata)

    def _close(self, artifact: Artifact) -> None:
        if chunks := self._open.pop(artifact.artifact_id, None):
            artifact.parts[-1].text += "".join(chunks)

    def _settled(self) -> Task:
        for artifact_id in list(self._open):
            self._close(self._artifacts[artifact_id])
        return self._task


def _copied(task: Task) -> Task:
    copy = Task()
    copy.CopyFrom(task)
    return copy


def _joins(last: Part, more: Part) -> bool:
    return (
        last.HasField("text")
        and more.HasField("text")
        and last.media_type == more.media_type
        and not more.HasField("metadata")
        and not more.filename
    )
