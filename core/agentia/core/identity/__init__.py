"""Who a service is and for whom it calls: Ed25519 service keys and the hop tokens signed with them."""

from agentia.core.identity.errors import DeadlinePassed, HopCycle, HopError, HopInvalid, HopTooDeep, KeyInvalid
from agentia.core.identity.hops import HEADER, MAX_HOPS, Hop, mint, origin
from agentia.core.identity.keys import ServiceKey, public_key
from agentia.core.identity.verifier import HopVerifier

__all__ = [
    "HEADER",
    "MAX_HOPS",
    "DeadlinePassed",
    "Hop",
    "HopCycle",
    "HopError",
    "HopInvalid",
    "HopTooDeep",
    "HopVerifier",
    "KeyInvalid",
    "ServiceKey",
    "mint",
    "origin",
    "public_key",
]
