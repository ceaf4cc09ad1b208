"""Settings: every variable that anybody names is one that is read."""

import re
from pathlib import Path

from agentia.core.settings import SECRETS, Settings, file_variable, variable

NAMES = re.compile(r"\bAGENTIA_[A-Z][A-Z0-9_]*\b")

OTHERS = {
    "AGENTIA_DEBUG": "the command line then shows the traceback of an error, also of invalid settings",
}
"""What is read without Settings, and why."""


def test_every_variable_named_anywhere_is_a_setting(repo: Path, files: list[Path]) -> None:
    known = {variable(name) for name in Settings.model_fields} | set(map(file_variable, SECRETS)) | set(OTHERS)
    unknown = {
        f"{path}: {name}"
        for path in files
        for name in NAMES.findall((repo / path).read_bytes().decode(errors="replace"))
        if name not in known
    }
    assert not unknown
