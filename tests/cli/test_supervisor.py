"""A mesh of stand-in services: it starts, mends itself, and ends in order."""

import fcntl
import json
import os
import pty
import signal
import socket
import stat
import subprocess
import sys
import termios
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from agentia.cli.console import clean

Trio = list[dict[str, Any]]


def test_every_service_is_a_process_of_its_own_with_the_meshs_settings(standins: Any, trio: Trio) -> None:
    standins.start(trio).line_with("Ready after")
    begun = standins.journal("begins")
    assert {note["service"] for note in begun} == {"registry", "echo", "gateway"}
    assert len({note["pid"] for note in begun}) == 3
    assert {note["token"] for note in begun} == {(standins.data / "join-token").read_text()}
    assert {note["data"] for note in begun} == {str(standins.data)}


def test_the_join_token_is_readable_by_its_owner_alone(standins: Any, trio: Trio) -> None:
    standins.start(trio).line_with("Ready after")
    assert stat.S_IMODE((standins.data / "join-token").stat().st_mode) == 0o600


@pytest.mark.survival
def test_each_process_is_named_after_its_service(standins: Any, trio: Trio, title: Callable[[int], str]) -> None:
    standins.start(trio).line_with("Ready after")
    assert title(standins.pid("echo")).startswith(f"agentia:echo http://127.0.0.1:{trio[1]['port']}")


@pytest.mark.survival
def test_mesh_json_says_what_runs(standins: Any, trio: Trio) -> None:
    program = standins.start(trio)
    program.line_with("Ready after")
    mesh = standins.mesh()
    assert mesh["pid"] == program.process.pid
    assert mesh["url"] == f"http://127.0.0.1:{trio[2]['port']}"
    assert [service["state"] for service in mesh["services"]] == ["ready"] * 3


def test_a_service_that_is_killed_is_started_again_on_its_port(standins: Any, trio: Trio) -> None:
    program = standins.start(trio)
    program.line_with("Ready after")
    killed = standins.pid("echo")
    os.kill(killed, signal.SIGKILL)
    assert "killed by SIGKILL; starting it again" in program.line_with("echo", "died")
    program.line_with("echo", "ready", str(trio[1]["port"]))
    assert standins.pid("echo") not in (0, killed)
    assert standins.mesh()["services"][1]["restarts"] == 1


@pytest.mark.survival
def test_a_caller_who_comes_while_a_service_restarts_is_answered_by_its_successor(standins: Any, trio: Trio) -> None:
    program = standins.start(trio)
    program.line_with("Ready after")
    os.kill(standins.pid("echo"), signal.SIGSTOP)  # so that the call surely waits in the socket
    with socket.create_connection(("127.0.0.1", trio[1]["port"])) as caller:
        caller.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
        os.kill(standins.pid("echo"), signal.SIGKILL)
        program.line_with("echo", "ready")
        assert caller.recv(100).startswith(b"HTTP/1.0 200")


def test_a_service_that_cannot_start_is_told_with_the_reason_from_its_log(standins: Any, trio: Trio) -> None:
    trio[1]["target"] = "standin:broken"
    program = standins.start(trio)
    assert "exit code 1: RuntimeError: echo has no teapot" in program.line_with("echo", "died")
    assert "next try in 0.5 s" in program.line_with("echo", "died", "next try")
    line = program.line_with("echo cannot start")
    assert "RuntimeError: echo has no teapot" in line
    assert str(standins.data / "logs" / "echo.log") in line


@pytest.mark.survival
def test_callers_of_a_service_that_waits_for_a_later_start_are_turned_away(standins: Any, trio: Trio) -> None:
    trio[1]["target"] = "standin:broken"
    standins.start(trio).line_with("echo cannot start")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", trio[1]["port"])).close()


LESS_USUAL = [pytest.param(signum, marks=pytest.mark.survival) for signum in (signal.SIGTERM, signal.SIGHUP)]


