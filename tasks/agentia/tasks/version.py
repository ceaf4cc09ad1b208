"""Which protocol version a request is in (sections 3.6.2 and 14.2.1)."""

import re
from typing import Final, Literal

from a2a.utils.errors import InvalidParamsError, VersionNotSupportedError
from starlette.requests import Request

from agentia.core.headers import headers_of
from agentia.tasks.sse import position

Version = Literal["1.0", "0.3"]
HEADER: Final = "A2A-Version"
_MAJOR_ONE = re.compile(r"1(\.\d+){0,2}")
_LEGACY = re.compile(r"0\.3(\.\d+)?")


def requested(request: Request) -> Version:
    """The version that the client speaks; none said means 0.3. Raises VersionNotSupportedError."""
    header = headers_of(request.scope).get(b"a2a-version", b"")
    if header == b"1.0":  # what nearly all say
        return "1.0"
    said = (header.decode("latin-1") or request.query_params.get(HEADER) or "").strip()
    if _MAJOR_ONE.fullmatch(said):
        return "1.0"
    if not said or _LEGACY.fullmatch(said):
        return "0.3"
    raise VersionNotSupportedError(
        f"{HEADER} {said[:20]!r} is not spoken here. Send '1.0', or '0.3' (or no such header) for the older dialect."
    )


def resume_from(request: Request) -> int | None:
    """The position that the client asks to go on from. Raises InvalidParamsError."""
    try:
        return position(request)
    except ValueError as exc:
        raise InvalidParamsError("Last-Event-ID must be the number of the last event you have seen.") from exc
