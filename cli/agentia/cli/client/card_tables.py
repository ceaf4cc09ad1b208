"""Agents and their cards on a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from agentia.cli.console import one_line, out

MARKS = {"healthy": ("●", "green"), "unreachable": ("○", "red")}
EXAMPLES = 3
LEVELS = {"error": "red", "warning": "yellow", "hint": "cyan"}


def show_list(agents: Iterable[Mapping[str, Any]]) -> None:
    """One line an agent."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for title in ("Agent", "State", "Version", "Replicas", "Skills"):
        table.add_column(title, no_wrap=title != "Skills", justify="right" if title == "Replicas" else "left")
    for agent in agents:
        skills = ", ".join(one_line(str(skill.get("id", ""))) for skill in agent["card"].get("skills", ()))
        table.add_row(
            Text(one_line(agent["id"]), style="bold"),
            _status(agent["status"]),
            Text(one_line(str(agent.get("version", "")))),
            str(len(agent.get("instances", ()))),
            Text(skills),
        )
    out().print(table)


def show_matches(matches: Iterable[Mapping[str, Any]]) -> None:
    """Who fits, how well, and why."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for title in ("Score", "Agent", "Skills", "Why"):
        table.add_column(title, no_wrap=title in ("Score", "Agent"))
    for match in matches:
        skills = ", ".join(one_line(str(skill)) for skill in match.get("skills", ()))
        name = Text(one_line(match["agent"]["id"]), style="bold")
        table.add_row(f"{match['score']:.2f}", name, Text(skills), Text(one_line(str(match.get("why", "")))))
    out().print(table)


def show_one(agent: Mapping[str, Any]) -> None:
    """A card as a person wants to read it."""
    card = agent["card"]
    console = out()
    console.print(
        Text.assemble((one_line(agent["id"]), "bold"), f"  {one_line(str(card.get('version', '')))}  "), end=""
    )
    console.print(_status(agent["status"]))
    console.print(Text(one_line(str(card.get("description", "")))))
    facts = Table.grid(padding=(0, 3))
    for title, value in _facts(agent):
        facts.add_row(Text(title, style="dim"), Text(one_line(value)))
    console.print("", facts)
    for skill in card.get("skills", ()):
        console.print(_skill(skill))


def show_findings(findings: Iterable[Any]) -> None:
    """Each finding in two lines: what is wrong, and what to do."""
    for found in findings:
        style = LEVELS.get(found.level, "")
        out().print(Text.assemble((f"{found.level:<8}", style), (f"{found.field} ", "bold"), f"{found.reason}."))
        out().print(Text(f"        {found.fix}", style="dim"))


def _facts(agent: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    card = agent["card"]
    yield "URL", str(agent.get("url", ""))
    for interface in card.get("supportedInterfaces", ()):
        yield (
            "Speaks",
            f"{interface.get('protocolBinding', '')} {interface.get('protocolVersion', '')}  {interface.get('url')}",
        )
    yield "Takes", ", ".join(card.get("defaultInputModes", ()))
    yield "Gives", ", ".join(card.get("defaultOutputModes", ()))
    yield "Signed", "yes" if card.get("signatures") else "no"
    yield "Seen", ", ".join(f"{each['url']} at {each['seen']}" for each in agent.get("instances", ()))


def _skill(skill: Mapping[str, Any]) -> Text:
    text = Text.assemble(
        "\n", (one_line(str(skill.get("id", ""))), "bold cyan"), "  ", one_line(str(skill.get("description", "")))
    )
    examples = list(skill.get("examples", ()))
    for example in examples[:EXAMPLES]:
        text.append(f"\n  “{one_line(str(example))}”", style="dim")
    if len(examples) > EXAMPLES:
        text.append(f"\n  … and {len(examples) - EXAMPLES} more with --json", style="dim")
    return text


def _status(status: str) -> Text:
    mark, style = MARKS.get(status, ("?", "yellow"))
    return Text.assemble((f"{mark} ", style), one_line(status))
