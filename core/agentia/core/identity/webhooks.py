"""Signing what a service posts to a webhook, and verifying it there: a JWT with the hash of the body."""

import base64
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from agentia.core.identity.errors import KeyInvalid, WebhookInvalid
from agentia.core.identity.keys import ServiceKey, public_key

SIGNATURE: Final = "Agentia-Signature"
"""The header that the JWT comes in."""
FRESH: Final = 300.0
"""Seconds after which a signature proves nothing any more, so that a copied request cannot be sent again later."""
_LEEWAY: Final = 30.0


@dataclass(frozen=True)
class Signed:
    """What a signature says of a POST: which service sent it, when (unix seconds), and under which `delivery` id."""

    issuer: str
    at: float
    delivery: str
    task: str
    event: int


def sign_webhook(key: ServiceKey, url: str, body: bytes, *, delivery: str, task: str, event: int) -> str:
    """A JWT (RFC 7519, EdDSA) for one POST of `body` to `url`, made at this moment."""
    claims = {"iss": key.name, "aud": url, "iat": int(time.time()), "jti": delivery, "task": task, "event": event}
    return key.sign({**claims, "sha256": _digest(body)})


def verify_webhook(
    jwks: Mapping[str, Any], token: str, body: bytes, *, url: str, now: float | None = None, fresh: float = FRESH
) -> Signed:
    """What the token proves of the `body` that came to `url`, by the sender's public keys. Raises WebhookInvalid."""
    import jwt

    try:
        key = public_key(jwks, str(jwt.get_unverified_header(token).get("kid")))
        claims = jwt.decode(token, key, algorithms=["EdDSA"], audience=url, options={"verify_iat": False})
        signed = Signed(claims["iss"], float(claims["iat"]), claims["jti"], claims["task"], int(claims["event"]))
        digest = claims["sha256"]
    except (jwt.PyJWTError, KeyInvalid, LookupError, TypeError, ValueError) as exc:
        raise WebhookInvalid("The notification is not signed by this sender for this URL.") from exc
    if digest != _digest(body):
        raise WebhookInvalid("The notification's body is not the one that was signed.")
    age = (time.time() if now is None else now) - signed.at
    if not -_LEEWAY <= age <= fresh:
        raise WebhookInvalid("The notification was signed too long ago, or by a clock that is ahead.")
    return signed


def _digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
