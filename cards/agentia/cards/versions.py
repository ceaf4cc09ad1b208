"""Agent Cards in and out of JSON: 1.0 and 0.3 both ways, 0.2 for reading."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any, Final, Literal

from a2a.types import a2a_pb2 as pb
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError, SerializeToJsonError

from agentia.cards.downgrade import downgraded, superset
from agentia.cards.errors import CardInvalid
from agentia.cards.shape import an_object, check
from agentia.cards.upgrade import upgraded

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 24  # protobuf spends up to three of its own hundred levels on one level of JSON
MAX_DIGITS: Final = 1000

Dialect = Literal["1.0", "0.3"]


def card_from_json(data: object) -> pb.AgentCard:
    """The card that `data`, decoded JSON of any dialect, describes. Unknown fields are skipped.

    Raises CardInvalid, naming the field, when it is misshapen, too large or too deep, or has no name or no interface.
    """
    card = draft_from_json(data)
    if not card.name.strip():
        raise CardInvalid("name", "is missing", fix="Give the agent a name.")
    if not card.supported_interfaces:
        fix = "List at least one {url, protocolBinding, protocolVersion}; a 0.3 card has `url` instead."
        raise CardInvalid("supportedInterfaces", "is missing", fix=fix)
    for index, each in enumerate(card.supported_interfaces):
        if not each.url:
            raise CardInvalid(f"supportedInterfaces[{index}].url", "is missing", fix="Give its address.")
    return card


def draft_from_json(data: object) -> pb.AgentCard:
    """Like card_from_json, but what is missing may stay missing."""
    _check_limits(data)
    modern = upgraded(an_object(data, "card"))
    check(modern, pb.AgentCard.DESCRIPTOR)
    try:
        return ParseDict(modern, pb.AgentCard(), ignore_unknown_fields=True)
    except (ParseError, ValueError, TypeError, OverflowError) as exc:
        raise CardInvalid("card", "holds a value that a card cannot hold") from exc


def card_to_json(card: pb.AgentCard, version: Dialect = "1.0") -> dict[str, Any]:
    """The card as JSON. "1.0" is what is served: 1.0 with the fields of 0.3 beside them when an interface speaks 0.3.

    "0.3" is those alone; raises CardInvalid when no interface speaks it.
    """
    plain = plain_json(card)
    if version == "1.0":
        return superset(plain)
    legacy = downgraded(plain)
    if legacy is None:
        raise CardInvalid("supportedInterfaces", "has none of 0.3", fix="Offer a 0.3 interface, or ask for 1.0.")
    return legacy


def plain_json(card: pb.AgentCard) -> dict[str, Any]:
    """The card in 1.0 alone, as the specification writes it: for storing, comparing and strict readers."""
    try:
        return MessageToDict(card)
    except SerializeToJsonError as exc:
        raise CardInvalid("card", "holds a number that JSON cannot write", fix="Leave out NaN and infinity.") from exc


def card_bytes(card: pb.AgentCard) -> bytes:
    """The served JSON; equal cards give equal bytes in every process, so an ETag of them is strong."""
    return json.dumps(card_to_json(card), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def decoded(body: bytes) -> dict[str, Any]:
    """The JSON object in a file or an answer that should be a card. Raises CardInvalid."""
    if len(body) > MAX_BYTES:
        raise _too_large()
    try:
        return an_object(json.loads(body, parse_int=_whole), "card")
    except (ValueError, RecursionError) as exc:
        raise CardInvalid("card", "is not JSON", fix="Check that the address or file holds an Agent Card.") from exc


def _whole(digits: str) -> int:
    """A number of a length that a card may hold, whatever the process allows otherwise."""
    if len(digits) > MAX_DIGITS:
        raise ValueError("too many digits")
    return int(digits)


def _check_limits(data: object) -> None:
    level: list[object] = [data]
    for depth in count(1):
        level = [inner for each in level for inner in _containers(each)]
        if not level:
            break
        if depth == MAX_DEPTH:
            raise CardInvalid("card", f"is nested deeper than {MAX_DEPTH} levels", fix="Flatten extension `params`.")
    try:
        size = len(json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode())
    except (ValueError, TypeError) as exc:
        raise CardInvalid("card", "holds what JSON cannot hold", fix="Leave out NaN and broken Unicode.") from exc
    if size > MAX_BYTES:
        raise _too_large()


def _containers(value: object) -> Iterator[object]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (each for each in inner if isinstance(each, dict | list))


def _too_large() -> CardInvalid:
    return CardInvalid("card", f"is larger than {MAX_BYTES // 1024} KB", fix="Link to documents and images.")
