"""A task on a terminal: who works on what, as a small tree that moves; then the answer, its tables and its files."""

import time
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from agentia.cli.client.answer import rendered, table_of
from agentia.cli.client.keep import Saved
from agentia.cli.client.picture import Picture
from agentia.cli.client.update import INTERRUPTED, TERMINAL, Update
from agentia.cli.console import one_line

MARKS = {"COMPLETED": ("✓", "green"), "FAILED": ("✗", "red"), "REJECTED": ("✗", "red"), "CANCELED": ("○", "yellow")}
MOST_TABLES = 3


@dataclass
class Worker:
    """An agent at work on the task, as far as it told."""

    name: str
    state: str = "SUBMITTED"
    says: str = ""
    begun: float = field(default_factory=time.monotonic)
    took: float | None = 0.0

    def tell(self, state: str, text: str) -> None:
        self.says = one_line(text) or self.says
        self.state = state or self.state
        if self.state in TERMINAL and not self.took:
            self.took = time.monotonic() - self.begun

    @property
    def seconds(self) -> str:
        """How long it has worked, or did."""
        return "" if self.took is None else f"{self.took or time.monotonic() - self.begun:.1f} s"

    def settle(self, state: str) -> None:
        """The whole is over. How long this agent worked is not known when its own end was not told."""
        if self.state not in TERMINAL:
            self.state, self.took = state, None


class LiveDisplay:
    """Progress is drawn on `err`, the answer goes to `out`; both are terminals, or only the first."""

    def __init__(self, agent: str, err: Console, out: Console) -> None:
        self._err, self._out = err, out
        self._root = Worker(agent)
        self._peers: dict[tuple[str, str], Worker] = {}
        self._artifacts: list[str] = []
        self._shown, self._heard = 0, False
        self._spinner = Spinner("dots", style="cyan")
        self._live: Live | None = None
        self._begin()

    def update(self, update: Update, picture: Picture) -> None:
        self._heard = True
        if update.peer:
            key = (update.peer.agent, update.peer.task)
            worker = self._peers.setdefault(key, Worker(update.peer.agent))
            worker.tell(update.peer.state, update.progress)
        elif update.ends:
            state = update.state or "COMPLETED"
            self._root.tell(state, "done" if state == "COMPLETED" else state.lower())
            for worker in self._peers.values():
                worker.settle(state)
        else:
            self._root.tell(update.state, "asks" if update.state in INTERRUPTED else update.text)
        self._artifacts = [artifact.name for artifact in picture.artifacts.values()]

    def notice(self, text: str) -> None:
        self._err.print(Text(text, style="yellow"))

    def ask(self, question: str) -> str:
        self._freeze()
        self._err.print(Text.assemble(("\n? ", "bold cyan"), (question or "The agent asks for more.", "bold")))
        try:
            answer = self._err.input("[cyan]›[/] ")
        except (KeyboardInterrupt, EOFError):
            self._err.print()
            raise
        self._peers.clear()
        self._shown = len(self._artifacts)
        self._root.tell("WORKING", "going on")
        self._begin()
        return answer

    def finish(self, picture: Picture, saved: list[Saved], links: list[str]) -> None:
        self._freeze()
        if picture.state == "COMPLETED" and picture.text:
            self._err.print()
            self._out.print(rendered(picture.text) if self._out.is_terminal else Text(picture.text))
        previews = [preview for file in saved if (preview := table_of(file))]
        for name, table in previews[:MOST_TABLES]:
            self._err.print(Text(f"\n{name}", style="dim"))
            self._err.print(table)
        if saved or links:
            self._err.print()
            self._err.print(_listing(saved, links))

    def close(self) -> None:
        self._freeze()

    def _begin(self) -> None:
        self._live = Live(get_renderable=self._tree, console=self._err, refresh_per_second=12)
        self._live.start()

    def _freeze(self) -> None:
        if self._live:
            self._live.transient = not self._heard  # a tree of which nothing was heard is wiped away
            self._live.refresh()
            self._live.stop()
            self._live = None

    def _tree(self) -> RenderableType:
        grid = Table.grid(padding=(0, 2, 0, 0))
        for justify in ("left", "left", "right", "left"):
            grid.add_column(no_wrap=True, justify=justify)
        self._row(grid, self._root, "")
        for worker in self._peers.values():
            self._row(grid, worker, "  ")
        made = ", ".join(self._artifacts[self._shown :])
        return Group(grid, Text(f"  made {made}", style="dim", no_wrap=True, overflow="ellipsis")) if made else grid

    def _row(self, grid: Table, worker: Worker, indent: str) -> None:
        says = Text(worker.says, style="dim" if worker.state in TERMINAL else "")
        names = max(len(each.name) for each in (self._root, *self._peers.values())) + 2
        says.truncate(max(10, self._err.width - names - 16), overflow="ellipsis")
        name = Text(f"{indent}{worker.name}", style="bold")
        grid.add_row(_mark(worker, self._spinner), name, Text(worker.seconds, style="dim"), says)


def _mark(worker: Worker, spinner: Spinner) -> RenderableType:
    if worker.state in INTERRUPTED:
        return Text("?", style="yellow")
    if worker.state in MARKS:
        mark, style = MARKS[worker.state]
        return Text(mark, style=style)
    return spinner


def _listing(saved: list[Saved], links: list[str]) -> Table:
    table = Table.grid(padding=(0, 2))
    for place, file in enumerate(saved):
        table.add_row("[dim]Saved[/]" if place == 0 else "", escape(str(file.path)), f"[dim]{_size(file.size)}[/]")
    for place, url in enumerate(links):
        table.add_row("[dim]Links[/]" if place == 0 else "", escape(url), "")
    return table


def _size(size: int) -> str:
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"
