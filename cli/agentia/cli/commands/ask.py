"""`agentia ask`: a task for the mesh, from the shell."""

from pathlib import Path
from typing import Annotated

import typer

from agentia.cli.options import DEFAULT_DATA, Agent, Data, Token, Url

app = typer.Typer(add_completion=False)

EXIT_CODES = (
    "Exit codes: 0 completed, 1 failed, 2 usage, 3 mesh not reachable, 4 rejected, 5 canceled, 6 input required."
)


@app.command(epilog=EXIT_CODES)
def ask(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What you want done, in your words.")],
    file: Annotated[
        list[Path] | None, typer.Option("--file", "-f", metavar="F", help="A file to send along; repeatable.")
    ] = None,
    agent: Agent = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Where artifacts go. Default: out/<task>/.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the raw events as JSON lines; saves only with --out.")
    ] = False,
    message_id: Annotated[
        str, typer.Option("--message-id", metavar="ID", help="Send it as this message: twice is once.")
    ] = "",
    token: Token = None,
    url: Url = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Send a task, watch it, and get its answer and artifacts.

    The answer goes to stdout, progress to stderr. Ctrl-C asks to cancel the task. When the agent asks back you can
    answer at once, or later with `agentia tasks answer`.
    """
    from agentia.cli.client.message import user_message
    from agentia.cli.client.opening import open_session

    message = user_message(text, file or [], id=message_id)
    with open_session(url=url, data=data, agent=agent, token=token, out=out, as_json=as_json) as session:
        raise typer.Exit(int(session.ask(message)))
