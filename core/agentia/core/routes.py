"""Where this machine, or the container that this process runs in, sends what is not for its own networks."""

import socket
import struct
from pathlib import Path

_TABLE = Path("/proc/net/route")
_UP, _GATEWAY = 0x1, 0x2


def default_gateway(table: Path = _TABLE) -> str | None:
    """The IPv4 address of the default route's gateway; None without one, or where the system does not tell."""
    try:
        rows = [line.split() for line in table.read_text().splitlines()[1:]]
    except OSError:
        return None
    found = [row for row in rows if row[1] == "00000000" and int(row[3], 16) & (_UP | _GATEWAY) == _UP | _GATEWAY]
    if not found:
        return None
    first = min(found, key=lambda row: int(row[6]))  # by its metric
    return socket.inet_ntoa(struct.pack("<I", int(first[2], 16)))
