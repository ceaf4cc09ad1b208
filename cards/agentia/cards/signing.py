"""Signing and verifying Agent Cards: JWS over RFC 8785 canonical JSON (A2A 1.0, section 8.4), by the SDK.

Keys come from the caller alone: a `jku` in a signature is never followed, an unknown `kid` never guessed, and the
algorithm is the key's own, whatever the signature claims.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from a2a.types import a2a_pb2 as pb

from agentia.cards.errors import CardInvalid, CardSignatureInvalid
from agentia.cards.versions import plain_json

if TYPE_CHECKING:
    from jwt import PyJWK

    from agentia.core.identity import ServiceKey

ALGORITHMS: Final = ("EdDSA", "ES256", "ES384")  # ours is EdDSA; the others are common among strangers
_MAX_SIGNATURES: Final = 16
_MAX_HEADER: Final = 4096


def sign_card(card: pb.AgentCard, key: "ServiceKey") -> pb.AgentCard:
    """A copy of `card` signed by `key`, in place of a signature that this key made before; those of other keys stay."""
    from a2a.utils.signing import ProtectedHeader, create_agent_card_signer
    from jwt import PyJWK
    from jwt.algorithms import OKPAlgorithm

    plain_json(card)  # what has no JSON has no signature either: say so in our words
    others = [each for each in card.signatures if protected_header(each).get("kid") != key.kid]
    copy = _with_signatures(card, others)
    private = PyJWK(OKPAlgorithm.to_jwk(key.private, as_dict=True))
    # The SDK's type demands a `jku`, but a null one is no URL and other libraries refuse it.
    header = cast("ProtectedHeader", {"kid": key.kid, "alg": "EdDSA", "typ": "JOSE"})
    try:
        return create_agent_card_signer(private, header)(copy)
    except ValueError as exc:
        raise CardInvalid("card", "has no canonical form", fix="Flatten the extensions' `params`.") from exc


def verify_card(card: pb.AgentCard, jwks: Mapping[str, Any]) -> None:
    """Return when a key of `jwks` signed exactly this card; raise CardSignatureInvalid otherwise."""
    from a2a.utils.signing import SignatureVerificationError, create_signature_verifier

    if not card.signatures:
        raise CardSignatureInvalid("The Agent Card is not signed.", fix="Sign it with a key of the agent's JWKS.")
    ours = [each for each in card.signatures if _is_usable(each, jwks)][:_MAX_SIGNATURES]
    if not ours:
        fix = f"Sign with a published key; `alg` may be {', '.join(ALGORITHMS)} and `kid` must name the key."
        raise CardSignatureInvalid("No signature of the Agent Card names a key that may sign it.", fix=fix)
    try:
        plain_json(card)
        create_signature_verifier(_finder(jwks), list(ALGORITHMS))(_with_signatures(card, ours))
    except (SignatureVerificationError, CardInvalid) as exc:
        fix = "Sign it again: it was changed after it was signed, or signed by another key."
        raise CardSignatureInvalid("The signature does not match the Agent Card.", fix=fix) from exc


def protected_header(signature: pb.AgentCardSignature) -> dict[str, Any]:
    """The JWS header of a signature, unverified; empty when it cannot be read."""
    text = signature.protected
    if len(text) > _MAX_HEADER:
        return {}
    try:
        header = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return {}
    return header if isinstance(header, dict) else {}


def _with_signatures(card: pb.AgentCard, signatures: list[pb.AgentCardSignature]) -> pb.AgentCard:
    copy = pb.AgentCard()
    copy.CopyFrom(card)
    copy.ClearField("signatures")
    copy.signatures.extend(signatures)
    return copy


def _is_usable(signature: pb.AgentCardSignature, jwks: Mapping[str, Any]) -> bool:
    header = protected_header(signature)
    return header.get("alg") in ALGORITHMS and _named(header.get("kid"), jwks) is not None


def _named(kid: object, jwks: Mapping[str, Any]) -> Mapping[str, Any] | None:
    listed = jwks.get("keys")
    keys = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return next((each for each in keys if isinstance(kid, str) and each.get("kid") == kid and _may_sign(each)), None)


def _may_sign(jwk: Mapping[str, Any]) -> bool:
    """Secrets (`oct`) are refused above all: with one, the public key of another scheme would do as a signing key."""
    return jwk.get("kty") in ("OKP", "EC") and jwk.get("use", "sig") == "sig"


def _finder(jwks: Mapping[str, Any]) -> "Callable[[str | None, str | None], PyJWK]":
    from jwt import PyJWK
    from jwt.exceptions import InvalidKeyError

    def find(kid: str | None, _jku: str | None) -> PyJWK:
        jwk = _named(kid, jwks)
        if jwk is None:
            raise InvalidKeyError("unknown kid")
        # Without `alg` the library takes the algorithm from the key's type and curve.
        return PyJWK({name: jwk[name] for name in ("kty", "crv", "x", "y") if name in jwk})

    return find
