"""The edge of a service: our errors are answered as JSON, any other neutrally, with an incident to find in the log."""

import asyncio
import logging
import secrets
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentia.core.errors import AgentiaError

log = logging.getLogger("agentia.core")


class Stopping(AgentiaError):
    """A request was still under way when the service had to stop."""

    status = 503


class ErrorEdge:
    """ASGI middleware. An error after the answer began goes on to the server, which breaks the connection off."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def watch(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except asyncio.CancelledError:  # the server's time to stop is over
            if not began:
                await error_response(Stopping("The service is stopping.", fix="Try again."))(scope, receive, send)
            raise
        except ClientDisconnect:
            log.debug("client left", extra={"path": scope["path"]})
        except Exception as exc:
            if began:
                raise
            await _answer(exc, scope)(scope, receive, send)


def error_response(exc: AgentiaError) -> JSONResponse:
    """An error of ours as its HTTP answer."""
    challenge = {"WWW-Authenticate": exc.challenge} if exc.challenge else None
    return JSONResponse(exc.as_json(), status_code=exc.status, headers=challenge)


async def http_error_response(_: Request, exc: Exception) -> Response:
    """What routing refuses (404, 405, …) in the same shape as our own errors."""
    assert isinstance(exc, HTTPException)
    code = HTTPStatus(exc.status_code).name.lower()
    body = {"error": {"code": code, "message": f"{exc.detail.rstrip('.')}."}}
    return JSONResponse(body, status_code=exc.status_code, headers=exc.headers)


def _answer(exc: Exception, scope: Scope) -> JSONResponse:
    request = {"method": scope["method"], "path": scope["path"]}
    if isinstance(exc, AgentiaError):
        if exc.status >= 500:
            log.warning("request could not be served", extra={"code": exc.code, **request}, exc_info=exc)
        return error_response(exc)
    incident = secrets.token_hex(6)
    log.error("request failed", extra={"incident": incident, **request}, exc_info=exc)
    message = f"Something went wrong on our side. The log has it as incident {incident}."
    return JSONResponse({"error": {"code": "internal", "message": message, "incident": incident}}, status_code=500)
