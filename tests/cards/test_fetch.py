"""Fetching cards over real sockets from servers that behave and servers that do not."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import pytest
from a2a.types import a2a_pb2 as pb
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from agentia.cards import CardError, CardInvalid, CardNotFound, CardUnavailable, card_bytes, card_to_json
from agentia.cards.fetch import FetchedCard, NotModified, fetch_card
from agentia.cards.wellknown import CARD_PATH, OLD_CARD_PATH, card_routes
from agentia.core.fetch import FetchFailed, FetchRefused, SafeFetcher
from agentia.core.identity import ServiceKey

Serve = Callable[[ASGIApp], Awaitable[str]]


@pytest.fixture
def fetcher() -> SafeFetcher:
    return SafeFetcher(allow_private=True, timeout=5)


@pytest.fixture
async def base(serve: Serve, card: pb.AgentCard, key: ServiceKey) -> str:
    return await serve(Starlette(routes=card_routes(lambda: card_bytes(card), key.jwks)))


def answering(answers: Mapping[str, Response]) -> Starlette:
    async def answer(request: Request, path: str) -> Response:
        return answers[path]

    return Starlette(routes=[Route(path, partial(answer, path=path)) for path in answers])


async def test_a_card_is_found_below_the_agents_url(fetcher: SafeFetcher, base: str, card: pb.AgentCard) -> None:
    found = await fetch_card(fetcher, base)
    assert isinstance(found, FetchedCard)
    assert (found.card, found.json) == (card, card_to_json(card))
    assert found.url == base + CARD_PATH


async def test_a_card_is_found_at_its_own_url(fetcher: SafeFetcher, base: str, card: pb.AgentCard) -> None:
    found = await fetch_card(fetcher, base + OLD_CARD_PATH)
    assert isinstance(found, FetchedCard)
    assert found.card == card


async def test_a_card_that_has_not_changed_is_not_sent_again(
    fetcher: SafeFetcher, base: str, card: pb.AgentCard
) -> None:
    first = await fetch_card(fetcher, base + "/")
    assert isinstance(first, FetchedCard)
    assert await fetch_card(fetcher, base, etag=first.etag) == NotModified(first.etag, first.url)
    card.version = "2.0.0"
    changed = await fetch_card(fetcher, base, etag=first.etag)
    assert isinstance(changed, FetchedCard)
    assert changed.card.version == "2.0.0"


@pytest.mark.parametrize("status", [404, 410])
async def test_an_old_agent_is_found_at_the_old_path(
    fetcher: SafeFetcher, serve: Serve, card: pb.AgentCard, status: int
) -> None:
    answers = {"/a" + CARD_PATH: Response(status_code=status), "/a" + OLD_CARD_PATH: Response(card_bytes(card))}
    found = await fetch_card(fetcher, await serve(answering(answers)) + "/a/?x=1#y")
    assert isinstance(found, FetchedCard)
    assert found.url.endswith("/a" + OLD_CARD_PATH)


async def test_where_there_is_no_card_it_says_so(fetcher: SafeFetcher, serve: Serve) -> None:
    with pytest.raises(CardNotFound) as refused:
        await fetch_card(fetcher, await serve(answering({})))
    assert CARD_PATH in refused.value.fix


@pytest.mark.parametrize("status", [401, 500, 503])
async def test_a_server_in_trouble_is_not_taken_for_one_without_a_card(
    fetcher: SafeFetcher, serve: Serve, card: pb.AgentCard, status: int
) -> None:
    answers = {CARD_PATH: Response(status_code=status), OLD_CARD_PATH: Response(card_bytes(card))}
    with pytest.raises(CardUnavailable, match=str(status)):
        await fetch_card(fetcher, await serve(answering(answers)))


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"{}", b'{"name": 5}', b" " * 300_000])
async def test_what_is_no_card_is_refused(fetcher: SafeFetcher, serve: Serve, body: bytes) -> None:
    with pytest.raises(CardInvalid):
        await fetch_card(fetcher, await serve(answering({CARD_PATH: Response(body)})))


async def test_a_redirect_is_not_followed(fetcher: SafeFetcher, serve: Serve, base: str) -> None:
    away = Response(status_code=302, headers={"Location": base + CARD_PATH})
    with pytest.raises((FetchRefused, CardError), match="redirect"):
        await fetch_card(fetcher, await serve(answering({CARD_PATH: away})))


async def test_a_private_address_is_refused_unless_allowed(base: str) -> None:
    with pytest.raises(FetchRefused):
        await fetch_card(SafeFetcher(), base)


async def test_a_server_that_is_gone_is_said_to_be(fetcher: SafeFetcher, unused_tcp_port: int) -> None:
    with pytest.raises(FetchFailed):
        await fetch_card(fetcher, f"http://127.0.0.1:{unused_tcp_port}")


@pytest.mark.parametrize("url", ["", "agent.example.com", "ftp://a.example", "http://", "http://[::1", "http://a:x/"])
async def test_what_is_no_url_is_refused(fetcher: SafeFetcher, url: str) -> None:
    with pytest.raises(CardNotFound, match="not a URL"):
        await fetch_card(fetcher, url)
