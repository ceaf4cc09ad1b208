"""Stand-ins for services: small HTTP servers of the standard library that a test can tell how to behave."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Ready at once; a registry in which every agent asked for is registered on the port that its name ends with."""

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        self.answer({"agent": {"id": name, "instances": [{"url": f"http://127.0.0.1:{name.rsplit('-', 1)[-1]}"}]}})

    def answer(self, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def serve(service: Any, sock: socket.socket) -> None:
    """Answer until SIGTERM, and write down in `events` what happens."""
    note(service, "begins", data=os.environ.get("AGENTIA_DATA"), token=os.environ.get("AGENTIA_JOIN_TOKEN"))
    server = HTTPServer(sock.getsockname(), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = sock.dup()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.01)
    server.server_close()
    note(service, "ends")


def serve_with_worker(service: Any, sock: socket.socket) -> None:
    """Like `serve`, with a process of its own beside it that would live for long."""
    worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    note(service, "works", worker=worker.pid)
    serve(service, sock)


def stubborn(service: Any, sock: socket.socket) -> None:
    """Like `serve`, but deaf to SIGTERM."""
    real = signal.signal
    signal.signal = lambda *_: None
    real(signal.SIGTERM, signal.SIG_IGN)
    serve(service, sock)


def broken(service: Any, sock: socket.socket) -> None:
    """Fail with a sentence in the log."""
    raise RuntimeError(f"{service.name} has no teapot")


def note(service: Any, what: str, **more: Any) -> None:
    """One line in the test's journal, in the order in which things happen across processes."""
    line = json.dumps({"service": service.name, "what": what, "pid": os.getpid(), "parent": os.getppid(), **more})
    with Path(os.environ["STANDIN_JOURNAL"]).open("a") as journal:
        journal.write(line + "\n")
