"""The environment's settings: those of the mesh, of its models, and of its traces."""

import os
from collections.abc import Iterator
from importlib.util import find_spec

from agentia.cli.checks.finding import Found
from agentia.core.settings import Settings, SettingsInvalid
from agentia.core.telemetry import wanted

OPENAI = "https://api.openai.com"
LITELLM = "litellm/"


def check() -> Iterator[Found]:
    """What the environment says."""
    try:
        settings = Settings()
    except SettingsInvalid as exc:
        yield Found("fail", "Settings", exc.message, exc.fix)
        return
    given = sorted(name for name in os.environ if name.startswith("AGENTIA_") and name != "AGENTIA_DEBUG")
    yield Found("ok", "Settings", f"given: {', '.join(given)}" if given else "none given, defaults apply")
    yield _model(settings)
    yield _budget(settings)
    yield _traces()


def _model(settings: Settings) -> Found:
    if settings.model is None:
        return Found("ok", "Model", "none set: the shipped specialists work without")
    if settings.model.startswith(LITELLM):
        if find_spec("litellm") is None:
            return Found("fail", "Model", f"{settings.model}, but no litellm", "`pip install litellm`.")
        return Found("ok", "Model", f"{settings.model} at {settings.openai_base_url or 'its provider'}")
    where = settings.openai_base_url or OPENAI
    if settings.openai_api_key is None and settings.openai_base_url is None:
        return Found("fail", "Model", f"{settings.model}, but no key", "Set OPENAI_API_KEY, or OPENAI_BASE_URL.")
    return Found("ok", "Model", f"{settings.model} at {where}")


def _budget(settings: Settings) -> Found:
    if settings.task_cost is None:
        return Found("ok", "Budget", "tasks may cost what they cost")
    if settings.model_price is None:
        fix = "Set AGENTIA_MODEL_PRICE: until then tasks that need a model are rejected."
        return Found("fail", "Budget", f"{settings.task_cost:g} a task, but no price", fix)
    return Found("ok", "Budget", f"{settings.task_cost:g} a task, at {settings.model_price} a million tokens")


def _traces() -> Found:
    if not wanted():
        return Found("ok", "Traces", "told to nobody")
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        return Found("warn", "Traces", "asked for, but OpenTelemetry is missing", "`pip install 'agentia[otel]'`.")
    return Found("ok", "Traces", "told to the collector that the OTEL_ variables name")
