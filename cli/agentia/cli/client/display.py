"""Showing a task while it runs: plain lines, or its raw events as JSON; `live` draws it on a terminal."""

import json
import sys
from typing import Protocol

from agentia.cli.client.keep import Saved
from agentia.cli.client.picture import Picture
from agentia.cli.client.update import Update
from agentia.cli.console import one_line


class Display(Protocol):
    """Told of every event in order, then of the end."""

    def update(self, update: Update, picture: Picture) -> None: ...

    def notice(self, text: str) -> None: ...

    def ask(self, question: str) -> str: ...

    def finish(self, picture: Picture, saved: list[Saved], links: list[str]) -> None: ...

    def close(self) -> None: ...


class LineDisplay:
    """Progress as lines on stderr, the answer on stdout."""

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self._artifacts: set[str] = set()
        self._last = ""

    def update(self, update: Update, picture: Picture) -> None:
        if update.kind == "artifactUpdate":
            for artifact in picture.artifacts.values():
                if artifact.id not in self._artifacts:
                    self._artifacts.add(artifact.id)
                    self.notice(f"{self._agent}: made {artifact.name}")
        elif not update.ends and (said := one_line(update.progress)):
            self._progress(f"{update.peer.agent if update.peer else self._agent}: {said}")

    def notice(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201

    def ask(self, question: str) -> str:
        raise NotImplementedError("nobody is there to answer")

    def finish(self, picture: Picture, saved: list[Saved], links: list[str]) -> None:
        if picture.state == "COMPLETED" and picture.text:
            print(picture.text, flush=True)  # noqa: T201 - the result
        for file in saved:
            self.notice(f"saved: {file.path}")
        for url in links:
            self.notice(f"link: {url}")

    def close(self) -> None:
        """Nothing to give back."""

    def _progress(self, line: str) -> None:
        if line != self._last:
            self._last = line
            self.notice(line)


class JsonDisplay(LineDisplay):
    """Every event of the stream as a line of JSON on stdout, as it came."""

    def update(self, update: Update, picture: Picture) -> None:  # noqa: ARG002
        print(json.dumps(update.raw, ensure_ascii=False, separators=(",", ":")), flush=True)  # noqa: T201

    def finish(self, picture: Picture, saved: list[Saved], links: list[str]) -> None:
        """The events have said it all."""
