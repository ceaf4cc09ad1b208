"""Hop tokens: who calls whom inside the mesh, for whom, and through whom so far."""

import json
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from urllib.parse import urlsplit

from agentia.core.identity.keys import ServiceKey

HEADER = "Agentia-Hop"
MAX_HOPS = 8
MAX_LIFETIME = 300.0


@dataclass(frozen=True)
class Hop:
    """A verified hop token. `chain` names every service that handed the call on, the `issuer` being its last."""

    issuer: str
    audience: str
    principal: str
    tenant: str
    task: str | None
    context: str | None
    chain: tuple[str, ...]
    deadline: float | None
    budget: float | None
    token: str
    previous: str | None


def mint(
    key: ServiceKey,
    *,
    audience: str,
    principal: str,
    tenant: str,
    task: str | None = None,
    context: str | None = None,
    chain: tuple[str, ...] = (),
    deadline: float | None = None,
    budget: float | None = None,
    previous: str | None = None,
    lifetime: float = MAX_LIFETIME,
) -> str:
    """A token for one call to the origin of `audience` (a URL) within `lifetime` seconds, at most five minutes.

    To hand a call on, give the `chain` and as `previous` the `token` of the hop it came by; the issuer's own name is
    added to the chain here. `deadline` is in seconds of the Unix epoch and must not exceed the hop's.
    """
    now = time.time()
    claims = {
        "iss": key.name,
        "aud": origin(audience),
        "sub": principal,
        "ten": tenant,
        "iat": int(now),
        "exp": int(now + min(lifetime, MAX_LIFETIME)),
        "chain": [*(chain[:-1] if chain[-1:] == (key.name,) else chain), key.name],
        "task": task,
        "ctx": context,
        "dl": deadline,
        "bud": budget,
        "prev": previous,
    }
    return key.sign({name: value for name, value in claims.items() if value is not None})


def first_context(token: str) -> str | None:
    """The context in which a chain of calls began, None when no agent has named one; of a token that was verified."""
    context: str | None = None
    older: str | None = token
    while older:
        claims = json.loads(urlsafe_b64decode(f"{older.split('.')[1]}==="))
        context, older = claims.get("ctx") or context, claims.get("prev")
    return context


def origin(url: str) -> str:
    """Scheme, host and port of a URL, as browsers write it; what is no URL stays as it is."""
    parts = urlsplit(url)
    if not parts.hostname:
        return url
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port and parts.port != default else "")
