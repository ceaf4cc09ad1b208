"""The client, a process of its own: sends SendMessage over kept-alive connections and checks each answer.

`python -m bench.load URL REQUESTS CONNECTIONS [TEXT STATE]`: what each task is sent, and how it must stand then.
"""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import uvloop


@dataclass(frozen=True)
class Load:
    """What came of a load; times in milliseconds."""

    requests: int
    errors: int
    first_error: str
    p50: float
    p99: float
    seconds: float


def request(host: str, text: str) -> bytes:
    """One SendMessage as it goes over the wire, with a messageId of its own."""
    message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}]}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": message}}).encode()
    head = f"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nA2A-Version: 1.0\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> tuple[bytes, bytes]:
    """Send a request, return the head and the body of its answer."""
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return head, await reader.readexactly(int(length))


async def connection(
    host: str, port: int, texts: Iterator[str], state: str, times: list[float], errors: list[str]
) -> None:
    """Send as long as there are texts left, one request after the other."""
    reader, writer = await asyncio.open_connection(host, port)
    for text in texts:
        sent = request(f"{host}:{port}", text)
        start = time.perf_counter()
        head, body = await exchange(reader, writer, sent)
        times.append(time.perf_counter() - start)
        if b" 200 " not in head[:16] or state.encode() not in body or text.encode() not in body:
            errors.append((head + body).decode(errors="replace"))
    writer.close()


async def load(
    url: str, requests: int, connections: int, text: str = "echo this, please", state: str = "TASK_STATE_COMPLETED"
) -> Load:
    """Send `requests` messages over `connections` connections."""
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    times: list[float] = []
    errors: list[str] = []
    texts = iter([f"{text}: {number}" for number in range(requests)])
    start = time.perf_counter()
    await asyncio.gather(
        *(connection(address.hostname, address.port, texts, state, times, errors) for _ in range(connections))
    )
    seconds = time.perf_counter() - start
    times.sort()
    p50, p99 = times[len(times) // 2] * 1e3, times[len(times) * 99 // 100] * 1e3
    return Load(len(times), len(errors), errors[0] if errors else "", p50, p99, seconds)


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(load(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])))))
