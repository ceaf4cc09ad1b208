"""CPU of an artifact streamed in 1,500, 3,000 and 6,000 chunks: does the cost of a chunk stay the same?"""

import json
import socket
import statistics
import sys
import time
import uuid
from typing import Final
from urllib.parse import urlsplit

from bench.report import heading, table, target
from bench.servers import Server
from bench.sides import serving

LENGTHS: Final = (1500, 3000, 6000)
ROUNDS: Final = 3
LINEAR: Final = 1.25
"""What a chunk of the longest artifact may cost against one of the shortest; 4 would be quadratic."""


def main() -> bool:
    """Measure ours and the SDK's handler in memory; returns whether ours is linear."""
    heading("One artifact streamed in chunks, an event each: CPU of the server")
    with serving(("ours", "memory")) as servers:
        cpu = {name: _measure(server) for name, server in servers.items()}
    rows = [[name, *(f"{_per_chunk(taken, n):.3f}" for n in LENGTHS)] for name, taken in cpu.items()]
    table(("CPU ms a chunk", *(f"{n:,} chunks" for n in LENGTHS)), rows)
    growth = {name: _per_chunk(taken, LENGTHS[-1]) / _per_chunk(taken, LENGTHS[0]) for name, taken in cpu.items()}
    print(f"the SDK's handler: a chunk of the longest costs {growth['memory']:.2f} times one of the shortest")
    print(f"CPU against the SDK's, {LENGTHS[-1]:,} chunks: {cpu['ours'][LENGTHS[-1]] / cpu['memory'][LENGTHS[-1]]:.3f}")
    return target("a chunk of the longest against one of the shortest", growth["ours"], LINEAR)


def _measure(server: Server) -> dict[int, float]:
    """CPU seconds by length, the median of all rounds; a short stream goes before, to warm up."""
    _stream(server, 200)
    rounds = ROUNDS if server.name == "ours" else 1  # the other side takes its time
    taken = [{length: _stream(server, length) for length in LENGTHS} for _ in range(rounds)]
    return {length: statistics.median(one[length] for one in taken) for length in LENGTHS}


def _stream(server: Server, chunks: int) -> float:
    """Stream once; returns the server's CPU seconds. Ends everything when events are missing."""
    before = server.cpu()
    answer = read(server.url, f"stream {chunks}")
    time.sleep(0.2)  # what the server still does for this stream belongs to it
    cpu = server.cpu() - before
    events = answer.count(b'"artifactUpdate"')
    if events not in (chunks, chunks + 1) or b"TASK_STATE_COMPLETED" not in answer:
        raise SystemExit(f"{server.name}: {events} artifact events for {chunks} chunks: {answer[-500:]!r}")
    return cpu


def read(url: str, text: str) -> bytes:
    """Everything that SendStreamingMessage answers."""
    address = urlsplit(url)
    message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}]}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "SendStreamingMessage", "params": {"message": message}})
    head = f"POST / HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\nA2A-Version: 1.0\r\n"
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def _per_chunk(cpu: dict[int, float], chunks: int) -> float:
    """CPU milliseconds of one chunk."""
    return cpu[chunks] / chunks * 1e3


if __name__ == "__main__":
    sys.exit(not main())
