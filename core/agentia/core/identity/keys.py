"""A service's Ed25519 key: kept in a file that only its owner reads, published as a JWKS."""

import base64
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from agentia.core.identity.errors import KeyInvalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

log = logging.getLogger("agentia.core")


class ServiceKey:
    """The key with which the service `name` signs; `others` it only publishes, as a key is changed in steps."""

    def __init__(self, name: str, private: "Ed25519PrivateKey", others: "Sequence[Ed25519PrivateKey]" = ()) -> None:
        self.name = name
        self.private = private
        self._others = others

    @classmethod
    def load_or_create(cls, path: Path, name: str) -> Self:
        """Read the key at `path`, or make it; processes that make it at once get the same. Raises `KeyInvalid`.

        What stands beside it as `NAME.next.pem` and `NAME.old.pem` is published with it (`identity/rotation.py`).
        """
        try:
            if not path.exists():
                create_key(path)
            return cls(name, _load(path), [_load(other) for other in beside(path) if other.exists()])
        except OSError as exc:
            raise KeyInvalid(
                f"The key file {path} cannot be used: {exc.strerror}.",
                fix="Let the user that runs the service read and write it.",
            ) from exc

    @cached_property
    def kid(self) -> str:
        """The key's thumbprint (RFC 7638)."""
        return str(_public(self.private)["kid"])

    def jwks(self) -> dict[str, Any]:
        """The public halves, as `/.well-known/jwks.json` serves them; the key that signs is the first."""
        public = {key["kid"]: key for key in map(_public, (self.private, *self._others))}
        return {"keys": [*public.values()]}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as a signed JWT."""
        import jwt

        return jwt.encode(dict(claims), self.private, algorithm="EdDSA", headers={"kid": self.kid})


def beside(path: Path) -> tuple[Path, Path]:
    """Where the next key and the old one of the key at `path` stand."""
    return path.with_suffix(".next.pem"), path.with_suffix(".old.pem")


def public_key(jwks: Mapping[str, Any], kid: str) -> "Ed25519PublicKey":
    """The Ed25519 key named `kid` in a JWKS. Raises `KeyInvalid`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = next(key for key in jwks["keys"] if key.get("kid") == kid and key.get("crv") == "Ed25519")
        padded = key["x"] + "=" * (-len(key["x"]) % 4)
        return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(padded))
    except (StopIteration, LookupError, TypeError, AttributeError, ValueError) as exc:
        raise KeyInvalid("The key set does not hold the Ed25519 key that the signature names.") from exc


def _public(private: "Ed25519PrivateKey") -> dict[str, Any]:
    x = _base64url(private.public_key().public_bytes_raw())
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    kid = _base64url(hashlib.sha256(members.encode()).digest())
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA", "use": "sig"}


def _load(path: Path) -> "Ed25519PrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if _is_open(path.stat()):
        log.warning("key file is open to others", extra={"path": str(path)})
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise _no_key(path) from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def _is_open(file: os.stat_result) -> bool:
    """Whether others than who may can read it. What root owns and a group reads is how clusters mount secrets."""
    return bool(file.st_mode & (0o077 if file.st_uid == os.geteuid() else 0o037))


def _no_key(path: Path) -> KeyInvalid:
    return KeyInvalid(
        f"{path} holds no Ed25519 private key.", fix="Move the file away; the next start makes a new key."
    )


def create_key(path: Path) -> None:
    """Write a new key beside `path` and link it there, unless another process was faster."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        log.debug("key was made by another process", extra={"path": str(path)})
    finally:
        draft.unlink(missing_ok=True)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
