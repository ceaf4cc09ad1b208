"""Serving an author's specialist: found, refused with the author's own line, and joined to a mesh."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agentia.core.database import connect

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
        ("import os\nimport not_there\n", "broken.py:2: ModuleNotFoundError: No module named 'not_there'"),
        ("def f(:\n    pass\n", "broken.py:1: SyntaxError"),
        ("x = 1\n\ny = x / 0\n", "broken.py:3: ZeroDivisionError: division by zero"),
        ("import sys\n\nsys.exit('no licence')\n", "broken.py:3: SystemExit: no licence"),
        ("from shout import nothing_there\n", "broken.py:1: ImportError: cannot import name 'nothing_there'"),
        (SPECIALIST.replace("task: TaskRun", "text: str"), "broken.py:4: The answer of the specialist 'shouter' takes"),
        (SPECIALIST.replace('[Skill("louder", "Say a text louder")]', "[]"), "broken.py:4:"),
    ],
)
def test_an_error_in_the_authors_file_names_its_line(agentia: Run, author: Path, source: str, said: str) -> None:
    (author / "broken.py").write_text(source)
    done = agentia("serve", "broken.py:x")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_in_the_authors_lifespan_names_its_line(started: Run, author: Path) -> None:
    lifespan = """
from contextlib import asynccontextmanager

@asynccontextmanager
async def opened():
    raise ValueError("no licence")
    yield
"""
    served = SPECIALIST.replace("@specialist(", "@specialist(lifespan=opened, ")
    (author / "broken.py").write_text(lifespan + served)
    program = started("serve", "broken.py")
    assert program.end() == 2
    assert "broken.py:6: ValueError: no licence" in "\n".join(program.said)
    assert "Traceback" not in "\n".join(program.said)


def test_an_agent_serves_alone_where_no_mesh_runs(started: Run, agentia: Run, author: Path, free_ports: Any) -> None:
    port = str(free_ports(1)[0])
    program = started("serve", "shout.py", "--port", port)
    assert "No mesh runs on .agentia" in program.line_with("shouter serves on")
    program.line_with("service ready")
    done = agentia("ask", "hello", "--url", f"http://127.0.0.1:{port}")
    assert (done.returncode, done.stdout) == (0, "HELLO\n")


def test_an_agent_that_cannot_start_says_why_and_leaves_its_file_alone(started: Run, author: Path) -> None:
    """Three at once: a lease that is too short, a file that is no database, and one that an older version left."""
    broken, old = (author / name / "db" / "shouter.sqlite" for name in ("broken", "old"))
    for path in (broken, old):
        path.parent.mkdir(parents=True)
    broken.write_bytes(b"hello, I am no database" * 500)
    with closing(connect(old)) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        database.execute("INSERT INTO alembic_version VALUES ('0001')")
    before = [path.read_bytes() for path in (broken, old)]
    programs = {
        "AGENTIA_LEASE_SECONDS must be between 1 and 3600 seconds": started(
            "serve", "shout.py", AGENTIA_LEASE_SECONDS="0.5"
        ),
        "move the file away": started("serve", "shout.py", "--data", "broken"),
        "Run `agentia migrate`": started("serve", "shout.py", "--data", "old", AGENTIA_MIGRATE="check"),
    }
    for words, program in programs.items():
        assert program.end() not in (0, -6, -11)
        said = " ".join(" ".join(program.said).split())
        assert words in said
        assert "Traceback" not in said
    assert [path.read_bytes() for path in (broken, old)] == before
