"""Models by their names, at the endpoint that the settings name and nowhere else."""

import os
from typing import Final

from agents import Model, OpenAIResponsesModel
from openai import AsyncOpenAI

from agentia.agents.errors import TaskRejected
from agentia.agents.sdk.chat import WholeAnswers
from agentia.core.prices import Price, prices
from agentia.core.settings import Settings

LITELLM: Final = "litellm/"
SECONDS: Final = 600.0
"""How long an endpoint may be silent."""


class Models:
    """Makes each model once. An endpoint other than OpenAI's own is spoken to by Chat Completions, which all know."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[str, Model] = {}
        self._client: AsyncOpenAI | None = None
        self._prices = prices(settings.model_price or "")

    def price(self, name: str) -> Price | None:
        """What the model of that name costs, None when nobody has said so."""
        return self._prices.get(name) or self._prices.get("")

    def named(self, name: str | None) -> tuple[str, Model]:
        """The model of that name, or the configured one, with its name. Raises TaskRejected when none is configured."""
        name = name or self._settings.model
        if name is None:
            raise TaskRejected(
                "This agent works with a language model, and none is configured. Who runs the agent can set"
                " AGENTIA_MODEL, and OPENAI_BASE_URL or OPENAI_API_KEY."
            )
        if name not in self._known:
            self._known[name] = self._made(name)
        return name, self._known[name]

    async def close(self) -> None:
        """Close the connections to the endpoint."""
        self._known.clear()
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _made(self, name: str) -> Model:
        if name.startswith(LITELLM):
            if name.startswith(f"{LITELLM}openai/"):
                self._check(name)
            return _litellm(name.removeprefix(LITELLM), self._settings)
        own = "responses" if self._settings.openai_base_url is None else "chat"
        if (self._settings.model_api or own) == "responses":
            return OpenAIResponsesModel(name, self._openai(name))
        return WholeAnswers(name, self._openai(name))

    def _check(self, name: str) -> None:
        if self._settings.openai_api_key is None and self._settings.openai_base_url is None:
            raise TaskRejected(
                f"This agent works with the language model {name}, and nothing says where that is. Who runs the agent"
                " can set OPENAI_BASE_URL, or OPENAI_API_KEY for OpenAI's own."
            )

    def _openai(self, name: str) -> AsyncOpenAI:
        self._check(name)
        key, url = self._settings.openai_api_key, self._settings.openai_base_url
        if self._client is None:
            self._client = AsyncOpenAI(
                api_key="none" if key is None else key.get_secret_value(),
                base_url=url or "https://api.openai.com/v1",
                max_retries=0,
                timeout=SECONDS,
            )
        return self._client


def _litellm(name: str, settings: Settings) -> Model:
    # without this it fetches a table of models and prices from the web when it is imported
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    try:
        from agents.extensions.models.litellm_model import LitellmModel
    except ImportError as exc:
        raise TaskRejected(
            f"This agent's model, {LITELLM}{name}, needs litellm, which is not installed. Who runs the agent can"
            " install it, or set AGENTIA_MODEL to another one."
        ) from exc
    if settings.openai_base_url is None:  # the name says where it is, and the provider has a key of its own
        return LitellmModel(name)
    key = settings.openai_api_key
    name = name if "/" in name else f"openai/{name}"
    return LitellmModel(name, settings.openai_base_url, "none" if key is None else key.get_secret_value())
