"""A task as its events so far make it: its state, its last words, its artifacts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from agentia.cli.client.update import JsonObject, Update, parts_of
from agentia.cli.console import clean


@dataclass
class Artifact:
    """What a task made; a stream of text chunks stays a list until it is read."""

    id: str
    name: str
    parts: list[JsonObject] = field(default_factory=list)

    def whole_parts(self) -> list[JsonObject]:
        """The parts, adjacent text of one kind joined: chunks of a stream are one text."""
        whole: list[tuple[JsonObject, list[str]]] = []
        for part in self.parts:
            if whole and _joins(whole[-1][0], part):
                whole[-1][1].append(str(part["text"]))
            else:
                whole.append((part, [str(part["text"])] if "text" in part else []))
        return [{**part, "text": "".join(texts)} if texts else part for part, texts in whole]


@dataclass
class Picture:
    """Built by `apply`, in time linear in the number of events."""

    id: str = ""
    state: str = ""
    text: str = ""
    artifacts: dict[str, Artifact] = field(default_factory=dict)

    def apply(self, update: Update) -> None:
        if update.kind == "message":
            self.state, self.text = "COMPLETED", update.text
            return
        self.id = self.id or update.task_id
        if update.kind == "artifactUpdate":
            self._artifact(update)
        elif update.state:
            self.state, self.text = update.state, update.text
        if update.kind == "task":
            found = update.body.get("artifacts")
            self.artifacts = {a.id: a for a in _artifacts(found if isinstance(found, list) else [])}

    def _artifact(self, update: Update) -> None:
        for new in _artifacts([update.body.get("artifact")]):
            known = self.artifacts.get(new.id)
            if known and update.body.get("append"):
                known.parts.extend(new.parts)
            else:
                self.artifacts[new.id] = new


def _artifacts(found: Iterable[object]) -> list[Artifact]:
    told = [artifact for artifact in found if isinstance(artifact, dict)]
    names = [(str(a.get("artifactId", "")), clean(str(a.get("name") or ""))) for a in told]
    return [Artifact(key, name or key, list(parts_of(a))) for (key, name), a in zip(names, told, strict=True)]


def _joins(one: JsonObject, other: JsonObject) -> bool:
    keys = ("mediaType", "filename")
    return "text" in one and "text" in other and all(one.get(key) == other.get(key) for key in keys)
