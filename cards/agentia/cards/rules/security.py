"""Who may call the agent, and how they prove it."""

from collections.abc import Iterator, Sequence

from a2a.types import a2a_pb2 as pb

from agentia.cards.finding import Finding, error, hint, warning
from agentia.cards.rules import schemes
from agentia.cards.shape import join
from agentia.cards.urls import is_loopback


def check(card: pb.AgentCard) -> Iterator[Finding]:
    for name in sorted(card.security_schemes):
        yield from schemes.check(card.security_schemes[name], join("securitySchemes", name))
    yield from _requirements(card, card.security_requirements, "securityRequirements")
    for index, skill in enumerate(card.skills):
        yield from _requirements(card, skill.security_requirements, f"skills[{index}].securityRequirements")
    yield from _open(card)


def _requirements(card: pb.AgentCard, required: Sequence[pb.SecurityRequirement], field: str) -> Iterator[Finding]:
    for index, each in enumerate(required):
        if not each.schemes:
            yield hint(
                f"{field}[{index}]",
                "is empty and lets anyone in",
                "Remove it, unless signing in is meant to be optional.",
            )
        for name in sorted(each.schemes):
            at = join(f"{field}[{index}]", name)
            if name not in card.security_schemes:
                yield error(at, "names no scheme of securitySchemes", _known(card))
            else:
                yield from _scopes(card.security_schemes[name], each.schemes[name].list, at)


def _scopes(scheme: pb.SecurityScheme, wanted: Sequence[str], at: str) -> Iterator[Finding]:
    if not scheme.HasField("oauth2_security_scheme"):
        return
    offered = schemes.scopes(scheme.oauth2_security_scheme)
    missing = [each for each in wanted if each not in offered]
    if missing:
        yield warning(
            at, "wants a scope that the scheme does not offer", f"Declare {missing[0][:60]!r} in its flow's `scopes`."
        )


def _open(card: pb.AgentCard) -> Iterator[Finding]:
    required = [*card.security_requirements, *(each for skill in card.skills for each in skill.security_requirements)]
    used = {name for each in required for name in each.schemes}
    for name in sorted(set(card.security_schemes) - used):
        yield warning(
            join("securitySchemes", name), "is never required", "Name it in securityRequirements, or remove it."
        )
    if not required and any(not is_loopback(each.url) for each in card.supported_interfaces):
        yield hint(
            "securityRequirements",
            "is missing, so anyone may call",
            "Declare how callers sign in, unless that is meant.",
        )


def _known(card: pb.AgentCard) -> str:
    names = ", ".join(join("", name) for name in sorted(card.security_schemes)[:8])
    return f"Declare the scheme, or name one of: {names}." if names else "Declare the scheme in securitySchemes."
