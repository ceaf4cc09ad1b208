"""`agentia tasks`: what was asked of the mesh, from the shell."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentia.cli.options import DEFAULT_DATA, Agent, AsJson, Data, Token, Url

if TYPE_CHECKING:
    from agentia.cli.client.rpc import A2AClient

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tasks: list, show, follow, cancel, answer, delete.")
push = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Webhooks of tasks: how far they are, trying again."
)
app.add_typer(push, name="push")
Id = Annotated[str, typer.Argument(metavar="ID", help="A task's id, or its beginning or end.")]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="DIR", help="Where artifacts go. Default: out/<task>/.")
]
State = Annotated[str, typer.Option(metavar="STATE", help="Only those in this state, as in `working` or `completed`.")]


@app.command("list")
def list_tasks(
    state: State = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="At most so many.")] = 20,
    agent: Agent = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Your latest tasks."""
    from agentia.cli.client.find_task import latest

    with _client(url, data, agent, token) as client:
        tasks = latest(client, limit, state)
    if as_json:
        typer.echo(json.dumps(tasks, indent=2, ensure_ascii=False))
    elif not tasks:
        typer.echo('No tasks. `agentia ask "…"` makes one.')
    else:
        from agentia.cli.client.task_tables import show_tasks

        show_tasks(tasks)


