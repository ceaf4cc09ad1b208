"""Key sets (RFC 7517) as they are pinned: public signing keys, nothing else."""

import json
from collections.abc import Mapping
from typing import Any

from agentia.registry.errors import KeysInvalid

PUBLIC = ("kty", "crv", "x", "y", "kid", "alg", "use")
MOST_KEYS = 20


def keyset(data: object) -> dict[str, Any]:
    """The public members of the keys in `data` that can sign; other keys are left out. Raises KeysInvalid."""
    keys = data.get("keys") if isinstance(data, Mapping) else None
    if not isinstance(keys, list) or len(keys) > MOST_KEYS:
        raise KeysInvalid("That is not a key set.", fix=f'Send {{"keys": [...]}} with at most {MOST_KEYS} keys.')
    if any(isinstance(key, dict) and "d" in key for key in keys):
        raise KeysInvalid("A key of the set is a private one.", fix="Publish public keys only, and replace this one.")
    return {"keys": [{name: str(key[name]) for name in PUBLIC if name in key} for key in keys if _can_sign(key)]}


def _can_sign(key: object) -> bool:
    return isinstance(key, dict) and key.get("kty") in ("OKP", "EC") and isinstance(key.get("kid"), str)


def same(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether both hold the same keys, in whatever order."""
    return _material(first) == _material(second)


def _material(jwks: Mapping[str, Any]) -> list[str]:
    return sorted(json.dumps({name: key.get(name) for name in ("kty", "crv", "x", "y", "kid")}) for key in jwks["keys"])