@pytest.mark.parametrize("signum", [signal.SIGINT, *LESS_USUAL])
def test_a_signal_ends_every_service_once_the_gateway_first_and_the_registry_last(
    standins: Any, trio: Trio, signum: signal.Signals
) -> None:
    program = standins.start(trio)
    program.line_with("Ready after")
    program.send(signum)
    assert program.end() == 0
    assert [note["service"] for note in standins.journal("ends")] == ["gateway", "echo", "registry"]
    assert program.said[-1] == "All services have ended."
    assert not (standins.data / "mesh.json").exists()


@pytest.mark.survival
def test_a_service_deaf_to_the_request_is_killed_after_a_grace(standins: Any, trio: Trio, gone: Any) -> None:
    trio[1]["target"] = "standin:stubborn"
    standins.env["STANDIN_GRACE"] = "0.2"
    program = standins.start(trio)
    program.line_with("Ready after")
    pid = standins.pid("echo")
    program.send(signal.SIGINT)
    assert program.end() == 0
    assert gone(pid)


@pytest.mark.survival
def test_a_second_ctrl_c_ends_everything_at_once(standins: Any, trio: Trio, gone: Any) -> None:
    trio[1]["target"] = "standin:stubborn"
    standins.env["STANDIN_GRACE"] = "1000"
    program = standins.start(trio)
    program.line_with("Ready after")
    pid = standins.pid("echo")
    program.send(signal.SIGINT)
    program.line_with("gateway", "stopped")
    program.send(signal.SIGINT)
    assert program.end() == 0
    assert gone(pid)


@pytest.mark.survival
def test_ctrl_c_in_the_middle_of_the_start_leaves_nothing_behind(standins: Any, trio: Trio, gone: Any) -> None:
    program = standins.start(trio)
    program.line_with("Starting")
    program.line_with("ready")
    zygote = standins.mesh()["zygote"]
    program.send(signal.SIGINT)
    assert program.end() == 0
    assert gone(zygote)


@pytest.mark.survival
def test_services_die_with_a_supervisor_that_is_killed_and_the_next_start_works(
    standins: Any, trio: Trio, gone: Any
) -> None:
    first = standins.start(trio)
    first.line_with("Ready after")
    mesh = standins.mesh()
    first.send(signal.SIGKILL)
    second = standins.start(trio)
    second.line_with("Ready after")
    for pid in (mesh["zygote"], *(service["pid"] for service in mesh["services"])):
        assert gone(pid)


@pytest.mark.survival
def test_a_zygote_that_is_killed_is_replaced_and_the_services_with_it(standins: Any, trio: Trio) -> None:
    program = standins.start(trio)
    program.line_with("Ready after")
    before = standins.mesh()
    os.kill(before["zygote"], signal.SIGKILL)
    for service in trio:
        program.line_with("ready") if service else None
    after = standins.mesh()
    assert after["zygote"] != before["zygote"]
    assert urllib.request.urlopen(f"http://127.0.0.1:{trio[1]['port']}/readyz", timeout=20).status == 200


@pytest.mark.survival
def test_the_workers_of_a_killed_service_die_with_it(standins: Any, trio: Trio, gone: Any) -> None:
    trio[1]["target"] = "standin:serve_with_worker"
    program = standins.start(trio)
    program.line_with("Ready after")
    worker = standins.journal("works")[0]["worker"]
    os.kill(standins.pid("echo"), signal.SIGKILL)
    program.line_with("echo", "ready")
    assert gone(worker)


@pytest.mark.survival
def test_ctrl_c_on_a_terminal_ends_each_service_once(standins: Any, trio: Trio) -> None:
    program, terminal = on_a_terminal(standins, trio)
    screen = read_until(terminal, "Ctrl-C ends the mesh")
    os.write(terminal, b"\x03")
    screen += read_until(terminal, "All services have ended.")
    assert program.wait() == 0
    os.close(terminal)
    assert "● ready" in screen
    assert "Stopping, the gateway first" in screen
    assert [note["service"] for note in standins.journal("ends")] == ["gateway", "echo", "registry"]


