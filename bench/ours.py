"""Our side of the benchmarks, served as any specialist is: `python -m bench.ours PORT FOLDER [DATABASE_URL]`."""

import socket
import sys
from pathlib import Path

from agentia.agents.service import serve_specialist
from agentia.core.settings import Settings
from bench.specialists import echo

NOBODY = "http://127.0.0.1:1"
"""Instead of a registry: a benchmark joins no mesh that happens to run here."""


def main(port: str, folder: str, database: str | None = None) -> None:
    """Serve until SIGTERM, on SQLite unless a database is named."""
    listening = socket.create_server(("127.0.0.1", int(port)))
    settings = Settings(data=Path(folder) / "ours", database_url=database, registry_url=NOBODY)
    serve_specialist(echo, settings, listening)


if __name__ == "__main__":
    main(*sys.argv[1:])
