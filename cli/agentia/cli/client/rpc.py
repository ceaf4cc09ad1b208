"""JSON-RPC of A2A 1.0 over HTTP: calls, streams, and httpx's errors as sentences."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from agentia.cli.client.sse import Frame, frames
from agentia.cli.errors import CliError, MeshUnreachable

VERSION_HEADER = {"A2A-Version": "1.0"}
TIMEOUT = httpx.Timeout(30, connect=5)
STREAM_TIMEOUT = httpx.Timeout(60, connect=5)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
INTERNAL_ERROR = -32603


class RpcError(CliError):
    """The other side answered with an error. `passing` ones may be gone when it is asked again."""

    def __init__(self, message: str, *, fix: str = "", rpc_code: int = 0, passing: bool = False) -> None:
        super().__init__(message, fix=fix)
        self.rpc_code = rpc_code
        self.passing = passing


class StreamBroken(CliError):
    """The connection was lost before the task had ended."""


class A2AClient:
    """Calls one A2A endpoint. Use as a context manager."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        headers = {**VERSION_HEADER, **({"Authorization": f"Bearer {token}"} if token else {})}
        local = urlsplit(url).hostname in LOOPBACK
        self._http = httpx.Client(
            headers=headers,
            timeout=TIMEOUT,
            trust_env=not local,  # a proxy cannot reach this machine's own address
            verify=not url.startswith("http://"),  # loading certificates takes 30 ms
        )

    def __enter__(self) -> "A2AClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def call(self, method: str, params: dict[str, Any]) -> Any:
        """The result of a method. Raises RpcError or MeshUnreachable."""
        with self._translated():
            response = self._http.post(self.url, json=_request(method, params))
        return _result(response.status_code, response.content)

    def stream(self, method: str, params: dict[str, Any], *, after: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
        """Event ids and results as they come. Raises RpcError, MeshUnreachable, or StreamBroken once connected."""
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": after} if after else {})}
        body = _request(method, params)
        with self._translated(), self._open(body, headers) as response:
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                yield "", _result(response.status_code, response.read())
                return
            try:
                for frame in frames(response.iter_bytes()):
                    yield frame.id, _event(frame)
            except httpx.TransportError as exc:
                raise StreamBroken(f"The connection to {self.url} was lost.") from exc

    @contextmanager
    def _open(self, body: dict[str, Any], headers: dict[str, str]) -> Iterator[httpx.Response]:
        with self._http.stream("POST", self.url, json=body, headers=headers, timeout=STREAM_TIMEOUT) as response:
            yield response

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
            fix = "`agentia up` starts a mesh here; --url names another."
            raise MeshUnreachable(f"Nobody answers at {origin(self.url)}.", fix=fix) from exc
        except httpx.TimeoutException as exc:
            raise MeshUnreachable(f"{origin(self.url)} does not answer in time.", fix="Try again in a moment.") from exc
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as exc:
            raise CliError(
                f"{self.url!r} is not a URL to call.", fix="--url wants something like http://host:8000."
            ) from exc
        except httpx.TransportError as exc:
            raise StreamBroken(f"The connection to {origin(self.url)} was lost.") from exc


def _request(method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def _result(status: int, content: bytes) -> Any:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise RpcError(f"The answer is not JSON-RPC (HTTP status {status}).", fix="Is this the URL of an A2A agent?")
    if error := body.get("error"):
        raise _error(error, status)
    if "result" not in body:
        raise RpcError(f"The answer is not JSON-RPC (HTTP status {status}).", fix="Is this the URL of an A2A agent?")
    return body["result"]


def _event(frame: Frame) -> dict[str, Any]:
    result = _result(200, frame.data.encode())
    if not isinstance(result, dict):
        raise RpcError("The agent streamed something that is no A2A event.")
    return result


def _error(error: Any, status: int) -> RpcError:
    """From a JSON-RPC error, or our services' own `{"code", "message", "fix"}`."""
    if not isinstance(error, dict):
        return RpcError(f"The other side refused (HTTP status {status}): {error}")
    code = error.get("code")
    message = str(error.get("message") or f"HTTP status {status}")
    fix = str(error.get("fix") or "")
    if status in (401, 403) and not fix:
        fix = "--token gives the key that this gateway asks for."
    passing = code == INTERNAL_ERROR or status in (502, 503, 504)
    return RpcError(message, fix=fix, rpc_code=code if isinstance(code, int) else 0, passing=passing)


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
