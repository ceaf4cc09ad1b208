"""Settings are read from the environment once, and what is wrong in it is said in a sentence."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from agentia.core import settings_page
from agentia.core.settings import Settings, SettingsInvalid, variable


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("AGENTIA_", "OPENAI_"))]:
        monkeypatch.delenv(name)


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = Settings()

    assert settings.data == Path(".agentia")
    assert settings.registry_url == "http://127.0.0.1:8001"
    assert settings.lease_seconds == 10
    assert settings.task_retention == 30 * 24 * 3600


def test_every_setting_comes_from_its_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTIA_DATA", "/srv/mesh")
    monkeypatch.setenv("AGENTIA_ALLOW_PRIVATE", "1")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:9000/v1/")
    monkeypatch.setenv("OPENAI_API_KEY", "hidden")

    settings = Settings()

    assert settings.data == Path("/srv/mesh")
    assert settings.allow_private is True
    assert settings.openai_base_url == "http://localhost:9000/v1"
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "hidden"


def test_a_variable_that_is_set_but_empty_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTIA_MODEL", "")

    assert Settings().model is None


@pytest.mark.parametrize("seconds", ["0.5", "0", "-3", "nan", "999999"])
def test_a_lease_that_cannot_work_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    monkeypatch.setenv("AGENTIA_LEASE_SECONDS", seconds)

    with pytest.raises(SettingsInvalid, match=r"AGENTIA_LEASE_SECONDS must be between 1 and 3600 seconds: .+\."):
        Settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AGENTIA_KEEP_ALIVE_SECONDS", "0"),
        ("AGENTIA_KEEP_ALIVE_SECONDS", "31"),
        ("AGENTIA_DRAIN_SECONDS", "-1"),
        ("AGENTIA_DRAIN_SECONDS", "nan"),
        ("AGENTIA_EVENT_RETENTION", "0.001"),
        ("AGENTIA_TASK_RETENTION", "nan"),
    ],
)
def test_seconds_that_cannot_work_are_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsInvalid, match=rf"{variable} must be .+ seconds?.*\."):
        Settings()


def test_everything_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTIA_MIGRATE", "sometimes")
    monkeypatch.setenv("OPENAI_BASE_URL", "example.org")

    with pytest.raises(SettingsInvalid) as refused:
        Settings()

    assert "AGENTIA_MIGRATE input should be 'auto' or 'check'." in str(refused.value)
    assert "OPENAI_BASE_URL must be a URL" in str(refused.value)


def test_a_refused_secret_is_not_repeated_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTIA_REGISTRY_URL", "hunter2")

    with pytest.raises(SettingsInvalid) as refused:
        Settings()

    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in str(refused.value.__cause__)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().model = "other"


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    shown = repr(Settings(join_token="join-me", openai_api_key="key-me", database_url="postgresql://u:pw-me@db/x"))

    assert not any(secret in shown for secret in ("join-me", "key-me", "pw-me"))


def test_the_page_of_settings_is_what_the_code_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "settings.md"

    assert page.read_text() == settings_page.render()
    assert all(variable(field) in settings_page.render() for field in Settings.model_fields)


def test_a_secret_is_read_from_the_file_that_its_variable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("join-me\n")
    monkeypatch.setenv("AGENTIA_JOIN_TOKEN_FILE", str(tmp_path / "token"))

    token = Settings().join_token

    assert token is not None
    assert token.get_secret_value() == "join-me"


@pytest.mark.parametrize(("made", "complaint"), [(False, "cannot be read: No such file"), (True, "which is empty")])
def test_a_secret_that_is_not_in_its_file_is_missed_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: bool, complaint: str
) -> None:
    if made:
        (tmp_path / "key").touch()
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "key"))

    with pytest.raises(SettingsInvalid, match=f"OPENAI_API_KEY_FILE names the file .+{complaint}"):
        Settings()


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("postgresql://me@db/mesh", "postgresql://me:p%40ss%2F@db/mesh"),
        ("postgresql://me:own@db/mesh", "postgresql://me:own@db/mesh"),
        ("postgresql://db/mesh", "postgresql://db/mesh"),
    ],
)
def test_the_database_is_told_the_password_unless_its_url_has_one(url: str, whole: str) -> None:
    assert Settings(database_url=url, database_password="p@ss/").database_url == whole


def test_each_container_of_a_service_has_an_address_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "0a1b2c3d4e5f")

    assert Settings(public_url="http://{hostname}:8000").public_url == "http://0a1b2c3d4e5f:8000"
