"""The environment's settings, and the model."""

import os
from collections.abc import Iterator

from agentia.cli.checks.finding import Found
from agentia.core.settings import Settings, SettingsInvalid

OPENAI = "https://api.openai.com"


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


def _model(settings: Settings) -> Found:
    if settings.model is None:
        return Found("ok", "Model", "none set: the shipped specialists work without")
    where = settings.openai_base_url or OPENAI
    if settings.openai_api_key is None and settings.openai_base_url is None:
        return Found("fail", "Model", f"{settings.model}, but no key", "Set OPENAI_API_KEY, or OPENAI_BASE_URL.")
    return Found("ok", "Model", f"{settings.model} at {where}")
