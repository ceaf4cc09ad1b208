"""Errors as a client sees them, in both bindings: nothing of an exception that was not written for the wire."""

import logging
import secrets
from typing import Any

from a2a.utils.error_handlers import build_error_details, build_rest_error_payload
from a2a.utils.errors import (
    JSON_RPC_ERROR_CODE_MAP,
    A2AError,
    InternalError,
    InvalidRequestError,
    JSONParseError,
)

from agentia.core.errors import AgentiaError, AuthorError
from agentia.core.frames import line_of

log = logging.getLogger("agentia.tasks")


def public(exc: Exception) -> A2AError:
    """The error to show for `exc`: an A2A error as it is, our own with its sentence, anything else in neutral words."""
    if isinstance(exc, A2AError):
        return exc
    if isinstance(exc, AuthorError):
        log.error("author's code at fault", extra={"place": exc.place or line_of(exc), "reason": exc.message})
    if isinstance(exc, AgentiaError):
        words = f"{exc.message} {exc.fix}".strip()
        return InvalidRequestError(words) if exc.status < 500 else InternalError(words)
    incident = secrets.token_hex(4)
    log.error("request failed", extra={"incident": incident, "place": line_of(exc)}, exc_info=exc)
    return InternalError(f"The agent could not handle this request. Its log has the reason under incident {incident}.")


def rpc_error(request_id: str | int | None, exc: Exception, *, legacy: bool = False) -> dict[str, Any]:
    """A JSON-RPC error response (section 9.5); `legacy` for a client of protocol 0.3, which knows fewer codes."""
    error = public(exc)
    code = JSON_RPC_ERROR_CODE_MAP.get(type(error), -32603)
    if legacy and code in (-32008, -32009):
        code = -32600
    body: dict[str, Any] = {"code": code, "message": error.message}
    if legacy:
        body |= {"data": error.data} if error.data else {}
    else:
        body["data"] = build_error_details(error)
    return {"jsonrpc": "2.0", "id": request_id, "error": body}


def http_status(exc: Exception) -> int:
    """The HTTP status of a JSON-RPC error: 200, but for what concerns HTTP itself (who calls, how much is sent)."""
    return exc.status if isinstance(exc, AgentiaError) and exc.status in (401, 403, 413) else 200


def rest_error(exc: Exception) -> tuple[int, dict[str, Any]]:
    """The HTTP status and body of an error in the HTTP+JSON binding (section 11.6)."""
    error = public(exc)
    if isinstance(error, JSONParseError):
        return 400, {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": error.message}}
    payload: dict[str, Any] = build_rest_error_payload(error)
    if isinstance(exc, AgentiaError):
        payload["error"]["code"] = exc.status
    return int(payload["error"]["code"]), payload
