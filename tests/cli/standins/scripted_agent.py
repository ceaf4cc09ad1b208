"""A scripted A2A agent on a real socket: each request takes the next piece of the script of its method."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BREAK = object()
"""In a stream: the connection is cut here, in the middle of a frame."""


@dataclass
class Call:
    """A request that came in."""

    path: str
    headers: dict[str, str]
    method: str
    params: dict[str, Any]


@dataclass
class Script:
    """What to answer: `streams` are lists of (id, result) or BREAK; `results` and `errors` are by method."""

    streams: list[list[Any]] = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def methods(self) -> list[str]:
        return [call.method for call in self.calls]


class Handler(BaseHTTPRequestHandler):
    """Answers by the server's script."""

    script: Script

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.script.calls.append(Call(self.path, dict(self.headers), request["method"], request["params"]))
        result = self.script.results.get(request["method"])
        if callable(result):
            result = result(request["params"])
        if result is not None:
            self._plain(result)
        else:
            self._stream(self.script.streams.pop(0))

    def do_GET(self) -> None:
        self._plain(self.script.results[self.path])

    def _plain(self, result: Any) -> None:
        wrapped = (
            result if self.command == "GET" or "error" in result else {"jsonrpc": "2.0", "id": 1, "result": result}
        )
        body = json.dumps(wrapped).encode()
        self.send_response(result.get("http", 200) if isinstance(result, dict) else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, events: list[Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for event in events:
            if event is BREAK:
                self.wfile.write(b'id: 99\ndata: {"jsonrpc": "2.0", "id": 1, "res')
                return
            if isinstance(event, threading.Event):
                event.wait(30)
                continue
            number, result = event
            frame = json.dumps({"jsonrpc": "2.0", "id": 1, **result} if "error" in result else {"result": result})
            self.wfile.write(f": ping\n\nid: {number}\r\ndata: {frame}\r\n\r\n".encode())
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(script: Script) -> Iterator[Script]:
    """The script on a port of its own."""
    handler = type("ScriptedHandler", (Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        script.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
