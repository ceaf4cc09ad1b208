"""JSON over HTTP with our own services, their errors as sentences."""

from typing import Any
from urllib.parse import urlsplit

import httpx

from agentia.cli.client.rpc import LOOPBACK, TIMEOUT, origin
from agentia.cli.errors import CliError, MeshUnreachable


class Refused(CliError):
    """A service answered with an error; `http` is its status."""

    def __init__(self, message: str, *, fix: str = "", http: int = 0) -> None:
        super().__init__(message, fix=fix)
        self.http = http


def request(
    method: str, url: str, *, body: Any = None, token: str | None = None, params: dict[str, str] | None = None
) -> Any:
    """The JSON that comes back, None when nothing does. Raises Refused or MeshUnreachable."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    local = urlsplit(url).hostname in LOOPBACK
    verify = not url.startswith("http://")
    try:
        with httpx.Client(timeout=TIMEOUT, headers=headers, trust_env=not local, verify=verify) as client:
            response = client.request(method, url, json=body, params=params)
    except httpx.TransportError as exc:
        fix = "`agentia up` starts a mesh here; --url names another."
        raise MeshUnreachable(f"Nobody answers at {origin(url)}.", fix=fix) from exc
    except httpx.InvalidURL as exc:
        raise CliError(f"{url!r} is not a URL to call.") from exc
    return _answer(response)


def _answer(response: httpx.Response) -> Any:
    try:
        body = response.json() if response.content else None
    except ValueError:
        body = None
        if response.is_success:
            raise Refused(f"{response.url} did not answer with JSON.", http=response.status_code) from None
    if response.is_success:
        return body
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    message = str(error.get("message") or f"{response.url} answered with HTTP status {response.status_code}.")
    raise Refused(message, fix=str(error.get("fix") or ""), http=response.status_code)
