"""The agent that answers at a gateway's root, to be measured: `python -m bench.front PORT FOLDER DATABASE_URL`."""

import socket
import sys
from dataclasses import replace
from pathlib import Path

from agentia.agents.service import serve_specialist
from agentia.core.settings import Settings
from bench.specialists import echo


def main(port: str, folder: str, database: str) -> None:
    """Serve until SIGTERM, in the mesh that the environment names."""
    listening = socket.create_server(("127.0.0.1", int(port)))
    settings = Settings(data=Path(folder) / "front", database_url=database)
    serve_specialist(replace(echo, name="concierge"), settings, listening)


if __name__ == "__main__":
    main(*sys.argv[1:])
