"""Whether a service lives, and whether it can work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from agentia.core.errors import AgentiaError

Ready = Callable[[], Awaitable[None]]
_READY_SECONDS = 5.0

log = logging.getLogger("agentia.core")


async def always_ready() -> None:
    """For a service that needs nothing beyond itself."""


def health_routes(ready: Ready = always_ready) -> list[Route]:
    """`/healthz` answers while the process lives, `/readyz` with 503 and the reason while `ready` raises an error."""

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> JSONResponse:
        if reason := await _reason_not_ready(ready):
            return JSONResponse({"status": "not ready", "reason": reason}, status_code=503)
        return JSONResponse({"status": "ready"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _reason_not_ready(ready: Ready) -> str:
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await ready()
    except AgentiaError as exc:
        return exc.message
    except Exception:  # a check that breaks is itself the finding
        log.exception("readiness check failed")
        return "The service cannot work for an internal reason."
    return ""
