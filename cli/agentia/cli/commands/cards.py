"""`agentia cards`: the registry, and Agent Cards, from the shell."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from agentia.cli.options import DEFAULT_DATA, AsJson, Data, Token, Url

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Agent Cards: list, search, check, register.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="An agent's name, as `cards list` shows it.")]


@app.command("list")
def list_cards(data: Data = DEFAULT_DATA, url: Url = None, token: Token = None, as_json: AsJson = False) -> None:
    """Every registered agent."""
    from agentia.cli.client.directory import Directory

    agents = list(Directory.of(url, data, token).agents())
    if as_json:
        _print(agents)
        return
    from agentia.cli.client.card_tables import show_list

    show_list(agents)


@app.command()
def search(
    need: Annotated[str, typer.Argument(metavar="NEED", help="What you need done, in your words.")],
    limit: Annotated[int, typer.Option(min=1, max=50, help="At most so many.")] = 5,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Find agents by what they can do, best first, each with the reason."""
    from agentia.cli.client.directory import Directory

    matches = Directory.of(url, data, token).discover(need, limit)
    if as_json:
        _print(matches)
    elif not matches:
        typer.echo("No agent fits. `agentia cards list` shows all of them.")
    else:
        from agentia.cli.client.card_tables import show_matches

        show_matches(matches)


@app.command()
def show(name: Name, data: Data = DEFAULT_DATA, url: Url = None, token: Token = None, as_json: AsJson = False) -> None:
    """One agent's card; with --json as the agent serves it.

    Of an agent of your own, FILE:NAME as in fx.py:fx, it is shown without being served.
    """
    from agentia.cli.client.directory import Directory
    from agentia.cli.client.linting import written

    if ":" in name:
        agent: dict[str, Any] = {"id": name, "card": written(name), "status": "not served"}
    else:
        agent = Directory.of(url, data, token).agent(name)
    if as_json:
        _print(agent["card"])
        return
    from agentia.cli.client.card_tables import show_one

    show_one(agent)


@app.command()
def lint(
    what: Annotated[
        str, typer.Argument(metavar="FILE|URL|NAME", help="A file, an agent's address or name, or FILE:NAME of yours.")
    ],
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a card, and how to mend it.

    Exit code 1 when there are errors.
    """
    from dataclasses import asdict

    from agentia.cards.lint import lint as findings_of
    from agentia.cli.client.card_tables import show_findings
    from agentia.cli.client.directory import Directory
    from agentia.cli.client.linting import card_of

    card, fetched_from = card_of(what, Directory.of(url, data, token))
    findings = findings_of(card, fetched_from=fetched_from)
    if as_json:
        _print([asdict(found) for found in findings])
    else:
        show_findings(findings)
        typer.echo(_summary([found.level for found in findings]))
    if any(found.level == "error" for found in findings):
        raise typer.Exit(1)


@app.command()
def register(
    address: Annotated[str, typer.Argument(metavar="URL", help="Where the agent answers; its card is fetched there.")],
    data: Data = DEFAULT_DATA,
    url: Url = None,
) -> None:
    """Register an agent by its URL, with the join token of --data."""
    from agentia.cli.client.directory import Directory

    agent = Directory.of(url, data, None).register(address)
    typer.echo(f"Registered {agent['id']} ({agent['url']}).")


@app.command()
def refresh(name: Name, data: Data = DEFAULT_DATA, url: Url = None) -> None:
    """Have the registry fetch an agent's card again."""
    from agentia.cli.client.directory import Directory

    agent = Directory.of(url, data, None).refresh(name)
    typer.echo(f"Refreshed {agent['id']}: version {agent.get('version', '')}, {agent['status']}.")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the cards go, NAME.json each.")],
    data: Data = DEFAULT_DATA,
    url: Url = None,
    token: Token = None,
) -> None:
    """Write every registered card to a folder; those of an earlier export are replaced."""
    from agentia.cli.client.directory import Directory
    from agentia.cli.client.keep import safe_name

    folder.mkdir(parents=True, exist_ok=True)
    for agent in Directory.of(url, data, token).agents():
        file = folder / safe_name(f"{agent['id']}.json")
        file.write_text(json.dumps(agent["card"], indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        typer.echo(f"wrote {file}")


def _summary(levels: list[str]) -> str:
    if not levels:
        return "Nothing to say: the card is fine."
    counts = [(levels.count(level), level) for level in ("error", "warning", "hint")]
    return ", ".join(f"{count} {level}{'s' if count > 1 else ''}" for count, level in counts if count)


def _print(found: list[Any] | Mapping[str, Any]) -> None:
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
