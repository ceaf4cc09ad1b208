"""From a command's options to a session: which endpoint, which display, where artifacts go."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentia.cli.client.display import Display, JsonDisplay, LineDisplay
from agentia.cli.client.rpc import A2AClient
from agentia.cli.client.session import Session, is_interactive
from agentia.cli.client.target import endpoint, gateway_url
from agentia.cli.mesh.hints import at, command

FRONT = "concierge"


@contextmanager
def open_session(
    *, url: str | None, data: Path, agent: str | None, token: str | None, out: Path | None, as_json: bool
) -> Iterator[Session]:
    """A session with an agent of the mesh, by default with the mesh itself."""

    def folder(task_id: str) -> Path | None:
        return out or (None if as_json else Path("out") / short(task_id))

    def answer_with(task_id: str) -> str:
        options = f"{at(data)}{f' --agent {agent}' if agent else ''}{f' --url {url}' if url else ''}"
        return f'{command()} tasks answer{options} {task_id} "…"'

    with A2AClient(endpoint(gateway_url(url, data), agent), token) as client:
        yield Session(
            client,
            _display(agent or FRONT, as_json=as_json),
            out=folder,
            answer_with=answer_with,
            interactive=is_interactive() and not as_json,
        )


def short(task_id: str) -> str:
    """The end of a task's id, enough for a folder's name. (Ids may begin with the time, so beginnings are alike.)"""
    return "".join(c for c in task_id if c.isalnum())[-8:] or "message"


def _display(agent: str, *, as_json: bool) -> Display:
    if as_json:
        return JsonDisplay(agent)
    if not sys.stderr.isatty():
        return LineDisplay(agent)
    from agentia.cli.client.live import LiveDisplay
    from agentia.cli.console import err
    from agentia.cli.console import out as results

    return LiveDisplay(agent, err(), results())
