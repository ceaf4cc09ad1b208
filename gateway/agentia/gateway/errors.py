"""What the gateway itself says no with; every sentence is written for the caller.

GatewayError
├── AgentUnknown         no agent of that name is registered
├── NotServed            the path is none of the gateway's
├── RelayLoop            the agent's address leads back to this gateway
├── RegistryReadOnly     writing to the registry goes to the registry itself
├── NotAdmitted          the caller may not enter
├── TokenWanted          the caller did not show the access token
├── RequestTooLarge      the body is over the limit
├── DeadlineUnreadable   the deadline in the metadata is no time
├── AgentAway            no instance of the agent could be reached; nothing was sent
├── AgentLost            the instance went away after the request was sent
├── StreamBroken         a stream ends before its time; said inside it
├── AnswerInvalid        the agent answered with something that is not what it must be
├── KeyNotPinned         the registry does not vouch for this gateway
├── RegistryAway         the registry does not answer
└── NotLoopback          the gateway was asked to listen where strangers can reach it
"""

from collections.abc import Mapping
from typing import ClassVar

from agentia.core.errors import AgentiaError


class GatewayError(AgentiaError):
    """Its place in the A2A dialects (section 5.4): `rpc` for JSON-RPC, `grpc` and `reason` for HTTP+JSON."""

    status: ClassVar[int] = 500
    rpc: ClassVar[int] = -32603
    grpc: ClassVar[str] = "INTERNAL"
    reason: ClassVar[str] = "INTERNAL_ERROR"
    retry_after: ClassVar[int | None] = None

    def __init__(self, message: str, *, fix: str = "", details: Mapping[str, str] | None = None) -> None:
        super().__init__(message, fix=fix)
        self.details = dict(details or {})

    @property
    def sentence(self) -> str:
        """What happened and what to do about it, in one text."""
        return f"{self.message} {self.fix}".rstrip()


class AgentUnknown(GatewayError):
    """The address is wrong, not the task: `-32001` would tell a client that its task is gone.

    `-32601` is the code whose HTTP status is 404: nothing that could be called is available there.
    """

    status = 404
    rpc = -32601
    grpc = "NOT_FOUND"
    reason = "METHOD_NOT_FOUND"


class NotServed(GatewayError):
    """No A2A operation and no page of the gateway has this path or method."""

    status = 404
    rpc = -32601
    grpc = "NOT_FOUND"
    reason = "METHOD_NOT_FOUND"


class RelayLoop(GatewayError):
    """The request has been through this gateway before."""

    status = 508


class RegistryReadOnly(GatewayError):
    """Agents register with the registry itself, where the join token is checked."""

    status = 403
    rpc = -32600
    grpc = "PERMISSION_DENIED"
    reason = "INVALID_REQUEST"


class NotAdmitted(GatewayError):
    """The caller is not who may use this gateway, or not from where."""

    status = 403
    rpc = -32600
    grpc = "PERMISSION_DENIED"
    reason = "INVALID_REQUEST"


class TokenWanted(GatewayError):
    """The request has no access token, or a wrong one."""

    status = 401
    challenge = "Bearer"
    rpc = -32600
    grpc = "UNAUTHENTICATED"
    reason = "INVALID_REQUEST"


class RequestTooLarge(GatewayError):
    """The body is larger than the gateway relays."""

    status = 413
    rpc = -32600
    grpc = "RESOURCE_EXHAUSTED"
    reason = "INVALID_REQUEST"


class DeadlineUnreadable(GatewayError):
    """The deadline in the message's metadata is neither unix seconds nor RFC 3339."""

    status = 400
    rpc = -32602
    grpc = "INVALID_ARGUMENT"
    reason = "INVALID_PARAMS"


class AgentAway(GatewayError):
    """No instance could be reached: the request was not sent and can safely be sent again."""

    status = 503
    grpc = "UNAVAILABLE"
    retry_after = 5


class AgentLost(GatewayError):
    """The instance went away between the request and its answer: whether it took the request is unknown."""

    status = 502
    grpc = "UNAVAILABLE"


class StreamBroken(GatewayError):
    """The agent or the gateway stopped in the middle of a stream."""

    grpc = "UNAVAILABLE"


class AnswerInvalid(GatewayError):
    """The agent's answer breaks the specification where the gateway has to read it."""

    status = 502
    rpc = -32006
    reason = "INVALID_AGENT_RESPONSE"


class KeyNotPinned(GatewayError):
    """Agents would refuse the gateway's hop tokens."""

    status = 503
    grpc = "UNAVAILABLE"


class RegistryAway(GatewayError):
    """The registry could not be asked."""

    status = 503
    grpc = "UNAVAILABLE"
    retry_after = 5


class NotLoopback(GatewayError):
    """Without keys or OIDC only this machine may enter."""
