"""Whether JSON has the shape of a protobuf message, and which field has not.

The protobuf library checks this too, but its errors name types of its own and not always the place.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

from agentia.cards.errors import CardInvalid

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_NAMES = {bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object"}


def join(path: str, key: str) -> str:
    """`path.key`; a key that a stranger chose is shortened and quoted, for it ends in messages and logs."""
    step = key if _PLAIN_KEY.fullmatch(key) else ascii(key[:60])
    return f"{path}.{step}" if path else step


def an_object(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise _unlike("an object", value, path)
    return cast("dict[str, Any]", value)


def a_text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise _unlike("a text", value, path)
    return value


def elements(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Each element of the list `value` with its own path; nothing counts as an empty list."""
    if value is None:
        return
    if not isinstance(value, list):
        raise _unlike("a list", value, path)
    for index, each in enumerate(value):
        yield f"{path}[{index}]", each


def entries(value: object, path: str) -> Iterator[tuple[str, str, object]]:
    """Each key of the object `value`, its path and what it holds; nothing counts as an empty object."""
    for key, each in an_object({} if value is None else value, path or "card").items():
        yield key, join(path, key), each


def check(data: object, kind: Any, path: str = "") -> None:
    """Raise CardInvalid at the first value that a message of the descriptor `kind` cannot hold; skip unknown fields."""
    if kind.full_name == "google.protobuf.Struct":
        an_object(data, path)
        return
    chosen: dict[str, str] = {}
    for name, where, value in entries(an_object(data, path or "card"), path):
        field = kind.fields_by_camelcase_name.get(name) or kind.fields_by_name.get(name)
        if field is not None and value is not None:
            _check_field(value, field, where)
            _check_choice(field, name, chosen, path)


def _check_field(value: object, field: Any, path: str) -> None:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        for _, where, each in entries(value, path):
            _check_one(each, field.message_type.fields_by_name["value"], where)
    elif field.is_repeated:
        for where, each in elements(value, path):
            _check_one(each, field, where)
    else:
        _check_one(value, field, path)


def _check_one(value: object, field: Any, path: str) -> None:
    if field.message_type is not None:
        check(an_object(value, path), field.message_type, path)
    elif field.type == field.TYPE_BOOL:
        if not isinstance(value, bool):
            raise _unlike("a boolean", value, path)
    else:
        a_text(value, path)


def _check_choice(field: Any, name: str, chosen: dict[str, str], path: str) -> None:
    """Of the members of a oneof only one may be given. (An optional field is a oneof of its own, and given once.)"""
    if field.containing_oneof is None:
        return
    other = chosen.setdefault(field.containing_oneof.name, name)
    if other != name:
        raise CardInvalid(path or "card", f"has both `{other}` and `{name}`", fix="Keep one of them.")


def _unlike(wanted: str, value: object, path: str) -> CardInvalid:
    found = "null" if value is None else _NAMES.get(type(value), "something else")
    return CardInvalid(path, f"must be {wanted}, not {found}")
