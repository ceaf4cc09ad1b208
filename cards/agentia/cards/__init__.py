"""The contract between agents: Agent Cards."""

from agentia.cards.build import Skill, build_card, slug
from agentia.cards.errors import CardError, CardInvalid, CardNotFound, CardSignatureInvalid, CardUnavailable
from agentia.cards.versions import card_bytes, card_from_json, card_to_json, plain_json

__all__ = [
    "CardError",
    "CardInvalid",
    "CardNotFound",
    "CardSignatureInvalid",
    "CardUnavailable",
    "Skill",
    "build_card",
    "card_bytes",
    "card_from_json",
    "card_to_json",
    "plain_json",
    "slug",
]
