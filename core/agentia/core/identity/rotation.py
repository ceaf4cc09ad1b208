"""Changing a service's key in three steps, between which its replicas are started again: publish, use, drop.

First the next key is published beside the one that signs, so that all know it before it signs anything; then it signs
while the old one is still published, as tasks under way hold tokens that it signed; then the old one is gone. Each new
set of keys is vouched for by a key of the set before.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from agentia.core.identity.errors import KeyInvalid
from agentia.core.identity.keys import ServiceKey, beside, create_key, public_key

FRESH: Final = 300.0
"""Seconds for which a voucher counts, so that one of an earlier set cannot be shown again later."""
_LEEWAY: Final = 60.0


def publish(path: Path) -> None:
    """Make the next key of the one at `path`. Raises KeyInvalid."""
    following, old = beside(path)
    if not path.exists():
        raise KeyInvalid(f"There is no key {path}.", fix="A service makes its first key itself, as it starts.")
    if following.exists() or old.exists():
        raise KeyInvalid("The key is being changed already.", fix="Go on with the next step, `use` or `drop`.")
    create_key(following)


def use(path: Path) -> None:
    """Have the next key sign, and the present one be the old one. Raises KeyInvalid."""
    following, old = beside(path)
    if not following.exists():
        raise KeyInvalid("There is no next key to use.", fix="The first step is `publish`.")
    old.unlink(missing_ok=True)  # of a step that broke off here
    os.link(path, old)
    following.replace(path)


def drop(path: Path) -> None:
    """Forget the old key. Raises KeyInvalid."""
    following, old = beside(path)
    if following.exists() or not old.exists():
        raise KeyInvalid("There is no old key to drop.", fix="The steps before are `publish` and `use`.")
    old.unlink()


def voucher(key: ServiceKey) -> str:
    """A JWT by which `key` vouches for all keys that its service now publishes."""
    return key.sign({"iss": key.name, "iat": int(time.time()), "keys": _digest(key.jwks())})


def vouched(token: str, service: str, pinned: Mapping[str, Any], jwks: Mapping[str, Any]) -> bool:
    """Whether the token proves that a pinned key of the service vouches for the keys of `jwks`, now."""
    import jwt

    try:
        key = public_key(pinned, str(jwt.get_unverified_header(token).get("kid")))
        claims = jwt.decode(token, key, algorithms=["EdDSA"], options={"verify_iat": False})
        age = time.time() - float(claims["iat"])
        return bool(claims["iss"] == service and claims["keys"] == _digest(jwks) and -_LEEWAY <= age <= FRESH)
    except (jwt.PyJWTError, KeyInvalid, LookupError, TypeError, ValueError):
        return False


def _digest(jwks: Mapping[str, Any]) -> str:
    keys = sorted(json.dumps([key.get(name) for name in ("kty", "crv", "x", "y", "kid")]) for key in jwks["keys"])
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()
