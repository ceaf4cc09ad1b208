"""What of the protocol the agent offers, and its extensions."""

import re
from collections.abc import Iterator
from typing import Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.finding import Finding, error, hint, warning

_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def check(card: pb.AgentCard) -> Iterator[Finding]:
    if not card.HasField("capabilities"):
        yield error("capabilities", "is missing", "State it, even if empty: {}.")
    if not card.capabilities.streaming:
        yield hint("capabilities.streaming", "is false", "Offer streaming, so that people see progress.")
    if not card.capabilities.push_notifications:
        yield hint(
            "capabilities.pushNotifications", "is false", "Offer push, so that long tasks need no open connection."
        )
    if card.capabilities.extended_agent_card and not card.security_schemes:
        fix = "Declare a security scheme: the extended card is for clients who signed in."
        yield warning("capabilities.extendedAgentCard", "is true, but no one can sign in", fix)
    seen: set[str] = set()
    for index, each in enumerate(card.capabilities.extensions):
        yield from _extension(each, f"capabilities.extensions[{index}]", seen)


def _extension(extension: pb.AgentExtension, at: str, seen: set[str]) -> Iterator[Finding]:
    if not extension.uri:
        yield error(f"{at}.uri", "is missing", "Give the URI that identifies the extension.")
    elif not _URI.fullmatch(extension.uri):
        yield error(f"{at}.uri", "is not an absolute URI", "Write it out, such as https://example.com/ext/trace/v1.")
    elif extension.uri in seen:
        yield warning(f"{at}.uri", "repeats an extension", "Declare each extension once.")
    if extension.required:
        yield hint(
            f"{at}.required", "shuts out clients that do not know the extension", "Require it only where you must."
        )
    if not extension.description:
        yield hint(f"{at}.description", "is missing", "Say how the agent uses the extension.")
    seen.add(extension.uri)