@app.command()
def show(
    task: Id,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", help="Save its artifacts there.")] = None,
    agent: Agent = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """One task: what was asked, how it stands, what it made."""
    from agentia.cli.client.find_task import full_id
    from agentia.cli.client.keep import save
    from agentia.cli.client.picture import Picture
    from agentia.cli.client.update import Update

    with _client(url, data, agent, token) as client:
        found = client.call("GetTask", {"id": full_id(client, task)})
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        from agentia.cli.client.task_tables import show_task

        show_task(found)
    if out:
        picture = Picture()
        picture.apply(Update.of("", {"task": found}))
        for file in save(picture.artifacts.values(), out):
            typer.echo(f"saved: {file.path}", err=True)


@app.command()
def follow(
    task: Id,
    after: Annotated[int, typer.Option("--from", metavar="N", min=0, help="Only events above number N.")] = 0,
    out: Out = None,
    agent: Agent = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Watch a task from its beginning to its end.

    Also works when it is over. Ctrl-C leaves it running.
    """
    from agentia.cli.client.find_task import full_id
    from agentia.cli.client.opening import open_session

    with _client(url, data, agent, token) as client:
        whole = full_id(client, task)
    with open_session(url=url, data=data, agent=agent, token=token, out=out, as_json=as_json) as session:
        raise typer.Exit(int(session.follow(whole, str(after))))


@app.command()
def cancel(task: Id, agent: Agent = None, data: Data = DEFAULT_DATA, url: Url = None, token: Token = None) -> None:
    """Ask for a task to be canceled, with all that it asked of others."""
    from agentia.cli.client.find_task import full_id
    from agentia.cli.client.update import Update

    with _client(url, data, agent, token) as client:
        found = client.call("CancelTask", {"id": full_id(client, task)})
    update = Update.of("", {"task": found})
    typer.echo(f"{update.task_id} is {update.state.lower().replace('_', ' ')}.")


@app.command()
def answer(
    task: Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Your answer to what the agent asked.")],
    file: Annotated[list[Path] | None, typer.Option("--file", "-f", metavar="F", help="A file to send along.")] = None,
    out: Out = None,
    agent: Agent = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Answer a task that waits for input, and watch it go on.

    Exit codes are those of `agentia ask`.
    """
    from agentia.cli.client.find_task import full_id
    from agentia.cli.client.message import user_message
    from agentia.cli.client.opening import open_session

    with _client(url, data, agent, token) as client:
        message = user_message(text, file or [], task_id=full_id(client, task))
    with open_session(url=url, data=data, agent=agent, token=token, out=out, as_json=as_json) as session:
        raise typer.Exit(int(session.ask(message)))


@app.command()
def delete(
    task: Annotated[str | None, typer.Argument(metavar="ID", help="A task that is over: its id, or a piece.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is yours, at every agent of the mesh.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether you are sure.")] = False,
    agent: Agent = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Delete a task that is over, with all that belongs to it; or with --all everything of yours, running tasks too.

    What is gone cannot be brought back.
    """
    from agentia.cli.errors import UsageProblem

    if everything == (task is not None):
        raise UsageProblem("Say what shall be deleted: the id of one task, or --all.", fix="`agentia tasks list`")
    if everything:
        _delete_all(url, data, agent, token, yes=yes, as_json=as_json)
        return
    from agentia.cli.client.find_task import full_id

    with _client(url, data, agent, token) as client:
        whole = full_id(client, task or "")
        _sure(f"Delete the task {whole}?", yes=yes)
        gone = client.call("DeleteTask", {"id": whole})
    if as_json:
        typer.echo(json.dumps(gone))
    else:
        typer.echo(f"{whole} is deleted." if gone["tasks"] else f"There is no task {whole}.")


def _delete_all(url: str | None, data: Path, agent: str | None, token: str | None, *, yes: bool, as_json: bool) -> None:
    from agentia.cli.client.deleting import delete_everywhere
    from agentia.cli.client.directory import Directory
    from agentia.cli.client.target import gateway_url

    directory = Directory.of(url, data, token)
    agents = directory.agents() if agent is None else iter([directory.agent(agent)])
    _sure(f"Delete all your tasks at {agent or 'every agent of the mesh'}? What runs is canceled.", yes=yes)
    reports = delete_everywhere(gateway_url(url, data), agents, token)
    if as_json:
        typer.echo(json.dumps([vars(report) for report in reports], indent=2, ensure_ascii=False))
    else:
        for report in reports:
            typer.echo(report.sentence, err=bool(report.problem))
    if any(report.problem for report in reports):
        raise typer.Exit(1)


def _sure(question: str, *, yes: bool) -> None:
    """Ask, unless `yes`. Raises UsageProblem when nobody is there to answer, and Abort."""
    from agentia.cli.client.session import is_interactive
    from agentia.cli.errors import UsageProblem

    if yes:
        return
    if not is_interactive():
        raise UsageProblem("Nobody is here to say whether that is meant.", fix="Add --yes.")
    typer.confirm(question, abort=True)


@push.command("list")
def list_push(
    task: Annotated[str, typer.Argument(metavar="ID", help="Only those of this task.")] = "",
    dead: Annotated[bool, typer.Option("--dead", help="Only those that were given up.")] = False,
    agent: Agent = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """What was told to the webhooks of your tasks, and what they did not take."""
    from agentia.cli.client.deliveries import deliveries
    from agentia.cli.client.find_task import full_id

    with _client(url, data, agent, token) as client:
        whole = full_id(client, task) if task else ""
        found = [each for each in deliveries(client, whole) if not dead or each["state"] == "dead"]
    _show_deliveries(found, as_json=as_json)


@push.command("retry")
def retry_push(
    task: Id,
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="Only this webhook of the task.")] = "",
    agent: Agent = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Go on now with webhooks that were given up or wait, from the event they did not take."""
    from agentia.cli.client.find_task import full_id

    with _client(url, data, agent, token) as client:
        params = {"taskId": full_id(client, task), **({"id": config} if config else {})}
        found = client.call("RetryPushDelivery", params)["deliveries"]
    _show_deliveries(found, as_json=as_json)


def _show_deliveries(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif not found:
        typer.echo("No webhooks.")
    else:
        from agentia.cli.client.task_tables import show_deliveries

        show_deliveries(found)


@contextmanager
def _client(url: str | None, data: Path, agent: str | None, token: str | None) -> "Iterator[A2AClient]":
    from agentia.cli.client.rpc import A2AClient
    from agentia.cli.client.target import endpoint, gateway_url

    with A2AClient(endpoint(gateway_url(url, data), agent), token) as client:
        yield client
