"""Reading the log files of a mesh: their last lines, and what is added to them."""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agentia.cli.console import clean
from agentia.cli.errors import UsageProblem

POLL = 0.2
BLOCK = 65_536
NAMED = re.compile(r"^(\d\d:\d\d:\d\d\.\d{3} \w+ +)[\w.-]+ +")


@dataclass
class LogFile:
    """A log, what to write before each of its lines, and how far it has been read."""

    path: Path
    label: str
    inode: int = 0
    position: int = 0
    rest: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        known = self.path.stat()
        self.inode, self.position = known.st_ino, known.st_size

    def new_lines(self) -> Iterator[str]:
        """What was added since the last call; a log that was rotated is read on from the start of the new one."""
        try:
            known = self.path.stat()
        except FileNotFoundError:
            return
        if known.st_ino != self.inode or known.st_size < self.position:
            self.inode, self.position, self.rest = known.st_ino, 0, b""
        if known.st_size == self.position:
            return
        with self.path.open("rb") as file:
            file.seek(self.position)
            added = file.read()
        self.position += len(added)
        *lines, self.rest = (self.rest + added).split(b"\n")
        for line in lines:
            yield self.shown(clean(line.decode("utf-8", "replace")))

    def shown(self, line: str) -> str:
        """The line behind its label, its service not named a second time."""
        return self.label + NAMED.sub(r"\1", line) if self.label else line


def log_files(data: Path, name: str = "") -> list[LogFile]:
    """The log of one service, or those of all. Raises UsageProblem, naming those there are."""
    folder = data / "logs"
    found = sorted(folder.glob("*.log")) if folder.is_dir() else []
    if not found:
        raise UsageProblem(
            f"There are no logs in {folder}.", fix="`agentia up` starts a mesh; --data names its folder."
        )
    if name:
        chosen = [path for path in found if path.stem == name]
        if not chosen:
            raise UsageProblem(
                f"No service here is called {name!r}.", fix=f"There are: {', '.join(p.stem for p in found)}."
            )
        return [LogFile(chosen[0], "")]
    width = max(len(path.stem) for path in found)
    return [LogFile(path, f"{path.stem:<{width}} │ ") for path in found]


def last_lines(path: Path, count: int) -> list[str]:
    """The last lines of a file, read from its end."""
    if count == 0:
        return []
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        text = b""
        while end and text.count(b"\n") <= count:
            start = max(0, end - BLOCK)
            file.seek(start)
            text, end = file.read(end - start) + text, start
    return [clean(line.decode("utf-8", "replace")) for line in text.splitlines()[-count:]]


def follow_files(files: list[LogFile], data: Path, name: str) -> Iterator[str]:
    """New lines of the files as they come, and of services that start meanwhile. Ends only with Ctrl-C."""
    known = {file.path for file in files}
    while True:
        for file in files:
            yield from file.new_lines()
        if not name:
            for file in log_files(data):
                if file.path not in known:
                    known.add(file.path)
                    file.position = 0
                    files.append(file)
        time.sleep(POLL)
