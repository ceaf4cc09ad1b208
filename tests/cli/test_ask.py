"""`agentia ask` against an agent on a real socket: what is sent, shown, kept, and how it ends."""

import base64
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AGENTIA = Path(sys.executable).with_name("agentia")
TASK = "01a202f5-316f-76bd-821f-00003f2a91c0"
Ask = Callable[..., Any]


def task(state: str = "SUBMITTED") -> dict[str, Any]:
    return {"task": {"id": TASK, "contextId": "c", "status": {"state": f"TASK_STATE_{state}"}}}


def status(state: str, text: str = "", **metadata: Any) -> dict[str, Any]:
    message = {"messageId": "m", "role": "ROLE_AGENT", "parts": [{"text": text}]}
    told = {"state": f"TASK_STATE_{state}", **({"message": message} if text else {})}
    update = {"taskId": TASK, "contextId": "c", "status": told}
    return {"statusUpdate": {**update, **({"metadata": metadata} if metadata else {})}}


def chunk(text: str, *, append: bool = True, name: str = "notes.txt") -> dict[str, Any]:
    artifact = {"artifactId": "a1", "name": name, "parts": [{"text": text}]}
    return {"artifactUpdate": {"taskId": TASK, "contextId": "c", "artifact": artifact, "append": append}}


def file_artifact(name: str, content: bytes, number: int = 1) -> dict[str, Any]:
    part = {"raw": base64.b64encode(content).decode(), "filename": name, "mediaType": "text/csv"}
    artifact = {"artifactId": f"f{number}", "name": name, "parts": [part]}
    return {"artifactUpdate": {"taskId": TASK, "contextId": "c", "artifact": artifact}}


DONE = [(1, task()), (2, status("WORKING", "reading")), (3, status("COMPLETED", "It is 372."))]


def test_the_answer_goes_to_stdout_and_progress_to_stderr(agentia: Ask, scripted: Any) -> None:
    scripted.streams = [DONE]
    done = agentia("ask", "What is 15 % of 2,480?", "--url", scripted.url)
    assert done.returncode == 0
    assert done.stdout == "It is 372.\n"
    assert "concierge: reading" in done.stderr


def test_text_and_files_are_sent_as_a_message_of_protocol_1_0(agentia: Ask, scripted: Any, tmp_path: Path) -> None:
    scripted.streams = [DONE]
    (tmp_path / "sales.csv").write_text("a,b\n1,2\n")
    agentia("ask", "Total?", "--file", "sales.csv", "--url", scripted.url, "--token", "key")
    call = scripted.calls[0]
    assert (call.path, call.method) == ("/", "SendStreamingMessage")
    assert call.headers["A2A-Version"] == "1.0"
    assert call.headers["Authorization"] == "Bearer key"
    message = call.params["message"]
    assert message["role"] == "ROLE_USER"
    assert message["parts"] == [
        {"text": "Total?"},
        {"raw": base64.b64encode(b"a,b\n1,2\n").decode(), "filename": "sales.csv", "mediaType": "text/csv"},
    ]


