"""Serving an author's specialist: found, refused with the author's own line, and joined to a mesh."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
SPECIALIST = """
from agentia.agents import Skill, TaskRun, specialist

@specialist(name="shouter", description="Says a text louder.", skills=[Skill("louder", "Say a text louder")])
async def shouter(task: TaskRun) -> str:
    return task.text.upper()

def plain() -> None: ...
"""


@pytest.fixture
def author(tmp_path: Path) -> Path:
    (tmp_path / "shout.py").write_text(SPECIALIST)
    return tmp_path


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nowhere.py:x", "There is no file nowhere.py."),
        ("shout.py:shouted", "Did you mean shouter?"),
        ("shout.py:plain", "plain in shout.py is a plain function, not a specialist."),
        ("no.such.module:x", "There is no module no.such.module."),
    ],
)
def test_a_wrong_target_is_refused_with_a_hint(agentia: Run, author: Path, target: str, said: str) -> None:
    done = agentia("serve", target)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os\nimport not_there\n", "broken.py, line 2: ModuleNotFoundError: No module named 'not_there'"),
        ("def f(:\n    pass\n", "broken.py, line 1: SyntaxError"),
        ("x = 1\n\ny = x / 0\n", "broken.py, line 3: ZeroDivisionError: division by zero"),
        (SPECIALIST.replace('[Skill("louder", "Say a text louder")]', "[]"), "broken.py, line 4:"),
    ],
)
def test_an_error_in_the_authors_file_names_its_line(agentia: Run, author: Path, source: str, said: str) -> None:
    (author / "broken.py").write_text(source)
    done = agentia("serve", "broken.py:x")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_agent_serves_alone_where_no_mesh_runs(started: Run, agentia: Run, author: Path, free_ports: Any) -> None:
    port = str(free_ports(1)[0])
    program = started("serve", "shout.py", "--port", port)
    assert "No mesh runs on .agentia" in program.line_with("shouter serves on")
    program.line_with("service ready")
    done = agentia("ask", "hello", "--url", f"http://127.0.0.1:{port}")
    assert (done.returncode, done.stdout) == (0, "HELLO\n")
