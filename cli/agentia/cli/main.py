"""The entry point of `agentia`, and the one place where an error becomes a sentence and an exit code."""

import os
import sys
from collections.abc import Mapping
from typing import Annotated, ClassVar, NoReturn

import typer

from agentia.cli.errors import CliError, ExitCode
from agentia.cli.lazy import LazyGroup
from agentia.cli.slim import without_httpx_program
from agentia.core.errors import AgentiaError

COMMANDS = (
    "up", "down", "status", "logs", "ask", "tasks", "cards", "serve", "new", "migrate", "rotate", "doctor", "version",
    "service",
)  # fmt: skip


class Commands(LazyGroup):
    """Every command of `agentia`, in the order of the help."""

    modules: ClassVar[Mapping[str, str]] = {name: f"agentia.cli.commands.{name}" for name in COMMANDS}
    unlisted: ClassVar[frozenset[str]] = frozenset({"service"})


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from agentia.cli.commands.version import version

        version()
        raise typer.Exit


@app.callback()
def agentia(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version, help="Show it.")] = False,
) -> None:
    """A mesh of A2A agents that find each other.

    Start it with `agentia up`, then give it work: `agentia ask "What is 15 % of 2,480?"`
    """


def main() -> None:
    """Run the command; exit with its code."""
    without_httpx_program()
    try:
        app(prog_name="agentia")
    except AgentiaError as exc:
        _end(exc, exc.message, exc.fix, exc.exit_code if isinstance(exc, CliError) else ExitCode.FAILED)
    except OSError as exc:
        named = f" ({exc.filename})" if exc.filename else ""
        message = f"The system refused: {exc.strerror or exc}{named}."
        _end(exc, message, "`agentia doctor` checks this set-up.", ExitCode.FAILED)
    except Exception as exc:  # noqa: BLE001 - the one edge: whatever is left becomes a sentence
        fix = "AGENTIA_DEBUG=1 shows where; please report it with that output."
        _end(exc, f"Something unforeseen went wrong: {type(exc).__name__}: {exc}", fix, ExitCode.FAILED)


def _end(error: BaseException, message: str, fix: str, code: ExitCode) -> NoReturn:
    if os.environ.get("AGENTIA_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    from agentia.cli.console import clean

    sys.stderr.write(clean(f"agentia: {message}\n"))
    if fix:
        sys.stderr.write(clean(f"         {fix}\n"))
    sys.exit(int(code))
