"""Which protocol an interface speaks: its binding, and its version as numbers."""

import re
from typing import Final

JSONRPC: Final = "JSONRPC"
HTTP_JSON: Final = "HTTP+JSON"
GRPC: Final = "GRPC"
BINDINGS: Final = (JSONRPC, HTTP_JSON, GRPC)

_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.\d{1,4})?")


def release(version: str) -> tuple[int, int] | None:
    """Major and minor of a protocol version; the patch never matters (A2A 1.0, section 3.6). None when it is none."""
    match = _VERSION.fullmatch(version)
    return (int(match[1]), int(match[2])) if match else None


def is_legacy(version: str) -> bool:
    """Whether a 0.3 client may use an interface of this version; none stated counts as 0.3, as in the SDK."""
    return not version or (0, 3) <= (release(version) or (0, 0)) < (1, 0)
