"""The first files of an agent: they run as they are written, and nothing of an author's is overwritten."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentia.cli.authoring.first import write_first
from agentia.cli.errors import UsageProblem

Run = Callable[..., Any]


def test_new_writes_an_agent_whose_test_passes(agentia: Run, tmp_path: Path) -> None:
    done = agentia("new", "house-prices")
    assert done.returncode == 0
    assert "agentia serve house_prices.py:house_prices" in (tmp_path / "README.md").read_text()
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:asyncio"]
    subprocess.run([sys.executable, "-m", "pytest", *options], cwd=tmp_path, check=True, capture_output=True)


def test_new_with_sdk_writes_an_agent_on_a_model_whose_test_passes_without_a_key(
    agentia: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run here, where the Agents SDK is imported already; pytest itself does the same with the other one."""
    assert agentia("new", "letter-counter", "--sdk").returncode == 0
    monkeypatch.syspath_prepend(str(tmp_path))
    spec = importlib.util.spec_from_file_location("written", tmp_path / "test_letter_counter.py")
    assert spec is not None
    assert spec.loader is not None
    written = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(written)
    tests = [each for name, each in vars(written).items() if name.startswith("test_")]
    assert len(tests) == 3
    for test in tests:
        test()


def test_its_card_is_written_and_shown_and_has_no_errors(agentia: Run, tmp_path: Path) -> None:
    agentia("new", "fx")
    written = (tmp_path / "fx.card.json").read_text()
    assert json.loads(written)["skills"][0]["id"] == "louder"
    assert agentia("cards", "show", "fx.py:fx", "--json").stdout == written
    assert "Says a text louder" in agentia("cards", "show", "fx.py:fx").stdout
    for what in ("fx.card.json", "fx.py:fx"):
        linted = agentia("cards", "lint", what, "--json")
        assert linted.returncode == 0
        assert {finding["level"] for finding in json.loads(linted.stdout)} == {"hint"}


@pytest.mark.parametrize("there", ["fx.py", "test_fx.py", "fx.card.json"])
def test_new_overwrites_nothing(agentia: Run, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    done = agentia("new", "fx")
    assert done.returncode == 2
    assert "nothing is overwritten" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [there]


@pytest.mark.parametrize("name", ["Fx", "class", "../fx", "", "a b"])
def test_new_refuses_what_is_no_name(agentia: Run, name: str, tmp_path: Path) -> None:
    assert agentia("new", name).returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["agents", "json", "a2a"])
def test_new_refuses_a_name_that_would_hide_a_module(agentia: Run, name: str, tmp_path: Path) -> None:
    done = agentia("new", name)
    assert done.returncode == 2
    assert f"{name!r} is the name of a Python module already" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which even root may not write")
def test_new_says_where_it_may_not_write() -> None:
    with pytest.raises(UsageProblem, match=r"^/proc/rates\.py cannot be written: ") as refused:
        write_first("rates", Path("/proc"))
    assert refused.value.fix == "Go to a folder in which you may write."


def test_new_leaves_nothing_behind_when_it_fails_in_the_middle(tmp_path: Path) -> None:
    (tmp_path / "prices.card.json").symlink_to(tmp_path / "nowhere" / "prices.card.json")
    with pytest.raises(UsageProblem, match=r"prices\.card\.json cannot be written"):
        write_first("prices", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["prices.card.json"]
