"""Whether the card is signed, and by whom it can be checked."""

from collections.abc import Iterator, Mapping
from typing import Any

from a2a.types import a2a_pb2 as pb

from agentia.cards.errors import CardSignatureInvalid
from agentia.cards.finding import Finding, error, hint, warning
from agentia.cards.signing import ALGORITHMS, protected_header, verify_card


def check(card: pb.AgentCard, jwks: Mapping[str, Any] | None) -> Iterator[Finding]:
    if not card.signatures:
        yield hint("signatures", "is missing", "Sign the card, so that others can tell when it was changed under way.")
        return
    for index, each in enumerate(card.signatures):
        yield from _signature(each, f"signatures[{index}]")
    if jwks is not None:
        try:
            verify_card(card, jwks)
        except CardSignatureInvalid as exc:
            yield error("signatures", "cannot be verified with the agent's keys", exc.fix)


def _signature(signature: pb.AgentCardSignature, at: str) -> Iterator[Finding]:
    header = protected_header(signature)
    if not signature.signature:
        yield error(f"{at}.signature", "is missing", "Sign the card again.")
    if not header:
        yield error(f"{at}.protected", "is not a JWS header", "Sign the card again: base64url of {alg, kid, typ}.")
        return
    if header.get("alg") not in ALGORITHMS:
        reason = "uses an algorithm that is not accepted here"
        yield warning(
            f"{at}.protected", reason, f"Sign with {', '.join(ALGORITHMS)}; secrets and `none` prove nothing."
        )
    if not isinstance(header.get("kid"), str):
        yield error(f"{at}.protected", "names no key", "Put the `kid` of the signing key into the header.")
    if header.get("jku") is not None:
        yield hint(
            f"{at}.protected",
            "names a place for its key",
            "Publish it at /.well-known/jwks.json; `jku` is not followed.",
        )
