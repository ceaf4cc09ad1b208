"""The commands around a mesh: what they say, and how they end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
TASK = "01a202f5-316f-76bd-821f-00003f2a91c0"
CARD = {
    "name": "Shouter",
    "description": "Says a text louder: what you send comes back in capital letters.",
    "version": "1.0.0",
    "supportedInterfaces": [{"url": "http://127.0.0.1:8010/", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}],
    "capabilities": {"streaming": True},
    "defaultInputModes": ["text/plain"],
    "defaultOutputModes": ["text/plain"],
    "skills": [{"id": "louder", "name": "Louder", "description": "Say a text louder", "tags": ["text"]}],
}
AGENT = {
    "id": "shouter",
    "name": "Shouter",
    "status": "healthy",
    "version": "1.0.0",
    "url": "http://127.0.0.1:8010",
    "instances": [{"url": "http://127.0.0.1:8010", "seen": "2026-01-01T00:00:00Z"}],
    "card": CARD,
}


def a_task(task_id: str = TASK, state: str = "COMPLETED", said: str = "It is 372.") -> dict[str, Any]:
    message = {"messageId": "m", "role": "ROLE_AGENT", "parts": [{"text": said}]}
    status = {"state": f"TASK_STATE_{state}", "message": message, "timestamp": "2026-01-01T00:00:00Z"}
    artifact = {"artifactId": "a", "name": "t.csv", "parts": [{"text": "a\n1\n", "mediaType": "text/csv"}]}
    asked = {"messageId": "u", "role": "ROLE_USER", "parts": [{"text": "15 % of 2,480?"}]}
    return {"id": task_id, "contextId": "c", "status": status, "artifacts": [artifact], "history": [asked]}


@pytest.mark.parametrize("command", ["--help", "up", "ask", "tasks", "cards", "serve", "new", "doctor", "logs"])
def test_every_command_explains_itself(agentia: Run, command: str) -> None:
    shown = agentia(command, "--help") if command != "--help" else agentia(command)
    assert shown.returncode == 0
    assert "Usage: agentia" in shown.stdout


def test_the_help_of_ask_documents_the_exit_codes(agentia: Run) -> None:
    shown = " ".join(agentia("ask", "--help").stdout.split())
    assert "0 completed, 1 failed, 2 usage, 3 mesh not reachable, 4 rejected, 5 canceled, 6 input required" in shown


def test_services_for_containers_are_not_listed_in_the_help(agentia: Run) -> None:
    assert "service " not in agentia("--help").stdout.replace("services", "")


def test_a_mistyped_command_is_answered_with_the_right_one(agentia: Run) -> None:
    wrong = agentia("stauts")
    assert wrong.returncode == 2
    assert "Did you mean 'status'" in wrong.stderr


def test_what_was_not_foreseen_is_a_sentence_too(agentia: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("no teapot")

    monkeypatch.setattr("agentia.cli.mesh.record.running", fail)
    done = agentia("status")
    assert done.returncode == 1
    assert done.stderr.startswith("agentia: Something unforeseen went wrong: RuntimeError: no teapot")
    assert "Traceback" not in done.stderr
    assert "Traceback" in agentia("status", AGENTIA_DEBUG="1").stderr


def test_status_without_a_mesh_is_exit_code_3(agentia: Run) -> None:
    done = agentia("status")
    assert (done.returncode, done.stdout) == (3, "")
    assert "No mesh runs on the data folder .agentia." in done.stderr


def test_down_without_a_mesh_is_no_error(agentia: Run) -> None:
    assert agentia("down").returncode == 0


def test_status_shows_what_runs_and_its_memory(agentia: Run, standins: Any, trio: Any) -> None:
    standins.start(trio).line_with("Ready after")
    shown = agentia("status", "--data", standins.data).stdout
    assert "echo" in shown
    assert "● ready" in shown
    told = json.loads(agentia("status", "--data", standins.data, "--json").stdout)
    assert all(service["memory_bytes"] > 1_000_000 for service in told["services"])


def test_logs_show_each_services_last_lines(agentia: Run, tmp_path: Path) -> None:
    logs = tmp_path / ".agentia" / "logs"
    logs.mkdir(parents=True)
    (logs / "quant.log").write_text("".join(f"line {number}\n" for number in range(50)))
    (logs / "registry.log").write_text("hello\n")
    assert agentia("logs", "quant", "-n", "2").stdout == "line 48\nline 49\n"
    assert agentia("logs", "-n", "1").stdout == "quant    │ line 49\nregistry │ hello\n"
    unknown = agentia("logs", "nobody")
    assert unknown.returncode == 2
    assert "There are: quant, registry." in unknown.stderr


def test_logs_are_followed_over_a_rotation(started: Run, tmp_path: Path) -> None:
    logs = tmp_path / ".agentia" / "logs"
    logs.mkdir(parents=True)
    log = logs / "quant.log"
    log.write_text("first\n")
    program = started("logs", "quant", "-f")
    program.line_with("first")
    with log.open("a") as file:
        file.write("second\n")
    program.line_with("second")
    log.replace(logs / "quant.log.1")
    log.write_text("third\n")
    program.line_with("third")


def test_tasks_are_listed_with_their_last_words(agentia: Run, scripted: Any) -> None:
    scripted.results = {"ListTasks": {"tasks": [a_task()]}}
    shown = agentia("tasks", "list", "--url", scripted.url, "--state", "completed", "--agent", "quant").stdout
    assert TASK in shown
    assert "It is 372." in shown
    assert scripted.calls[0].path == "/agents/quant/"
    assert scripted.calls[0].params["status"] == "TASK_STATE_COMPLETED"


@pytest.mark.parametrize("part", ["01a2", "91c0", "3f2a91c0"])
def test_a_task_is_found_by_the_beginning_or_end_of_its_id(agentia: Run, scripted: Any, part: str) -> None:
    scripted.results = {"ListTasks": {"tasks": [a_task(), a_task("9" * 36)]}, "GetTask": a_task()}
    shown = agentia("tasks", "show", part, "--url", scripted.url)
    assert "15 % of 2,480?" in shown.stdout
    assert "t.csv" in shown.stdout
    assert scripted.calls[-1].params == {"id": TASK}
    assert agentia("tasks", "show", "7", "--url", scripted.url).returncode == 2


def test_a_tasks_artifacts_can_be_saved_later(agentia: Run, scripted: Any, tmp_path: Path) -> None:
    scripted.results = {"GetTask": a_task()}
    agentia("tasks", "show", TASK, "--out", "here", "--url", scripted.url)
    assert (tmp_path / "here" / "t.csv").read_text() == "a\n1\n"


def test_a_finished_task_is_followed_from_its_first_event(agentia: Run, scripted: Any) -> None:
    waiting = {"taskId": TASK, "status": {"state": "TASK_STATE_INPUT_REQUIRED"}}
    done = {"taskId": TASK, "status": a_task()["status"]}
    scripted.streams = [[(1, {"task": {**a_task(), "status": {"state": "TASK_STATE_SUBMITTED"}}}),
                         (2, {"statusUpdate": waiting}), (3, {"statusUpdate": done})]]  # fmt: skip
    followed = agentia("tasks", "follow", TASK, "--url", scripted.url)
    assert (followed.returncode, followed.stdout) == (0, "It is 372.\n")
    assert scripted.calls[0].headers["Last-Event-ID"] == "0"


def test_an_answer_goes_to_the_task_that_asked(agentia: Run, scripted: Any) -> None:
    scripted.streams = [[(7, {"statusUpdate": {"taskId": TASK, "status": a_task()["status"]}})]]
    assert agentia("tasks", "answer", TASK, "2025", "--url", scripted.url).stdout == "It is 372.\n"
    message = scripted.calls[0].params["message"]
    assert (message["taskId"], message["parts"]) == (TASK, [{"text": "2025"}])


def test_canceling_says_how_the_task_stands(agentia: Run, scripted: Any) -> None:
    scripted.results = {"CancelTask": a_task(state="CANCELED")}
    assert agentia("tasks", "cancel", TASK, "--url", scripted.url).stdout == f"{TASK} is canceled.\n"


def test_one_task_is_deleted_by_its_id(agentia: Run, scripted: Any) -> None:
    scripted.results = {"DeleteTask": {"tasks": 1, "messages": 0}}
    done = agentia("tasks", "delete", TASK, "--yes", "--url", scripted.url, "--agent", "quant")
    assert done.stdout == f"{TASK} is deleted.\n"
    assert [(call.path, call.params) for call in scripted.calls] == [("/agents/quant/", {"id": TASK})]
    scripted.results = {"DeleteTask": {"tasks": 0, "messages": 0}}
    again = agentia("tasks", "delete", TASK, "--yes", "--url", scripted.url)
    assert (again.returncode, again.stdout) == (0, f"There is no task {TASK}.\n")


def test_everything_is_deleted_at_every_agent_that_knows_how(agentia: Run, scripted: Any) -> None:
    able = {**CARD, "capabilities": {"extensions": [{"uri": "urn:agentia:deletion:v1"}]}}
    agents = [{**AGENT, "card": able}, {**AGENT, "id": "quant", "card": able}, {**AGENT, "id": "stranger"}]
    away = {"error": {"code": -32603, "message": "The disk is gone."}}
    gone = iter([{"tasks": 2, "messages": 1}, away, {"tasks": 1, "messages": 0}, away])
    scripted.results = {"/registry/agents?limit=100": {"agents": agents}, "DeleteTasks": lambda _: next(gone)}
    done = agentia("tasks", "delete", "--all", "--yes", "--url", scripted.url)
    assert [call.path for call in scripted.calls] == ["/agents/shouter/", "/agents/quant/"] * 2
    assert done.stdout.splitlines() == [
        "shouter: 3 tasks and 1 direct reply deleted.",
        "stranger: not asked, as its card says nothing of urn:agentia:deletion:v1.",
    ]
    assert (done.returncode, done.stderr) == (1, "quant: The disk is gone.\n")


@pytest.mark.parametrize("arguments", [(), (TASK, "--all", "--yes"), (TASK,), ("--all",)])
def test_nothing_is_deleted_by_mistake(agentia: Run, scripted: Any, arguments: tuple[str, ...]) -> None:
    scripted.results = {"/registry/agents?limit=100": {"agents": [AGENT]}}
    done = agentia("tasks", "delete", *arguments, "--url", scripted.url)
    assert (done.returncode, scripted.calls) == (2, [])


def test_cards_are_read_through_the_gateway(agentia: Run, scripted: Any) -> None:
    scripted.results = {"/registry/agents?limit=100": {"agents": [AGENT], "next_cursor": None}}
    shown = agentia("cards", "list", "--url", scripted.url).stdout
    assert "shouter" in shown
    assert "● healthy" in shown


def test_a_card_is_shown_for_people_or_as_json(agentia: Run, scripted: Any) -> None:
    scripted.results = {"/registry/agents/shouter": AGENT}
    assert "Says a text louder" in agentia("cards", "show", "shouter", "--url", scripted.url).stdout
    assert json.loads(agentia("cards", "show", "shouter", "--url", scripted.url, "--json").stdout) == CARD


def test_cards_are_exported_a_file_each(agentia: Run, scripted: Any, tmp_path: Path) -> None:
    scripted.results = {"/registry/agents?limit=100": {"agents": [AGENT], "next_cursor": None}}
    assert agentia("cards", "export", "cards", "--url", scripted.url).returncode == 0
    assert json.loads((tmp_path / "cards" / "shouter.json").read_text()) == CARD


def test_linting_a_file_names_field_reason_and_fix_and_ends_with_1(agentia: Run, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(json.dumps({**CARD, "skills": []}))
    done = agentia("cards", "lint", "card.json")
    assert done.returncode == 1
    assert "error   skills" in done.stdout
    (tmp_path / "card.json").write_text(json.dumps(CARD))
    assert agentia("cards", "lint", "card.json").returncode == 0


def test_linting_an_address_fetches_its_card(agentia: Run, scripted: Any) -> None:
    scripted.results = {"/.well-known/agent-card.json": CARD}
    assert "error" not in agentia("cards", "lint", scripted.url).stdout


def test_doctor_says_ok_of_a_good_set_up(agentia: Run, free_ports: Any) -> None:
    done = agentia("doctor", "--json", "--port", "39000")
    found = {each["about"]: each["level"] for each in json.loads(done.stdout)}
    assert found["Python"] == found["SQLite"] == found["Data folder"] == found["Settings"] == "ok"


def test_doctor_fails_on_what_would_keep_a_mesh_from_running(agentia: Run, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    done = agentia("doctor", "--data", "data", AGENTIA_LEASE_SECONDS="0", AGENTIA_MODEL="x")
    assert done.returncode == 1
    assert "data is a file" in done.stdout
    assert "AGENTIA_LEASE_SECONDS must be" in done.stdout


def test_doctor_names_who_holds_a_port(agentia: Run, trio: Any, standins: Any) -> None:
    gateway = trio[2]["port"]
    standins.start(trio).line_with("Ready after")
    done = agentia("doctor", "--port", str(gateway))
    assert done.returncode == 1
    assert f"{gateway}, which gateway needs, is taken by" in done.stdout


def test_doctor_looks_at_the_services_of_a_running_mesh(agentia: Run, trio: Any, standins: Any) -> None:
    standins.start(trio).line_with("Ready after")
    found = json.loads(agentia("doctor", "--data", standins.data, "--json").stdout)
    assert {"level": "ok", "about": "echo", "said": f"ready at http://127.0.0.1:{trio[1]['port']}", "fix": ""} in found
