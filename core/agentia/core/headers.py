"""A request's headers, looked at as they came: several times quicker than Starlette's, on the way of every request."""

from collections.abc import Mapping

from starlette.types import Scope

_KEY = "agentia.headers"


def headers_of(scope: Scope) -> Mapping[bytes, bytes]:
    """The headers by lower-case name, the first of each name, as Starlette has it; made once a request."""
    found: dict[bytes, bytes] | None = scope.get(_KEY)
    if found is None:
        found = scope[_KEY] = dict(reversed(scope["headers"]))
    return found
