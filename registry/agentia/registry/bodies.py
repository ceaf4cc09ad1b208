"""The bodies of requests, and how they are read."""

from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.requests import Request

from agentia.registry.errors import RequestInvalid

Url = Annotated[str, Field(min_length=1, max_length=2_000)]
MediaType = Annotated[str, Field(max_length=200)]


class Body(BaseModel):
    """A request's body; fields that it does not know are passed over."""

    model_config = ConfigDict(frozen=True)
    example: ClassVar[str]


class Registration(Body):
    """`url` where the agent's card is, or the card itself; `instance` is the URL of this replica."""

    example = '{"url": "https://agent.example.com"}'
    url: Url | None = None
    card: dict[str, Any] | None = None
    instance: Url | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.url is None) == (self.card is None):
            raise ValueError("must hold either `url` or `card`")
        return self


class Heartbeat(Body):
    """The URL of the replica that reports."""

    example = '{"instance": "https://agent.example.com"}'
    instance: Url


class Wanted(Body):
    """What an agent is needed for."""

    example = '{"need": "Which region grew fastest?", "input_modes": ["text/csv"]}'
    need: Annotated[str, Field(max_length=20_000)] = ""
    input_modes: Annotated[list[MediaType], Field(max_length=50)] = []
    exclude: Annotated[list[str], Field(max_length=1_000)] = []
    limit: Annotated[int, Field(ge=1, le=50)] = 5
    healthy: bool = True


class Pin(Body):
    """A key set (RFC 7517); where other keys are pinned, a voucher by one of them (`core/identity/rotation.py`)."""

    example = '{"jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "…", "kid": "…"}]}}'
    jwks: dict[str, Any]
    voucher: Annotated[str, Field(max_length=4_000)] = ""


class Listing(Body):
    """The query of a list."""

    example = "?status=healthy&limit=20"
    status: str | None = Field(None, pattern="^(healthy|unreachable)$")
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, Field(max_length=200)] = ""


B = TypeVar("B", bound=Body)


async def read(request: Request, model: type[B]) -> B:
    """The JSON body of `request`. Raises RequestInvalid."""
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as exc:
        raise invalid(exc, model) from exc


def query(request: Request, model: type[B]) -> B:
    """The query of `request`. Raises RequestInvalid."""
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as exc:
        raise invalid(exc, model) from exc


def invalid(exc: ValidationError, model: type[Body]) -> RequestInvalid:
    """The first of what is wrong, as a sentence."""
    first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(step) for step in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    message = f"`{where}`: {reason}." if where else f"The request cannot be read: {reason}."
    return RequestInvalid(message, fix=f"For example: {model.example}")