def test_a_message_has_the_id_that_is_asked_for_and_the_token_that_the_environment_names(
    agentia: Ask, scripted: Any, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    scripted.streams = [DONE]
    known = {"AGENTIA_ACCESS_TOKEN_FILE": str(tmp_path / "token")}
    agentia("ask", "Total?", "--message-id", "daily-29012345", "--url", scripted.url, **known)
    call = scripted.calls[0]
    assert call.params["message"]["messageId"] == "daily-29012345"
    assert call.headers["Authorization"] == "Bearer s3cret"


def test_an_agent_is_asked_by_its_name(agentia: Ask, scripted: Any) -> None:
    scripted.streams = [DONE]
    agentia("ask", "hello", "--agent", "quant", "--url", scripted.url)
    assert scripted.calls[0].path == "/agents/quant/"


@pytest.mark.parametrize(("state", "code"), [("FAILED", 1), ("REJECTED", 4), ("CANCELED", 5)])
def test_the_exit_code_says_how_the_task_ended(agentia: Ask, scripted: Any, state: str, code: int) -> None:
    scripted.streams = [[(1, task()), (2, status(state, "No such column: colour."))]]
    done = agentia("ask", "hello", "--url", scripted.url)
    assert done.returncode == code
    assert done.stderr.endswith("No such column: colour.\n")
    assert done.stdout == ""


def test_a_question_that_nobody_can_answer_now_ends_with_how_to_answer_it(agentia: Ask, scripted: Any) -> None:
    scripted.streams = [[(1, task()), (2, status("INPUT_REQUIRED", "Which year?")), scripted.hold]]
    done = agentia("ask", "hello", "--url", scripted.url)
    assert done.returncode == 6
    assert "The agent asks: Which year?" in done.stderr
    assert f'agentia tasks answer --url {scripted.url} {TASK} "…"' in done.stderr


def test_a_mesh_that_is_not_there_is_exit_code_3_with_a_hint(agentia: Ask, free_ports: Any) -> None:
    done = agentia("ask", "hello", "--url", f"http://127.0.0.1:{free_ports(1)[0]}")
    assert done.returncode == 3
    assert "Nobody answers at http://127.0.0.1:" in done.stderr
    assert "agentia up" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_is_exit_code_2(agentia: Ask, tmp_path: Path) -> None:
    with (tmp_path / "large.bin").open("wb") as large:
        large.truncate(15_000_000)
    assert agentia("ask").returncode == 2
    assert agentia("ask", "  ").returncode == 2
    missing = agentia("ask", "hello", "--file", "nowhere.csv")
    assert (missing.returncode, missing.stderr) == (2, "agentia: There is no file nowhere.csv.\n")
    large_one = agentia("ask", "hello", "--file", "large.bin")
    assert large_one.returncode == 2
    assert "too large: 15.0 MB" in large_one.stderr


def test_a_stream_that_breaks_is_resumed_after_the_last_event_seen(agentia: Ask, scripted: Any, tmp_path: Path) -> None:
    scripted.streams = [
        [(1, task()), (2, chunk("one ", append=False)), scripted.BREAK],
        [(3, chunk("two")), (4, status("COMPLETED", "Done."))],
    ]
    done = agentia("ask", "hello", "--url", scripted.url)
    assert (done.returncode, done.stdout) == (0, "Done.\n")
    assert scripted.methods() == ["SendStreamingMessage", "SubscribeToTask"]
    assert scripted.calls[1].params == {"id": TASK}
    assert scripted.calls[1].headers["Last-Event-ID"] == "2"
    assert (tmp_path / "out" / "3f2a91c0" / "notes.txt").read_text() == "one two"


def test_a_stream_that_ends_before_its_task_is_resumed(agentia: Ask, scripted: Any) -> None:
    scripted.streams = [[(1, task())], [], [(2, status("COMPLETED", "Done."))]]
    assert agentia("ask", "hello", "--url", scripted.url).stdout == "Done.\n"
    assert scripted.methods() == ["SendStreamingMessage", "SubscribeToTask", "SubscribeToTask"]


def test_an_agent_that_dies_mid_stream_is_waited_for(agentia: Ask, scripted: Any) -> None:
    lost = {"error": {"code": -32603, "message": "The agent went away."}}
    scripted.streams = [[(1, task()), ("", lost)], [(2, status("COMPLETED", "Done."))]]
    assert agentia("ask", "hello", "--url", scripted.url).stdout == "Done.\n"


def test_a_message_whose_fate_is_unknown_is_sent_again_with_the_same_id(agentia: Ask, scripted: Any) -> None:
    scripted.streams = [[scripted.BREAK], DONE]
    assert agentia("ask", "hello", "--url", scripted.url).returncode == 0
    first, second = (call.params["message"]["messageId"] for call in scripted.calls)
    assert first == second


def test_an_agent_that_keeps_no_log_is_asked_for_the_task_itself(agentia: Ask, scripted: Any) -> None:
    refused = {"error": {"code": -32004, "message": "finished"}}
    finished = {"id": TASK, "status": {**status("COMPLETED", "Done.")["statusUpdate"]["status"]}}
    scripted.streams = [[(1, task()), scripted.BREAK]]
    scripted.results = {"SubscribeToTask": refused, "GetTask": finished}
    assert agentia("ask", "hello", "--url", scripted.url).stdout == "Done.\n"


def test_an_error_of_the_gateway_is_shown_as_its_sentence(agentia: Ask, scripted: Any) -> None:
    error = {"code": -32601, "message": "No agent is called 'quand'. Did you mean quant?"}
    scripted.results = {"SendStreamingMessage": {"http": 404, "error": error}}
    done = agentia("ask", "hello", "--agent", "quand", "--url", scripted.url)
    assert (done.returncode, done.stderr) == (1, "agentia: No agent is called 'quand'. Did you mean quant?\n")


def test_a_direct_message_is_an_answer_too(agentia: Ask, scripted: Any) -> None:
    scripted.streams = [[("", {"message": {"messageId": "m", "role": "ROLE_AGENT", "parts": [{"text": "Hi."}]}})]]
    done = agentia("ask", "hello", "--url", scripted.url)
    assert (done.returncode, done.stdout) == (0, "Hi.\n")


def test_json_prints_every_event_as_a_line_and_saves_nothing(agentia: Ask, scripted: Any, tmp_path: Path) -> None:
    events = [task(), chunk("x\u2028y", append=False), status("COMPLETED", "Done.")]
    scripted.streams = [list(enumerate(events, 1))]
    done = agentia("ask", "hello", "--url", scripted.url, "--json")
    assert [json.loads(line) for line in done.stdout.split("\n")[:-1]] == events
    assert done.stderr == ""
    assert not (tmp_path / "out").exists()


def test_json_with_out_saves_the_artifacts(agentia: Ask, scripted: Any, tmp_path: Path) -> None:
    scripted.streams = [[(1, task()), (2, file_artifact("t.csv", b"a\n1\n")), (3, status("COMPLETED"))]]
    agentia("ask", "hello", "--url", scripted.url, "--json", "--out", "here")
    assert (tmp_path / "here" / "t.csv").read_bytes() == b"a\n1\n"


def test_artifacts_never_leave_their_folder_and_overwrite_nothing(agentia: Ask, scripted: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.csv").write_text("precious")
    scripted.streams = [
        [
            (1, task()),
            (2, file_artifact("../../evil.csv", b"1")),
            (3, file_artifact("mine.csv", b"2", 2)),
            (4, status("COMPLETED")),
        ]
    ]
    done = agentia("ask", "hello", "--url", scripted.url, "--out", "out")
    assert done.returncode == 0
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {
        "evil.csv": "1",
        "mine.csv": "precious",
        "mine-2.csv": "2",
    }


def test_progress_of_other_agents_is_told_with_their_names(agentia: Ask, scripted: Any) -> None:
    peer = {"urn:agentia:peer:v1": {"agent": "analyst", "task": "t2", "state": "WORKING"}}
    scripted.streams = [[(1, task()), (2, status("WORKING", "240 rows", **peer)), (3, status("COMPLETED"))]]
    assert "analyst: 240 rows\n" in agentia("ask", "hello", "--url", scripted.url).stderr


def test_an_agents_words_cannot_command_the_terminal(agentia: Ask, scripted: Any) -> None:
    scripted.streams = [[(1, task()), (2, status("COMPLETED", "a\x1b]0;owned\x07b\x1b[2Jc\rd"))]]
    assert agentia("ask", "hello", "--url", scripted.url).stdout == "abcd\n"


def test_ctrl_c_asks_to_cancel_and_sees_the_task_to_its_end(scripted: Any, tmp_path: Path) -> None:
    scripted.streams = [
        [(1, task()), (2, status("WORKING", "thinking")), scripted.hold],
        [(3, status("CANCELED", "Canceled as you asked."))],
    ]
    scripted.results = {"CancelTask": task("CANCELED")["task"]}
    program = subprocess.Popen(
        [AGENTIA, "ask", "hello", "--url", scripted.url], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert program.stderr
    with program.stderr as said:
        assert any("thinking" in line for line in iter(said.readline, "") if "thinking" in line)
        program.send_signal(signal.SIGINT)
        rest = said.read()
    assert program.wait() == 5
    assert "Canceled as you asked." in rest
    assert scripted.methods() == ["SendStreamingMessage", "CancelTask", "SubscribeToTask"]
    assert scripted.calls[1].params == {"id": TASK}


def test_on_a_terminal_the_question_is_answered_at_once(scripted: Any, tmp_path: Path) -> None:
    scripted.streams = [
        [(1, task()), (2, status("INPUT_REQUIRED", "Which year?")), scripted.hold],
        [
            (3, task("WORKING")),
            (4, file_artifact("t.csv", b"region,sum\nNorth,12\n")),
            (5, status("COMPLETED", "In 2025.")),
        ],
    ]
    screen, code = on_a_terminal([AGENTIA, "ask", "hello", "--url", scripted.url], tmp_path, ("Which year?", "2025\n"))
    assert code == 0
    assert "In 2025." in screen
    assert "North" in screen
    assert "out/3f2a91c0/t.csv" in screen
    answer = scripted.calls[1].params["message"]
    assert (answer["taskId"], answer["parts"]) == (TASK, [{"text": "2025"}])


def on_a_terminal(command: list[Any], folder: Path, reply: tuple[str, str]) -> tuple[str, int]:
    """Run in a pseudo terminal and type the reply once its cue is on the screen; the screen and the exit code."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    program = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=env)
    os.close(theirs)
    screen, replied = "", False
    try:
        while chunk := os.read(ours, 65_536):
            screen += chunk.decode("utf-8", "replace")
            if reply[0] in screen and "›" in screen and not replied:
                replied = True
                os.write(ours, reply[1].encode())
    except OSError:  # Linux says EIO when the other side of a terminal has closed
        pass
    finally:
        os.close(ours)
    return screen, program.wait()


def test_asking_loads_neither_the_a2a_sdk_nor_a_server(scripted: Any, tmp_path: Path) -> None:
    scripted.streams = [DONE]
    program = (
        "import sys; from agentia.cli.main import main\n"
        f"sys.argv = ['agentia', 'ask', 'hello', '--url', '{scripted.url}']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'a2a', 'fastapi', 'starlette', 'pydantic_settings', 'asyncio', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
