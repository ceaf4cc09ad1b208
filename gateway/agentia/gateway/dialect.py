"""Errors in the words of the caller's protocol (JSON-RPC or HTTP+JSON, 1.0 or 0.3), as an answer or as a last event."""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from agentia.gateway.call import Binding, Version
from agentia.gateway.errors import GatewayError

_ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
_DOMAIN = "a2a-protocol.org"


def error_response(error: GatewayError, binding: Binding, version: Version, request_id: str | int | None) -> Response:
    """The whole HTTP answer for an error met before anything was sent to the caller."""
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else None
    return JSONResponse(error_body(error, binding, version, request_id), status_code=error.status, headers=headers)


def error_event(error: GatewayError, binding: Binding, version: Version, request_id: str | int | None) -> bytes:
    """The error as the last event of a stream.

    0.3 clients over JSON-RPC look for `error` in every event and know no event names; all others go by the name.
    """
    name = b"" if (binding, version) == ("JSONRPC", "0.3") else b"event: error\r\n"
    data = json.dumps(error_body(error, binding, version, request_id), ensure_ascii=False).encode()
    return name + b"data: " + data + b"\r\n\r\n"


def error_body(error: GatewayError, binding: Binding, version: Version, request_id: str | int | None) -> dict[str, Any]:
    """The error as JSON: sections 9.5 and 11.6 of the specification, and their ancestors in 0.3."""
    if binding == "JSONRPC":
        data = {"data": [_info(error)]} if version == "1.0" else {}
        return {"jsonrpc": "2.0", "id": request_id, "error": {"code": error.rpc, "message": error.sentence, **data}}
    if version == "0.3":
        return {"type": _old_name(error), "code": error.rpc, "message": error.sentence}
    status = {"code": error.status, "status": error.grpc, "message": error.sentence, "details": [_info(error)]}
    return {"error": status}


def _info(error: GatewayError) -> dict[str, Any]:
    metadata = {"cause": error.code, **error.details}
    return {"@type": _ERROR_INFO, "reason": error.reason, "domain": _DOMAIN, "metadata": metadata}


def _old_name(error: GatewayError) -> str:
    return "".join(word.capitalize() for word in error.reason.removesuffix("_ERROR").split("_")) + "Error"
