"""Small parts of the command: the plan of a mesh, backoff, logs, events of a stream, safe file names."""

from pathlib import Path
from typing import Any

import pytest

from agentia.cli.client.keep import safe_name
from agentia.cli.client.sse import Frame, frames
from agentia.cli.console import clean
from agentia.cli.errors import UsageProblem
from agentia.cli.mesh.child import rotate
from agentia.cli.mesh.endings import delay, last_words, reason
from agentia.cli.mesh.folder import DataFolderUnusable, join_token, prepare
from agentia.cli.mesh.plan import plan


def ports(services: Any) -> dict[str, int]:
    return {service.name: service.port for service in services}


def test_the_registry_is_next_to_the_gateway_and_agents_ten_above() -> None:
    expected = {"registry": 9001, "analyst": 9010, "quant": 9011, "concierge": 9012, "librarian": 9013}
    assert ports(plan(9000)) == {**expected, "gateway": 9000}


def test_only_chooses_agents_and_each_keeps_its_port() -> None:
    assert ports(plan(9000, ["quant"])) == {"registry": 9001, "quant": 9011, "gateway": 9000}


def test_replicas_of_an_agent_have_names_and_ports_of_their_own() -> None:
    services = plan(9000, ["analyst", "quant"], {"quant": 3})
    assert ports(services) | {"quant-2": 9014, "quant-3": 9015} == ports(services)
    assert {service.agent for service in services if service.name.startswith("quant")} == {"quant"}


def test_only_the_gateway_listens_elsewhere_and_is_found_on_loopback() -> None:
    services = plan(7860, host="0.0.0.0")
    assert {service.name: service.host for service in services if service.host != "127.0.0.1"} == {"gateway": "0.0.0.0"}
    assert services[-1].url == "http://127.0.0.1:7860"


@pytest.mark.parametrize(
    ("only", "replicas"), [(["quand"], {}), ([], {"registry": 2}), ([], {"quant": 0}), (["analyst"], {"quant": 2})]
)
def test_what_cannot_run_is_refused_with_what_can(only: list[str], replicas: dict[str, int]) -> None:
    with pytest.raises(UsageProblem):
        plan(9000, only, replicas)


@pytest.mark.parametrize("port", [0, -1, 65_500])
def test_a_port_that_leaves_no_room_for_the_others_is_refused(port: int) -> None:
    with pytest.raises(UsageProblem, match="between 1 and 65435"):
        plan(port)


def test_the_first_restart_is_immediate_and_later_ones_wait_longer_up_to_a_limit() -> None:
    assert [delay(deaths) for deaths in (1, 2, 3, 4, 20)] == [0.0, 0.5, 1.0, 2.0, 15.0]


def test_the_reason_of_a_death_is_the_last_line_of_the_log_that_says_something(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("old words\n")
    since = log.stat().st_size
    log.write_text('old words\nTraceback\n  File "x.py"\nValueError: no\n\n  ^^^\n')
    assert reason(1, log, since) == "exit code 1: ValueError: no"
    assert reason(-9, log, since) == "killed by SIGKILL"
    assert reason(0, log, since) == "it ended by itself"


def test_old_words_are_no_reason_for_a_new_death(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("old words\n")
    assert last_words(log, log.stat().st_size) == ""
    assert last_words(tmp_path / "missing.log", 0) == ""


def test_a_log_that_has_grown_large_is_moved_aside_and_two_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    for number in range(4):
        log.write_text(f"{number} " * 10)
        rotate(log, limit=10)
    assert not log.exists()
    assert [path.read_text()[0] for path in sorted(tmp_path.iterdir())] == ["3", "2"]


def test_a_small_log_is_continued(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("short")
    rotate(log, limit=10)
    assert log.read_text() == "short"


def test_a_disk_without_room_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(DataFolderUnusable, match="is full"):
        prepare(tmp_path / "data", room_needed=2**62)


def test_the_join_token_is_made_once(tmp_path: Path) -> None:
    prepare(tmp_path)
    assert join_token(tmp_path) == join_token(tmp_path)
    assert len(join_token(tmp_path)) > 40


def test_a_stream_is_read_whatever_its_chunks() -> None:
    stream = 'id: 1\r\ndata: {"a":\r\ndata: "\u2028é"}\r\n\r\n: ping\n\nevent: x\ndata:y\n\nid: 3\ndata: unfinished'
    whole = stream.encode()
    expected = [Frame("1", '{"a":\n"\u2028é"}'), Frame("", "y")]
    assert list(frames([whole])) == expected
    assert list(frames(whole[place : place + 1] for place in range(len(whole)))) == expected


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("growth.csv", "growth.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\x.txt", "x.txt"),
        (".bashrc", "bashrc"),
        ("a b?c*.md", "a-b-c-.md"),
        ("\x1b[31mred\x00.txt", "red.txt"),
        ("..", "artifact"),
        ("", "artifact"),
        ("x" * 300 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_an_artifacts_name_becomes_one_plain_file_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("text", ["\x1b]8;;http://x\x07y\x1b]8;;\x07", "\x1b[1mb\x1b[0m", "\u202eabc", "\x9b31mx"])
def test_nothing_that_commands_a_terminal_survives_cleaning(text: str) -> None:
    assert not set(clean(text)) & {"\x1b", "\x9b", "\x07", "\u202e"}
