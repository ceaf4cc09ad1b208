"""The commands of README.md, run in order in one shell beside a mesh of their own."""

import re
import shlex
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PORTS = {8000: 0, 8010: 10, 8011: 11}
"""The ports that the README names, as offsets from the gateway's."""
END = "__end_of_command__"


@dataclass(frozen=True)
class Command:
    """A command as the README shows it, with what it says that the command prints."""

    text: str
    prints: tuple[str, ...]
    serves: bool

    def at(self, path: str) -> "Command":
        """The same command, asked of another agent than the one at the gateway's root."""
        text = self.text.replace("http://127.0.0.1:8000/ ", f"http://127.0.0.1:{path} ")
        return replace(self, text=text.replace('"curl-', f'"{path}-'), prints=())  # messages of their own

    @property
    def is_call(self) -> bool:
        """Whether it is a JSON-RPC request to the gateway's root."""
        return "http://127.0.0.1:8000/ " in self.text and '"method"' in self.text


@pytest.fixture
def commands() -> list[Command]:
    """All ```bash blocks, in order."""
    found = []
    for block, notes in re.findall(r"```bash\n(.*?)\n```\n((?:<!--.*?-->\n)*)", README, re.DOTALL):
        found.append(Command(block, tuple(re.findall(r"<!-- prints: (.*?) -->", notes)), "<!-- serves -->" in notes))
    return found


class Shell:
    """One bash with a folder, in which variables and files stay from command to command."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder, port
        self._bash = subprocess.Popen(
            ["bash"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, command: Command) -> tuple[int, str]:
        """The exit code and the output of a command of the README, moved to this mesh's ports and folder."""
        text = self._moved(command.text)
        if command.serves:
            return 0, self._serve(text)
        return self._say(text)

    def close(self) -> None:
        """End what was started in the background, and the shell."""
        self._say("kill $(jobs -p) 2>/dev/null; wait")
        with self._bash:  # closes the pipes and waits
            pass

    def _moved(self, text: str) -> str:
        for named, offset in PORTS.items():
            text = text.replace(f"127.0.0.1:{named}", f"127.0.0.1:{self._port + offset}")
        if text == "make up":
            arguments = f"--detach --data {self._folder / '.agentia'} --port {self._port}"
            return f"make -s -C {shlex.quote(str(ROOT))} up ARGS='{arguments}'"
        return f"make -n -C {shlex.quote(str(ROOT))} test" if text == "make test" else text

    def _serve(self, text: str) -> str:
        """Start a server and wait until the registry knows it."""
        log = self._folder / "served.log"
        self._say(f"{text.removesuffix('&')} >{log} 2>&1 &")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if (url := re.search(r"serves on (http://[\d.]+:\d+)", log.read_text() if log.exists() else "")) and _ready(
                url[1]
            ):
                return log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"not ready after 30 s:\n{log.read_text()}")

    def _say(self, text: str) -> tuple[int, str]:
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(f'{text}\necho "\n{END} $?"\n')
        self._bash.stdin.flush()
        lines: list[str] = []
        for line in self._bash.stdout:
            if line.startswith(END):
                return int(line.split()[1]), "".join(lines)
            lines.append(line)
        raise AssertionError("the shell has ended:\n" + "".join(lines))


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz") as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


def _free_port() -> int:
    """A port for a gateway, with those above it free for the other services."""
    for port in range(21000, 29000, 40):
        try:
            for number in (port, port + 1, *range(port + 10, port + 24)):
                socket.create_server(("127.0.0.1", number)).close()
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell in an empty folder that has what the README's commands name: .venv, examples, and its Python files."""
    folder = tmp_path_factory.mktemp("newcomer")
    for name in (".venv", "examples"):
        (folder / name).symlink_to(ROOT / name)
    for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", README, re.DOTALL):
        (folder / name).write_text(code, encoding="utf-8")
    shell = Shell(folder, _free_port())
    yield shell
    shell.close()
    subprocess.run([ROOT / ".venv/bin/agentia", "down", "--data", folder / ".agentia"], check=False)
