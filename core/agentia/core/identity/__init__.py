"""Who a service is and for whom it calls: Ed25519 service keys and the hop tokens signed with them."""

from agentia.core.identity.errors import (
    DeadlinePassed,
    HopCycle,
    HopError,
    HopInvalid,
    HopTooDeep,
    KeyInvalid,
    WebhookInvalid,
)
from agentia.core.identity.hops import HEADER, MAX_HOPS, Hop, first_context, mint, origin
from agentia.core.identity.keys import ServiceKey, public_key
from agentia.core.identity.rotation import drop, publish, use, vouched, voucher
from agentia.core.identity.verifier import HopVerifier
from agentia.core.identity.webhooks import SIGNATURE, Signed, sign_webhook, verify_webhook

__all__ = [
    "HEADER",
    "MAX_HOPS",
    "SIGNATURE",
    "DeadlinePassed",
    "Hop",
    "HopCycle",
    "HopError",
    "HopInvalid",
    "HopTooDeep",
    "HopVerifier",
    "KeyInvalid",
    "ServiceKey",
    "Signed",
    "WebhookInvalid",
    "drop",
    "first_context",
    "mint",
    "origin",
    "public_key",
    "publish",
    "sign_webhook",
    "use",
    "verify_webhook",
    "vouched",
    "voucher",
]
