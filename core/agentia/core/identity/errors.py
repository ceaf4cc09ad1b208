"""What can be wrong with a key or a hop token.

KeyInvalid
HopError
  HopInvalid
  HopCycle
  HopTooDeep
  DeadlinePassed
WebhookInvalid
"""

from agentia.core.errors import AgentiaError


class KeyInvalid(AgentiaError):
    """A key file or a key set cannot be used."""

    status = 500


class HopError(AgentiaError):
    """A call inside the mesh may not go through."""

    status = 403


class HopInvalid(HopError):
    """The hop token proves nothing: its signature, its audience, its times or its lineage are wrong."""

    status = 401


class HopCycle(HopError):
    """The call came round to an agent that already works on it."""


class HopTooDeep(HopError):
    """The call was handed on too often."""


class DeadlinePassed(HopError):
    """The call came after the time by which its answer was wanted."""


class WebhookInvalid(AgentiaError):
    """A notification that came to a webhook proves nothing: its signature, its age or its body are wrong."""

    status = 401
