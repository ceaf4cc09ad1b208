"""What can be wrong with an Agent Card, as sentences.

CardError
├── CardInvalid           it cannot be read, or breaks the specification; names the field
├── CardSignatureInvalid  it is not signed by a key that was given
├── CardNotFound          there is none at the address
└── CardUnavailable       the address answered with something else than a card
"""

from agentia.core.errors import AgentiaError


class CardError(AgentiaError):
    """Root of all that can go wrong with a card."""

    status = 422


class CardInvalid(CardError):
    """`field` is a JSON path such as `skills[0].tags`, or `card` for all of it; `reason` continues a sentence of it."""

    def __init__(self, field: str, reason: str, *, fix: str = "") -> None:
        subject = "The Agent Card" if field == "card" else f"The Agent Card's `{field}`"
        super().__init__(f"{subject} {reason}.", fix=fix)
        self.field = field
        self.reason = reason


class CardSignatureInvalid(CardError):
    """No signature of the card could be verified."""


class CardNotFound(CardError):
    """Neither well-known path has a card."""


class CardUnavailable(CardError):
    """The server did not hand its card out."""

    status = 502
