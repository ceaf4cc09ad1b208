"""What is wrong with an Agent Card, or could be better, each finding with the field, the reason and the fix."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.errors import CardInvalid
from agentia.cards.finding import Finding, Level, error
from agentia.cards.rules import capabilities, dialect, identity, interfaces, modes, security, signatures, skills, text
from agentia.cards.versions import draft_from_json, plain_json

_ORDER: Final[Mapping[Level, int]] = {"error": 0, "warning": 1, "hint": 2}
_MOVED: Final = (
    (r"supportedInterfaces\[0\]\.protocolBinding", "preferredTransport"),
    (r"supportedInterfaces\[\d+\]\.protocolVersion", "protocolVersion"),
    (r"supportedInterfaces\[0\](\.url)?", "url"),
    (r"supportedInterfaces", "url"),
    (r"(.*)securityRequirements(.*)", r"\1security\2"),
)


def lint(
    card: pb.AgentCard | Mapping[str, Any], *, fetched_from: str | None = None, jwks: Mapping[str, Any] | None = None
) -> list[Finding]:
    """Every finding, the gravest first; none when there is nothing to say.

    Given JSON, its layout is looked at too, and fields are named as their author wrote them. `fetched_from` is the URL
    where the card was found; with the agent's `jwks` the signature is verified as well.
    """
    try:
        message = card if isinstance(card, pb.AgentCard) else draft_from_json(card)
        found = list(_findings(message, fetched_from, jwks))
    except CardInvalid as exc:
        return [error(exc.field, exc.reason, exc.fix or "Write it as the A2A specification says.")]
    if not isinstance(card, pb.AgentCard):
        found = [_as_written(each, card) for each in found] + list(dialect.check(card))
    return sorted(dict.fromkeys(found), key=lambda each: _ORDER[each.level])


def _findings(card: pb.AgentCard, fetched_from: str | None, jwks: Mapping[str, Any] | None) -> Iterator[Finding]:
    yield from identity.check(card)
    yield from interfaces.check(card, fetched_from)
    yield from capabilities.check(card)
    yield from modes.check(card)
    yield from skills.check(card)
    yield from security.check(card)
    yield from text.check(plain_json(card))
    yield from signatures.check(card, jwks)


def _as_written(found: Finding, card: Mapping[str, Any]) -> Finding:
    """The finding with the field's 0.3 name when the card is laid out that way."""
    if "supportedInterfaces" in card or "supported_interfaces" in card or "url" not in card:
        return found
    if match := re.fullmatch(r"supportedInterfaces\[([1-9]\d*)\](\.url|\.protocolBinding)?", found.field):
        last = {".url": ".url", ".protocolBinding": ".transport"}.get(match[2] or "", "")
        return replace(found, field=f"additionalInterfaces[{int(match[1]) - 1}]{last}")
    for pattern, name in _MOVED:
        if re.fullmatch(pattern, found.field):
            return replace(found, field=re.sub(pattern, name, found.field))
    return found
