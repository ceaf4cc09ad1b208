"""Settings: what the environment says, read once at start and never changed."""

import math
import socket
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from agentia.core.errors import AgentiaError
from agentia.core.prices import prices
from agentia.core.secret_files import SecretUnreadable, with_password, written

DAY = 86_400.0
SECRETS = ("database_password", "join_token", "access_token", "openai_api_key")
"""Settings that may stand in a file, which their variable with `_FILE` at its end names."""


class SettingsInvalid(AgentiaError):
    """An environment variable holds what it must not."""


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must be a URL that begins with http:// or https://")
    return value.rstrip("/")


def _own_address(value: str) -> str:
    return _web_address(value.replace("{hostname}", socket.gethostname()))


def _port(value: int) -> int:
    if not 0 <= value <= 65_535:
        raise ValueError("must be between 1 and 65535")
    return value


def _lease(value: float) -> float:
    if not 1 <= value <= 3600:
        raise ValueError(
            "must be between 1 and 3600 seconds: a shorter lease is lost to a busy machine, "
            "a longer one leaves the tasks of a dead replica lying"
        )
    return value


def _silence(value: float) -> float:
    if not 1 <= value <= 30:
        raise ValueError(
            "must be between 1 and 30 seconds: who follows a task gives a stream up that is silent for longer"
        )
    return value


def _grace(value: float) -> float:
    if not 0 <= value < math.inf:
        raise ValueError("must be at least 0 seconds")
    return value


def _limit(value: float) -> float:
    if not 1 <= value < math.inf:
        raise ValueError("must be at least 1 second")
    return value


def _runs(value: int) -> int:
    if not value >= 1:
        raise ValueError("must be at least 1")
    return value


def _tokens(value: int) -> int:
    if not value >= 0:
        raise ValueError("must be at least 0")
    return value


def _money(value: float) -> float:
    if not 0 <= value < math.inf:
        raise ValueError("must be at least 0")
    return value


def _price(value: str) -> str:
    prices(value)
    return value


def _retention(value: float) -> float:
    if not value >= 1:
        raise ValueError("must be at least 1 second")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]


