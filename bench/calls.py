"""Calls of one client, as benchmarks make them beside a load."""

import json
import socket
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit


def call(url: str, method: str, params: Any) -> Any:
    """The result of a JSON-RPC call of protocol 1.0. Ends everything when it is an error."""
    headers = {"Content-Type": "application/json", "A2A-Version": "1.0"}
    with urllib.request.urlopen(urllib.request.Request(url, body(method, params), headers)) as answer:
        said = json.load(answer)
    if "result" not in said:
        raise SystemExit(f"{url} answers {method} with {said}")
    return said["result"]


def send(url: str, text: str, *, wait: bool = True, **fields: Any) -> Any:
    """The task of a message, once it has ended or asked unless it is not to be waited for."""
    sent = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}], **fields}
    return call(url, "SendMessage", {"message": sent, "configuration": {"returnImmediately": not wait}})["task"]


def begin(url: str, text: str) -> str:
    """Send a message without waiting for what comes of it; the id of its task."""
    return str(send(url, text, wait=False)["id"])


def followed(url: str, task_id: str) -> Iterator[Any]:
    """The events that SubscribeToTask answers, as they come."""
    address, content = urlsplit(url), body("SubscribeToTask", {"id": task_id})
    with closing(socket.create_connection((address.hostname or "", address.port or 0))) as connection:
        connection.sendall(post(address.netloc, content))
        for line in connection.makefile("rb"):
            if line.startswith(b"data:"):
                yield json.loads(line[5:])["result"]


def ticks(url: str, task_id: str) -> Iterator[tuple[float, float]]:
    """When each chunk of a task sent `tick` was written, and when it came here (unix seconds)."""
    for event in followed(url, task_id):
        if parts := event.get("artifactUpdate", {}).get("artifact", {}).get("parts"):
            came = time.time()
            yield from ((float(text), came) for text in parts[0].get("text", "").split())


def body(method: str, params: Any) -> bytes:
    """A request of JSON-RPC."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def post(host: str, content: bytes) -> bytes:
    """The same as it goes over the wire."""
    head = f"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nA2A-Version: 1.0\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
