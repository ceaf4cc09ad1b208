"""What `agentia doctor` finds in the environment about models, budgets and traces."""

import pytest

from agentia.cli.checks.settings import check

ENDPOINT = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("environment", "about", "level", "words"),
    [
        ({"AGENTIA_MODEL": "small", "OPENAI_BASE_URL": ENDPOINT}, "Model", "ok", f"small at {ENDPOINT}"),
        ({"AGENTIA_MODEL": "small"}, "Model", "fail", "OPENAI_BASE_URL"),
        ({"AGENTIA_MODEL": "litellm/mistral/small"}, "Model", "fail", "pip install litellm"),
        ({"AGENTIA_TASK_COST": "1"}, "Budget", "fail", "AGENTIA_MODEL_PRICE"),
        ({"AGENTIA_TASK_COST": "1", "AGENTIA_MODEL_PRICE": "2,8"}, "Budget", "ok", "1 a task, at 2,8"),
        ({}, "Traces", "ok", "told to nobody"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, "Traces", "ok", "collector"),
    ],
)
def test_what_the_environment_says_is_judged(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], about: str, level: str, words: str
) -> None:
    for name in ("AGENTIA_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY", "OTEL_EXPORTER_OTLP_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    found = next(each for each in check() if each.about == about)

    assert found.level == level
    assert words in f"{found.said} {found.fix}"
