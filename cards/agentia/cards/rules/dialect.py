"""How the card's JSON is laid out: fields of old versions, fields that do not exist, and what gets lost."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.finding import Finding, error, hint, warning
from agentia.cards.protocol import release
from agentia.cards.shape import join

_MODERN: Final = frozenset(pb.AgentCard.DESCRIPTOR.fields_by_camelcase_name)
_SNAKE: Final = frozenset(pb.AgentCard.DESCRIPTOR.fields_by_name) - _MODERN
_LEGACY: Final = frozenset(
    (
        "url",
        "preferredTransport",
        "protocolVersion",
        "additionalInterfaces",
        "security",
        "supportsAuthenticatedExtendedCard",
    )
)


def check(card: Mapping[str, Any]) -> Iterator[Finding]:
    """`card` is JSON that was read without an error, so known fields have the right shape."""
    if "supportedInterfaces" in card or "supported_interfaces" in card:
        yield from _both(card)
    elif "url" in card:
        yield from _only_legacy(card)
    if card.get("authentication") is not None:
        yield warning(
            "authentication", "is of protocol 0.2", "Declare securitySchemes and securityRequirements instead."
        )
    if "stateTransitionHistory" in (card.get("capabilities") or {}):
        yield hint("capabilities.stateTransitionHistory", "means nothing since 1.0", "Remove it.")
    yield from _flows(card)
    yield from _unknown(card)


def _only_legacy(card: Mapping[str, Any]) -> Iterator[Finding]:
    yield hint("card", "is laid out as 0.3", "Add supportedInterfaces: clients of 1.0 need them and 0.3 skips them.")
    if not card.get("protocolVersion"):
        yield warning("protocolVersion", "is missing", "State the protocol's version, such as 0.3.0.")
    elif (release(str(card["protocolVersion"])) or (0, 0))[0] >= 1:
        yield error("protocolVersion", "is 1.0 or newer, but the card is laid out as 0.3", "List supportedInterfaces.")
    for index, skill in enumerate(card.get("skills") or ()):
        if skill.get("tags") is None:
            yield error(
                f"skills[{index}].tags", "is missing, and 0.3 clients refuse a card without", "List some, or []."
            )


def _both(card: Mapping[str, Any]) -> Iterator[Finding]:
    interfaces = card.get("supportedInterfaces") or card.get("supported_interfaces") or ()
    if card.get("url") is not None and card["url"] not in [each.get("url") for each in interfaces]:
        fix = "Let url be one of supportedInterfaces: clients of 0.3 and 1.0 should meet the same agent."
        yield warning("url", "is none of supportedInterfaces", fix)


def _flows(card: Mapping[str, Any]) -> Iterator[Finding]:
    for name, scheme in (card.get("securitySchemes") or {}).items():
        flows = scheme.get("flows") if isinstance(scheme, dict) else None
        if isinstance(flows, dict) and len(flows) > 1 and "oauth2SecurityScheme" not in scheme:
            fix = "Declare a scheme for each flow; 1.0 has room for one flow in a scheme, and the safest is kept."
            yield warning(join("securitySchemes", name) + ".flows", "has several flows", fix)


def _unknown(card: Mapping[str, Any]) -> Iterator[Finding]:
    known = _MODERN | _LEGACY
    for name in card:
        at = join("", name)
        if name in _SNAKE:
            yield warning(at, "is spelled with underscores", "Use camelCase; only some readers know both.")
        elif name not in known | {"authentication"}:
            close = get_close_matches(name, known, n=1)
            yield hint(
                at, "is no field of a card and is skipped", f"Did you mean {close[0]}?" if close else "Remove it."
            )
