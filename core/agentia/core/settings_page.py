"""docs/settings.md, written from the fields: `python -m agentia.core.settings_page > docs/settings.md`."""

import sys
from typing import Any

from pydantic.fields import FieldInfo

from agentia.core.settings import SECRETS, Settings, file_variable, variable

_HEAD = """# Settings

Every service reads these environment variables once, at start. A variable that is set but empty counts as not set.
This page is written from the code: `python -m agentia.core.settings_page > docs/settings.md`.
Traces are switched on by the `OTEL_` variables of OpenTelemetry: [telemetry.md](telemetry.md).

| Variable | Default | Meaning |
|---|---|---|
"""


def render() -> str:
    """The whole page as Markdown."""
    return _HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items()) + _files()


def _files() -> str:
    names = ", ".join(f"`{file_variable(name)}`" for name in SECRETS)
    return f"\nA secret may stand in a file instead, which is how containers are given them: {names} name it.\n"


def _row(name: str, field: FieldInfo) -> str:
    return f"| `{variable(name)}` | {_default(field.default)} | {field.description} |\n"


def _default(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:.0f}`" if isinstance(value, float) else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(render())
