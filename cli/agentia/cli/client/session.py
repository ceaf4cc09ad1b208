"""One conversation about one task: send, show, answer when asked, keep the artifacts, and say how it ended."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from agentia.cli.client.display import Display
from agentia.cli.client.follow import Follower
from agentia.cli.client.keep import Saved, links, save
from agentia.cli.client.message import user_message
from agentia.cli.client.picture import Picture
from agentia.cli.client.rpc import A2AClient, RpcError
from agentia.cli.client.update import INTERRUPTED, Update
from agentia.cli.console import clean
from agentia.cli.errors import CliError, ExitCode

CODES = {
    "COMPLETED": ExitCode.COMPLETED,
    "REJECTED": ExitCode.REJECTED,
    "CANCELED": ExitCode.CANCELED,
    "INPUT_REQUIRED": ExitCode.INPUT_REQUIRED,
    "AUTH_REQUIRED": ExitCode.INPUT_REQUIRED,
}


class Session:
    """`out` gives the folder for a task's artifacts, or None to keep nothing; `answer_with` is how to answer later."""

    def __init__(
        self,
        client: A2AClient,
        display: Display,
        *,
        out: Callable[[str], Path | None],
        answer_with: Callable[[str], str],
        interactive: bool,
    ) -> None:
        self._client, self._display = client, display
        self._out, self._answer_with, self._interactive = out, answer_with, interactive
        self._picture = Picture()
        self._follower = Follower(client, display.notice)
        self._canceling = False

    def ask(self, message: dict[str, Any]) -> ExitCode:
        """Send a message and see its task through."""
        return self._through(self._follower.send(message))

    def follow(self, task_id: str, after: str) -> ExitCode:
        """See a task through that someone has sent before, from the event after `after`."""
        self._follower.task_id, self._follower.position = task_id, after
        return self._through(self._follower.resume(), only_watch=True)

    def _through(self, updates: Iterator[Update], *, only_watch: bool = False) -> ExitCode:
        try:
            while True:
                asked = self._show(updates, only_watch=only_watch)
                if not asked or not self._interactive:
                    break
                try:
                    answer = self._display.ask(self._picture.text)
                except (KeyboardInterrupt, EOFError):
                    break
                updates = self._follower.send(user_message(answer, task_id=self._picture.id))
            return self._finish(asked=asked)
        finally:
            self._display.close()

    def _show(self, updates: Iterator[Update], *, only_watch: bool) -> bool:
        """Until the task ends, or asks for something (True). Ctrl-C asks to cancel it and goes on to its end."""
        while True:
            try:
                for update in updates:
                    self._picture.apply(update)
                    self._display.update(update, self._picture)
                    if update.kind == "statusUpdate" and update.state in INTERRUPTED and not only_watch:
                        return True
                return False
            except KeyboardInterrupt:
                if only_watch or self._canceling or not self._follower.task_id:
                    self._display.notice("The task goes on without you.")
                    raise
                self._cancel()
                updates = self._follower.resume()

    def _cancel(self) -> None:
        self._canceling = True
        self._display.notice("Canceling the task … (Ctrl-C again: leave it)")
        try:
            self._client.call("CancelTask", {"id": self._follower.task_id})
        except RpcError as exc:
            self._display.notice(exc.message)

    def _finish(self, *, asked: bool) -> ExitCode:
        saved, found = self._kept()
        self._display.finish(self._picture, saved, found)
        self._display.close()
        state, text = self._picture.state, clean(self._picture.text)
        code = CODES.get(state, ExitCode.FAILED)
        if asked:
            if not self._interactive:
                self._display.notice(f"The agent asks: {text or 'for more input'}")
            self._display.notice(f"Answer with: {self._answer_with(self._picture.id)}")
        elif code is not ExitCode.COMPLETED:
            raise TaskEnded(state, text, code)
        return code

    def _kept(self) -> tuple[list[Saved], list[str]]:
        artifacts = list(self._picture.artifacts.values())
        folder = self._out(self._picture.id) if artifacts else None
        return (save(artifacts, folder) if folder else []), links(artifacts)


class TaskEnded(CliError):
    """The task is over and was not completed."""

    def __init__(self, state: str, text: str, code: ExitCode) -> None:
        what = {"FAILED": "failed", "REJECTED": "was rejected", "CANCELED": "was canceled"}.get(state, f"is {state}")
        super().__init__(f"The task {what}{': ' + text if text else '.'}")
        self.exit_code = code  # type: ignore[misc]  # a constant of the class elsewhere


def is_interactive() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