@pytest.mark.survival
def test_a_terminal_that_is_closed_ends_the_mesh_in_order(standins: Any, trio: Trio) -> None:
    program, terminal = on_a_terminal(standins, trio)
    read_until(terminal, "Ctrl-C ends the mesh")
    os.close(terminal)
    assert program.wait() == 0
    assert [note["service"] for note in standins.journal("ends")] == ["gateway", "echo", "registry"]


def on_a_terminal(standins: Any, trio: Trio) -> tuple["subprocess.Popen[bytes]", int]:
    """A mesh whose controlling terminal is ours to type on."""
    ours, theirs = pty.openpty()
    command = [sys.executable, str(standins.script), str(standins.data), json.dumps(trio)]
    program = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**standins.environment(), "TERM": "xterm-256color", "COLUMNS": "120"},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    return program, ours


def read_until(terminal: int, words: str) -> str:
    screen = b""
    while words.encode() not in screen:
        screen += os.read(terminal, 65_536)
    return clean(screen.decode("utf-8", "replace"))


def test_a_second_mesh_on_the_same_data_is_refused_naming_the_first(standins: Any, trio: Trio) -> None:
    first = standins.start(trio)
    first.line_with("Ready after")
    second = standins.start(trio)
    line = second.line_with("already runs")
    assert f"http://127.0.0.1:{trio[2]['port']} (pid {first.process.pid})" in line
    assert second.end() == 1


def test_a_port_that_is_taken_is_found_before_anything_starts(standins: Any, trio: Trio) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        trio[1]["port"] = other.getsockname()[1]
        program = standins.start(trio)
        line = program.line_with(f"Port {trio[1]['port']}")
    assert "which echo needs, is taken by" in line
    assert f"(pid {os.getpid()})" in line
    assert "--port" in line
    assert program.end() == 1
    assert standins.journal() == []


def test_a_data_folder_that_is_a_file_is_refused_with_a_sentence(standins: Any, trio: Trio) -> None:
    standins.data.write_text("in the way")
    program = standins.start(trio)
    assert "cannot be written" in program.line_with("data folder")
    assert program.end() == 1


@pytest.mark.survival
def test_a_full_disk_is_refused_with_a_sentence(standins: Any, trio: Trio) -> None:
    standins.data.mkdir()
    (standins.data / "mesh.json.new").symlink_to("/dev/full")
    program = standins.start(trio)
    assert "No space left on device" in program.line_with("data folder")
    assert program.end() == 1
    assert standins.journal() == []


def test_a_mesh_that_is_detached_runs_on_until_down(standins: Any, trio: Trio, agentia: Any, gone: Any) -> None:
    program = standins.start(trio, "--detach")
    assert program.end() == 0
    assert any(line.startswith("Ready after") for line in program.said)
    pids = [service["pid"] for service in standins.mesh()["services"]]
    shown = agentia("status", "--data", standins.data, "--json")
    assert {service["state"] for service in json.loads(shown.stdout)["services"]} == {"ready"}
    ended = agentia("down", "--data", standins.data)
    assert ended.returncode == 0
    assert "Ended the mesh http://127.0.0.1" in ended.stdout
    assert all(gone(pid) for pid in pids)


@pytest.mark.survival
def test_a_mesh_that_cannot_start_detached_ends_again_and_says_why(standins: Any, trio: Trio, agentia: Any) -> None:
    trio[1]["target"] = "standin:broken"
    program = standins.start(trio, "--detach")
    assert "echo has no teapot" in program.line_with("echo cannot start")
    assert program.end() == 1
    assert "The mesh did not start" in program.said[-1]
    assert agentia("status", "--data", standins.data).returncode == 3
    assert {note["service"] for note in standins.journal("ends")} == {"registry", "gateway"}
