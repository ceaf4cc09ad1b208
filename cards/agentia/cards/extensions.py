"""The extensions of ours that cards declare, messages carry and the gateway reads."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct

from agentia.core.errors import AgentiaError

POSITION: Final = "urn:agentia:position:v1"
"""`Last-Event-ID` on SubscribeToTask asks for the events above that number, of finished tasks too."""

DEADLINE: Final = "urn:agentia:deadline:v1"
"""A message's metadata under this key is when its task must be done: unix seconds or RFC 3339."""

PUSH: Final = "urn:agentia:push:v1"
"""The methods ListPushDeliveries and RetryPushDelivery: how far webhooks are, and going on with those given up."""

PEER: Final = "urn:agentia:peer:v1"
"""A status update's metadata under this key says whose progress it relays: `agent`, `task` and `state`."""

USAGE: Final = "urn:agentia:usage:v1"
"""An artifact's metadata under this key says what language models have used for its task: `requests`, `input_tokens`,
`output_tokens`, `total_tokens`, and of those `cached_tokens` and `reasoning_tokens`."""

APPROVAL: Final = "urn:agentia:approval:v1"
"""A question's metadata under this key says what is to be allowed: `agent`, `tool`, `arguments` (JSON as text). The
answer is a yes or no in words, or data: `{"approved": true}`."""

VERSION: Final = "urn:agentia:version:v1"
"""An artifact's metadata under this key is which version of it this is: 1, 2, and so on."""

DELETION: Final = "urn:agentia:deletion:v1"
"""DeleteTask deletes a finished task of the caller, DeleteTasks everything of the caller."""


class DeadlineUnreadable(AgentiaError):
    """The deadline in a message's metadata is neither unix seconds nor RFC 3339."""

    def __init__(self) -> None:
        super().__init__(
            f"The deadline in the metadata ({DEADLINE}) is not a time.",
            fix="Give unix seconds (1767225600) or RFC 3339 with an offset (2026-01-01T00:00:00Z).",
        )


def deadline_in(metadata: Mapping[str, Any] | Struct) -> float | None:
    """The deadline that metadata gives, in unix seconds, None when it gives none. Raises DeadlineUnreadable."""
    return _unix_seconds(metadata[DEADLINE]) if DEADLINE in metadata else None


def _unix_seconds(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if isinstance(value, str) and "T" in value.upper():
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            return moment.timestamp()
    raise DeadlineUnreadable
