"""What came back from another agent over HTTP and JSON-RPC: a result, or one of our errors that says what it was."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx

from agentia.agents.errors import AgentSilent, AgentUnreached, PeerRefused, PeerUnreadable

_BUSY: Final = (429, 503)
_PROXY: Final = (502, 504)
_LONGEST: Final = 500


def check_status(status: int) -> None:
    """Raise AgentSilent for what passes: an agent that is busy or restarts, or one that its proxy cannot reach."""
    if status in _BUSY:
        raise AgentUnreached(f"It answers with HTTP status {status}.")
    if status in _PROXY:
        raise AgentSilent(f"It answers with HTTP status {status}.")


def result_of(body: bytes | str, status: int = 200) -> Any:
    """The result of a JSON-RPC response. Raises PeerRefused with the error's message, or PeerUnreadable."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as exc:
        if status != 200:
            raise PeerRefused(f"It answers with HTTP status {status}.") from exc
        raise PeerUnreadable("Its answer is not JSON.") from exc
    error = answer.get("error") if isinstance(answer, dict) else None
    if error:
        raise PeerRefused(_said(error.get("message") if isinstance(error, dict) else error))
    if status != 200:
        raise PeerRefused(f"It answers with HTTP status {status}.")
    if not isinstance(answer, dict) or "result" not in answer:
        raise PeerUnreadable("Its answer is not JSON-RPC.")
    return answer["result"]


@contextmanager
def in_our_words() -> Iterator[None]:
    """Errors of the HTTP client as AgentSilent or PeerUnreadable."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as exc:
        raise AgentUnreached("It takes no connections.") from exc
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as exc:
        raise PeerUnreadable("Its card names a URL that cannot be called.") from exc
    except (httpx.TimeoutException, TimeoutError) as exc:
        raise AgentSilent("It took too long to answer.") from exc
    except (httpx.HTTPError, httpx.StreamError) as exc:
        raise AgentSilent("The connection to it broke off.") from exc


def _said(message: object) -> str:
    """A stranger's words, on one line and not too many."""
    return " ".join(str(message or "It gave no reason.").split())[:_LONGEST]
