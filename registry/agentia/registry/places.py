"""Addresses of agents, written one way, and what a card may say about them."""

from urllib.parse import urlsplit, urlunsplit

from a2a.types import a2a_pb2 as pb

from agentia.cards.urls import origin
from agentia.cards.wellknown import CARD_PATH, OLD_CARD_PATH
from agentia.registry.errors import CardMisplaced, RequestInvalid

LONGEST_URL = 2_000


def base_url(url: str) -> str:
    """`HTTP://Host:80/a/.well-known/agent-card.json` as `http://host/a`. Raises RequestInvalid."""
    place = origin(url)
    parts = urlsplit(url) if place else None
    if place is None or parts is None or parts.username or parts.password or len(url) > LONGEST_URL:
        fix = "Give an absolute http or https URL without a password, such as https://agent.example.com."
        raise RequestInvalid("That is not a URL where an agent can be.", fix=fix)
    scheme, host, port = place
    shown = f"[{host}]" if ":" in host else host
    usual = port == {"http": 80, "https": 443}[scheme]
    path = parts.path.removesuffix(CARD_PATH).removesuffix(OLD_CARD_PATH).rstrip("/")
    return urlunsplit((scheme, shown if usual else f"{shown}:{port}", path, "", ""))


def home(card: pb.AgentCard, source: str | None) -> str:
    """The agent's base URL: where its card was fetched, or its first interface's when that tells nothing.

    Raises CardMisplaced when the card was fetched at another origin than the agent's: nobody speaks for others.
    """
    base = base_url(source) if source else ""
    if base and not base.endswith(".json"):
        return base
    url = base_url(card.supported_interfaces[0].url)
    if source and origin(source) != origin(url):
        fix = f"Register the agent by its own URL, {url}."
        raise CardMisplaced("The card lies at another origin than its agent.", fix=fix)
    return url


def check_interfaces(card: pb.AgentCard, *places: str) -> None:
    """Raise CardMisplaced when an interface is at none of the origins of `places`.

    Callers follow a card's interfaces; a card that could name any address would lead them into networks of others.
    """
    allowed = {origin(place) for place in places}
    for interface in card.supported_interfaces:
        if origin(interface.url) not in allowed:
            fix = "Let the card's interfaces have the scheme, host and port under which the agent is registered."
            raise CardMisplaced(f"The card's interface {interface.url!r} is at another origin than the agent.", fix=fix)
