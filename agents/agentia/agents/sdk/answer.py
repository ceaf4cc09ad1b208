"""The answer of a run as an artifact: streamed while the model speaks, replaced when that was not its last word."""

from typing import Final

from agentia.agents.task_run import TaskRun
from agentia.cards.extensions import USAGE
from agentia.tasks.stream import ArtifactStream

NAME: Final = "answer.txt"


class StreamedAnswer:
    """One text artifact. What an attempt has finished stays as it is; what it left open starts over."""

    def __init__(self, task: TaskRun) -> None:
        self._out: ArtifactStream = task.run.branch("answer").stream(NAME)
        self._log = task.run.log
        self._text: list[str] = []

    async def write(self, text: str) -> None:
        """Add text; the first of it is shown at once, however much of it has come already."""
        first = not self._text
        self._text.append(text)
        await self._out.write(text)
        if first:
            self._out.flush()
            await self._log.committed()

    def restart(self) -> None:
        """What was written was not the answer: the next text replaces it."""
        if self._text:
            self._text.clear()
            self._out.restart()

    def pause(self) -> None:
        """Show what was written so far."""
        self._out.flush()

    async def end(self, text: str, usage: dict[str, float]) -> None:
        """The answer is `text`, whatever was streamed before."""
        if "".join(self._text) != text:
            self.restart()
            await self._out.write(text)
        self._out.metadata = {USAGE: usage}
        async with self._out:
            pass
