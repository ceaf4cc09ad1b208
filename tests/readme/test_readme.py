"""Every command that README.md shows does what the README says, in the order in which a newcomer runs them."""

import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.readme
def test_every_command_works_in_the_order_shown_and_every_call_at_a_single_agent_too(shell, commands) -> None:  # type: ignore[no-untyped-def]
    for command in commands:
        code, output = shell.run(command)
        assert code == 0, f"{command.text}\n{output}"
        for text in command.prints:
            assert text in output, f"{command.text}\n{output}"
    for call in [
        command.at(door) for door in ("8000/agents/quant/", "8011/") for command in commands if command.is_call
    ]:
        code, output = shell.run(call)
        assert code == 0, f"{call.text}\n{output}"
        assert '"error"' not in output, f"{call.text}\n{output}"
        assert "result" in output or "=$(" in call.text, call.text


def test_the_readme_shows_every_operation_in_both_dialects() -> None:
    shown = set(re.findall(r'"method": "([\w/]+)"', README))
    assert shown >= {"SendMessage", "SendStreamingMessage", "GetTask", "ListTasks", "CancelTask", "SubscribeToTask"}
    assert shown >= {"message/send", "message/stream", "tasks/get", "tasks/cancel", "tasks/resubscribe"}
    assert "/.well-known/agent-card.json" in README
    assert "/.well-known/agent.json" in README


def test_the_readme_publishes_an_agent_in_five_lines() -> None:
    code = re.search(r"```python\n# shout\.py\n(.*?)```", README, re.DOTALL)
    assert code is not None
    lines = [line for line in code[1].splitlines() if line.strip()]
    assert len(lines) <= 5
