"""Who the agent is: name, version, description, provider and links."""

import re
from collections.abc import Iterator
from typing import Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.build import slug
from agentia.cards.errors import CardInvalid
from agentia.cards.finding import Finding, error, hint, warning
from agentia.cards.urls import is_loopback, split

_SEMANTIC: Final = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?"
    r"(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)
_SHORT: Final = 40
_LONG: Final = 2000
_LONG_NAME: Final = 64


def check(card: pb.AgentCard) -> Iterator[Finding]:
    yield from _name(card.name)
    yield from _version(card.version)
    yield from _description(card)
    yield from _provider(card)
    yield from link("documentationUrl", card.documentation_url)
    if not card.documentation_url:
        yield hint("documentationUrl", "is missing", "Link to a page that tells people more.")
    if card.icon_url.startswith("data:"):
        yield warning(
            "iconUrl", "holds the image itself", "Serve the image and link to it: cards are read by every peer."
        )
    else:
        yield from link("iconUrl", card.icon_url)


def link(field: str, url: str) -> Iterator[Finding]:
    """What is wrong with a URL that people or clients open; nothing when it is not given."""
    if url and split(url) is None:
        yield error(field, "is not an absolute http or https URL", "Write it out, such as https://example.com/agent.")
    elif url.startswith("http:") and not is_loopback(url):
        yield warning(field, "is not encrypted", "Use https.")


def _name(name: str) -> Iterator[Finding]:
    if not name.strip():
        yield error("name", "is missing", "Give the agent a name that people recognise.")
        return
    try:
        slug(name)
    except CardInvalid as exc:
        yield error("name", exc.reason, exc.fix)
    if len(name) > _LONG_NAME:
        yield warning("name", f"is longer than {_LONG_NAME} characters", "Shorten it; the description has room.")


def _version(version: str) -> Iterator[Finding]:
    if not version:
        yield error("version", "is missing", "Give the agent's own version, such as 1.0.0.")
    elif not _SEMANTIC.fullmatch(version):
        yield warning(
            "version", "is not a semantic version", "Write major.minor.patch, such as 1.4.0, so peers can compare."
        )


def _description(card: pb.AgentCard) -> Iterator[Finding]:
    text = card.description.strip()
    if not text:
        yield error("description", "is missing", "Say in two sentences what the agent does and for whom.")
    elif text.lower() == card.name.strip().lower():
        yield warning("description", "only repeats the name", "Say what the agent does and for whom.")
    elif len(text) < _SHORT:
        yield warning(
            "description", "is too short to be found by", "Say what it does in the words that people search with."
        )
    elif len(text) > _LONG:
        yield hint("description", f"is longer than {_LONG} characters", "Move the details to the documentation.")


def _provider(card: pb.AgentCard) -> Iterator[Finding]:
    if not card.HasField("provider"):
        yield hint("provider", "is missing", "Say which organization answers for the agent.")
        return
    for name in ("organization", "url"):
        if not getattr(card.provider, name).strip():
            yield error(f"provider.{name}", "is missing", "A provider has both an organization and a URL.")
    yield from link("provider.url", card.provider.url)
