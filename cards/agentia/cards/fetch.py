"""Fetching the card of an agent at its address."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.errors import CardInvalid, CardNotFound, CardUnavailable
from agentia.cards.urls import split
from agentia.cards.versions import card_from_json, decoded
from agentia.cards.wellknown import CARD_PATH, OLD_CARD_PATH

if TYPE_CHECKING:
    from agentia.core.fetch import Fetched, SafeFetcher

_ABSENT: Final = (404, 410)


@dataclass(frozen=True, slots=True)
class FetchedCard:
    """A card, the JSON it was read from, its ETag for the next time, and where it was found."""

    card: pb.AgentCard
    json: dict[str, Any]
    etag: str | None
    url: str


@dataclass(frozen=True, slots=True)
class NotModified:
    """The card is still the one with the ETag that was given."""

    etag: str | None
    url: str


async def fetch_card(fetcher: "SafeFetcher", base_url: str, *, etag: str | None = None) -> FetchedCard | NotModified:
    """The card below `base_url` (or at it, when it ends in .json): agent-card.json, or agent.json where that is absent.

    The fetcher follows no redirect, so the card is of the origin that was asked. Raises CardNotFound, CardUnavailable,
    CardInvalid, or what the fetcher raises (FetchRefused, FetchFailed).
    """
    for url in _places(base_url):
        found = await fetcher.get(url, etag=etag)
        if found.status == 304:
            return NotModified(found.etag or etag, url)
        if found.status not in _ABSENT:
            return _read(found, url)
    fix = f"Serve it at {CARD_PATH} below the URL, or give the card's own URL."
    raise CardNotFound(f"There is no Agent Card at {base_url}.", fix=fix)


def _places(base_url: str) -> Iterator[str]:
    base = split(base_url)
    if base is None:
        fix = "Give an absolute http or https URL, such as https://agent.example.com."
        raise CardNotFound("That is not a URL where an Agent Card can be.", fix=fix)
    if base.path.endswith(".json"):
        yield base.geturl()
        return
    for path in (CARD_PATH, OLD_CARD_PATH):
        yield base._replace(query="", fragment="", path=base.path.rstrip("/") + path).geturl()


def _read(found: "Fetched", url: str) -> FetchedCard:
    if found.status != 200:
        raise CardUnavailable(f"{url} answered with status {found.status} instead of a card.", fix="Try again later.")
    try:
        data = decoded(found.body)
        return FetchedCard(card_from_json(data), data, found.etag, url)
    except CardInvalid as exc:
        exc.add_note(f"fetched from {url}")
        raise
