"""What every HTTP service shares: a socket, a server, health, limits, and one edge where errors become answers."""

from agentia.core.service.app import create_app
from agentia.core.service.edge import ErrorEdge, error_response
from agentia.core.service.health import Ready, health_routes
from agentia.core.service.limits import MAX_BODY, BodyLimit, BodyTooLarge
from agentia.core.service.patient import Patient
from agentia.core.service.server import StartFailed, running, serve
from agentia.core.service.sockets import BindFailed, PortTaken, bind

__all__ = [
    "MAX_BODY",
    "BindFailed",
    "BodyLimit",
    "BodyTooLarge",
    "ErrorEdge",
    "Patient",
    "PortTaken",
    "Ready",
    "StartFailed",
    "bind",
    "create_app",
    "error_response",
    "health_routes",
    "running",
    "serve",
]
