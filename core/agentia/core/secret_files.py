"""Secrets that stand in files, where neither `docker inspect` nor a list of processes shows them."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr


class SecretUnreadable(Exception):
    """A file that should hold a secret does not; the text is a sentence."""


def written(variables: Mapping[str, str]) -> dict[str, str]:
    """The secrets by name, of those whose variable names a file. Raises SecretUnreadable."""
    return {name: _read(path, variable) for name, variable in variables.items() if (path := os.environ.get(variable))}


def with_password(url: str, password: str | SecretStr) -> str:
    """A database's URL with a password in it, unless it has one."""
    plain = password.get_secret_value() if isinstance(password, SecretStr) else password
    scheme, _, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    return url if ":" in user or not at else f"{scheme}://{user}:{quote(plain, safe='')}@{place}"


def _read(path: str, variable: str) -> str:
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as exc:
        reason = getattr(exc, "strerror", None) or "it is no text"
        raise SecretUnreadable(f"{variable} names the file {path}, which cannot be read: {reason}.") from exc
    if not secret:
        raise SecretUnreadable(f"{variable} names the file {path}, which is empty.")
    return secret
