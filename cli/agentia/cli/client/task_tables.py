"""Tasks on a terminal."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table
from rich.text import Text

from agentia.cli.client.picture import Artifact, Picture
from agentia.cli.client.update import Update, text_of
from agentia.cli.console import one_line, out
from agentia.cli.mesh.status_table import ago

OTHERS = 70  # characters of the other columns
STYLES = {"COMPLETED": "green", "FAILED": "red", "REJECTED": "red", "CANCELED": "yellow", "INPUT_REQUIRED": "yellow"}
DELIVERY_STYLES = {"delivered": "green", "retrying": "yellow", "dead": "red"}


def show_tasks(tasks: Iterable[dict[str, Any]]) -> None:
    """One line a task, the newest first."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("Task", no_wrap=True)
    table.add_column("State", no_wrap=True)
    table.add_column("Changed", no_wrap=True, justify="right")
    table.add_column("Last words", no_wrap=True)
    for task in tasks:
        update = Update.of("", {"task": task})
        words = Text(_last_words(task, update))
        words.truncate(max(10, out().width - OTHERS), overflow="ellipsis")
        table.add_row(update.task_id, _state(update.state), _changed(task), words)
    out().print(table)


def show_task(task: dict[str, Any]) -> None:
    """One task: what was asked, how it stands, what it made."""
    update = Update.of("", {"task": task})
    picture = Picture()
    picture.apply(update)
    facts = Table.grid(padding=(0, 3))
    facts.add_row(Text("Task", style="dim"), update.task_id)
    facts.add_row(Text("State", style="dim"), _state(update.state))
    facts.add_row(Text("Changed", style="dim"), _changed(task))
    for message in task.get("history", ()):
        who = "Asked" if message.get("role") == "ROLE_USER" else "Said"
        facts.add_row(Text(who, style="dim"), Text(text_of(message)))
    for artifact in picture.artifacts.values():
        facts.add_row(Text("Made", style="dim"), Text(f"{artifact.name}  {_kinds(artifact)}"))
    out().print(facts)
    if update.text:
        from agentia.cli.client.answer import rendered

        out().print()
        out().print(rendered(update.text))


def show_deliveries(found: Iterable[dict[str, Any]]) -> None:
    """One line a webhook, and below them why some were given up."""
    dead: list[Text] = []
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for title in ("Task", "Webhook", "State", "Told"):
        table.add_column(title, no_wrap=True, justify="right" if title == "Told" else "left")
    table.add_column("URL")
    for each in found:
        state = Text(each["state"], style=DELIVERY_STYLES.get(each["state"], "cyan"))
        if "retryInSeconds" in each:
            state.append(f" in {each['retryInSeconds']:.0f} s")
        told = f"{each['event']} of {each['lastEvent']}"
        table.add_row(one_line(each["taskId"]), one_line(each["id"]), state, told, Text(one_line(each["url"])))
        if "reason" in each:
            dead.append(Text(one_line(f"{each['taskId']} {each['id']}: {each['reason']}"), style="dim"))
    out().print(table, *dead, sep="\n")


def _state(state: str) -> Text:
    return Text(state.lower().replace("_", " "), style=STYLES.get(state, "cyan"))


def _changed(task: dict[str, Any]) -> str:
    moment = str(task.get("status", {}).get("timestamp", ""))
    return f"{ago(moment.replace('Z', '+00:00'))} ago" if moment else ""


def _last_words(task: dict[str, Any], update: Update) -> str:
    said = update.text or next((text_of(message) for message in task.get("history", ())), "")
    return one_line(said)


def _kinds(artifact: Artifact) -> str:
    return ", ".join(one_line(str(part.get("mediaType", ""))) for part in artifact.parts[:3] if part.get("mediaType"))