class Settings(BaseSettings):
    """`Settings()` reads the environment; arguments stand in for variables. Raises `SettingsInvalid`."""

    model_config = SettingsConfigDict(
        env_prefix="AGENTIA_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    data: Path = Field(
        Path(".agentia"), description="The folder for everything kept: databases, keys, logs and files of the mesh."
    )
    database_url: str | None = Field(
        None,
        repr=False,
        description="`postgresql://…` keeps tasks in Postgres, in one schema for each agent. "
        "SQLite in the data folder without it.",
    )
    database_password: SecretStr | None = Field(
        None, description="The password for `AGENTIA_DATABASE_URL`, when that holds none."
    )
    migrate: Literal["auto", "check"] = Field(
        "auto",
        description="`auto` brings the database's schema up to date at start; "
        "`check` refuses to start on an old one and names `agentia migrate`.",
    )
    registry_url: WebAddress = Field("http://127.0.0.1:8001", description="Where the registry answers.")
    gateway_url: WebAddress = Field("http://127.0.0.1:8000", description="Where the gateway answers.")
    public_url: Annotated[str, AfterValidator(_own_address)] | None = Field(
        None,
        description="The URL under which others reach this service, when it is not the address it is bound to. "
        "`{hostname}` in it stands for the machine's own name, so that each container of a service has its own.",
    )
    host: str = Field("127.0.0.1", description="The address that `agentia service` listens on.")
    port: Annotated[int, AfterValidator(_port)] = Field(
        0, description="The port that `agentia service` listens on; 0 is the one that `agentia up` would give it."
    )
    published_on_loopback: bool = Field(
        False,
        description="Says that the gateway runs in a container whose port the machine publishes on its loopback "
        "address alone. Whoever comes from the container network's own gateway then is a program on that machine; "
        "all others are turned away.",
    )
    lease_seconds: Annotated[float, AfterValidator(_lease)] = Field(
        10.0,
        description="How long a replica that fell silent keeps its tasks before another takes them over; "
        "between 1 and 3600.",
    )
    task_seconds: Annotated[float, AfterValidator(_limit)] = Field(
        DAY,
        description="How many seconds a task may take, from when it is accepted or its user has last answered; "
        "then it fails. Waiting for its user does not count.",
    )
    max_runs: Annotated[int, AfterValidator(_runs)] = Field(
        1000,
        description="How many tasks a replica works on at once; more are accepted and wait their turn.",
    )
    task_retention: Annotated[float, AfterValidator(_retention)] = Field(
        30 * DAY,
        description="How many seconds a finished task and its artifacts are kept, and the ids of its messages known.",
    )
    event_retention: Annotated[float, AfterValidator(_retention)] = Field(
        DAY,
        description="How many seconds the events of a finished task are kept, so that they can be read again one by "
        "one; after that the task stands for them.",
    )
    keep_alive_seconds: Annotated[float, AfterValidator(_silence)] = Field(
        15.0,
        description="After how many seconds of silence a stream of events carries a comment, so that nobody on its way "
        "takes it for dead; between 1 and 30.",
    )
    drain_seconds: Annotated[float, AfterValidator(_grace)] = Field(
        5.0,
        description="How many seconds a service that is told to stop (SIGTERM) gives the requests and tasks under way; "
        "tasks that are not done by then go on at another replica, or after the restart.",
    )
    join_token: SecretStr | None = Field(
        None, description="The secret that a service shows to the registry in order to join the mesh."
    )
    access_token: SecretStr | None = Field(
        None,
        description="The secret that lets its bearer use the gateway, which then may listen on any address. "
        "`agentia ask` and the other commands show it by themselves when it is set for them.",
    )
    allow_private: bool = Field(
        False, description="Whether URLs from outside may point to private addresses (loopback, LAN, link-local)."
    )
    model: str | None = Field(
        None,
        description="The language model to use, as its endpoint names it. None is needed for the shipped specialists.",
    )
    task_tokens: Annotated[int, AfterValidator(_tokens)] | None = Field(
        None,
        description="How many tokens of language models a task may use; then it fails. There is no end without it.",
    )
    model_api: Literal["chat", "responses"] | None = Field(
        None,
        description="How the model's endpoint is spoken to: `chat` (Chat Completions) or `responses`. Without it "
        "OpenAI's own by Responses, and any other by Chat Completions, which all know.",
    )
    model_price: Annotated[str, AfterValidator(_price)] | None = Field(
        None,
        description="The price of a million tokens: of questions, answers and cached questions, `2.5,10,0.25`, the "
        "last one optional; of several models `large=2.5,10; small=0.1,0.4`. In one currency for the whole mesh.",
    )
    task_cost: Annotated[float, AfterValidator(_money)] | None = Field(
        None,
        description="How much a task may cost by these prices, the tasks that it gives to others included; then it "
        "fails. There is no end without it.",
    )
    mcp: Path | None = Field(
        None,
        description="A JSON file of MCP servers (`mcpServers`) whose tools agents with a model are given; see "
        "[MCP servers](mcp.md).",
    )
    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("openai_api_key", "OPENAI_API_KEY"),
        description="The key for the model's endpoint.",
    )
    openai_base_url: WebAddress | None = Field(
        None,
        validation_alias=AliasChoices("openai_base_url", "OPENAI_BASE_URL"),
        description="An OpenAI-compatible endpoint other than OpenAI's own: Gemini, vLLM, llama.cpp and others.",
    )

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**written({name: file_variable(name) for name in SECRETS}) | values)
        except ValidationError as exc:
            raise SettingsInvalid(_sentences(exc), fix="docs/settings.md lists every setting.") from exc
        except SecretUnreadable as exc:
            raise SettingsInvalid(str(exc), fix="Let the user that runs the service read the file.") from exc

    @model_validator(mode="before")
    @classmethod
    def _one_database_url(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("database_url") and values.get("database_password"):
            return values | {"database_url": with_password(values["database_url"], values["database_password"])}
        return values


def variable(field: str) -> str:
    """The environment variable that sets a field."""
    return field.upper() if field.startswith("openai_") else f"AGENTIA_{field.upper()}"


def file_variable(field: str) -> str:
    """The environment variable that names the file of a secret."""
    return f"{variable(field)}_FILE"


def _sentences(exc: ValidationError) -> str:
    found = ((str(error["loc"][0]), error["msg"].removeprefix("Value error, ")) for error in exc.errors())
    return " ".join(f"{variable(field.lower())} {message[0].lower()}{message[1:]}." for field, message in found)
