"""The requests, one class each: what a data part says under `do`, and what plain words are read as."""

import json
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from agentia.agents.librarian.errors import Unreadable
from agentia.agents.librarian.limits import DOCUMENT, FACT, FOUND, NAME, NEED, VALUE
from agentia.agents.librarian.requests.texts import brief, cleaned

Scope = Literal["owner", "context"]
"""Whether something is for all that an owner does, or for the context at hand alone."""


def _clean(given: Any) -> Any:
    return cleaned(given).strip() if isinstance(given, str) else given


def _short(value: Any) -> Any:
    if len(json.dumps(value)) > VALUE:
        raise ValueError(f"a value may have {VALUE:,} characters as JSON")
    return value


Name = Annotated[str, Field(min_length=1, max_length=NAME), BeforeValidator(_clean)]
AnyName = Annotated[str, Field(max_length=NAME), BeforeValidator(_clean)]
Need = Annotated[str, Field(min_length=1, max_length=NEED), BeforeValidator(_clean)]
AnyNeed = Annotated[str, Field(max_length=NEED), BeforeValidator(_clean)]
Told = Annotated[str, Field(min_length=1, max_length=FACT), BeforeValidator(_clean)]
Text = Annotated[str, Field(min_length=1, max_length=DOCUMENT), BeforeValidator(_clean)]
Value = Annotated[Any, AfterValidator(_short)]
Limit = Annotated[int, Field(ge=1, le=FOUND)]
Version = Annotated[int, Field(ge=0, lt=2**31 - 1)]


class _Wish(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Remember(_Wish):
    """Remember a fact."""

    do: Literal["remember"] = "remember"
    text: Told
    scope: Scope = "owner"


class Recall(_Wish):
    """Find facts: those that answer `need`, the newest without one, of both scopes unless one is named."""

    do: Literal["recall"] = "recall"
    need: AnyNeed = ""
    scope: Scope | None = None
    limit: Limit = 5


class Forget(_Wish):
    """Forget the fact with that id, or with `everything` all facts; of both scopes unless one is named."""

    do: Literal["forget"] = "forget"
    id: AnyName = ""
    everything: bool = False
    scope: Scope | None = None

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if bool(self.id) is self.everything:
            raise ValueError("it says either the “id” of a fact, or “everything”")
        return self


class Put(_Wish):
    """Put the next version of an entry of the workspace, if `expected` is the newest (0: there is none yet)."""

    do: Literal["put"] = "put"
    name: Name
    value: Value
    expected: Version | None = None


class Get(_Wish):
    """An entry of the workspace: its newest version, or a certain one."""

    do: Literal["get"] = "get"
    name: Name
    version: Version | None = None


class History(_Wish):
    """The versions of an entry."""

    do: Literal["history"] = "history"
    name: Name


class Entries(_Wish):
    """What is in the workspace."""

    do: Literal["entries"] = "entries"


class Remove(_Wish):
    """Remove an entry from the workspace with all its versions."""

    do: Literal["remove"] = "remove"
    name: Name
    expected: Version | None = None


class Add(_Wish):
    """Keep a document in a collection: `text`, or without it the files of the message under their own names."""

    do: Literal["add"] = "add"
    collection: Name
    name: AnyName = ""
    text: Text | None = None
    media_type: AnyName = "text/plain"


class Search(_Wish):
    """Search the documents of a collection, or of all."""

    do: Literal["search"] = "search"
    need: Need
    collection: AnyName = ""
    limit: Limit = 5


class Documents(_Wish):
    """Which documents there are, in a collection or in all."""

    do: Literal["documents"] = "documents"
    collection: AnyName = ""


class Drop(_Wish):
    """Drop a document, or a whole collection."""

    do: Literal["drop"] = "drop"
    collection: Name
    name: AnyName = ""


class ForgetAbout(_Wish):
    """Forget what is known about something, which the user picks from; only plain words ask for it."""

    do: Literal["forget about"] = "forget about"
    need: Need


Wish = (
    Remember | Recall | Forget | Put | Get | History | Entries | Remove | Add | Search | Documents | Drop
)  # fmt: skip
NAMES: Final = tuple(str(kind.model_fields["do"].default) for kind in get_args(Wish))
_READER: Final[TypeAdapter[Wish]] = TypeAdapter(Annotated[Wish, Field(discriminator="do")])


def wish_of(data: Any) -> Wish:
    """The request that a data part makes. Raises Unreadable."""
    if not isinstance(data, dict) or data.get("do") not in NAMES:
        said = f"; “{brief(str(data['do']))}” is none" if isinstance(data, dict) and "do" in data else ""
        raise Unreadable(f"A request as data says under “do” one of: {', '.join(NAMES)}{said}.")
    try:
        return _READER.validate_python(data)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(each) for each in first["loc"][1:])
        what = first["msg"].removeprefix("Value error, ")
        field = f", because of “{where}”" if where else ""
        raise Unreadable(f"The request “{data['do']}” cannot be carried out{field}: {what}.") from exc
