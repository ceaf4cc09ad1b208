"""Verifying hop tokens: the newest with its times, and every older one in it as proof of lineage."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agentia.core.identity.errors import DeadlinePassed, HopCycle, HopInvalid, HopTooDeep, KeyInvalid
from agentia.core.identity.hops import MAX_HOPS, MAX_LIFETIME, Hop, origin

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LEEWAY = 10  # seconds for which an expired token is still good, as clocks of two machines differ
EARLY = 90  # seconds that a token may come before its time; services whose clocks differ by as much are not ready
MAX_TOKEN_CHARS = 65_536
_CACHED = 1024

Keys = Callable[[str, str], "Awaitable[Ed25519PublicKey]"]
Origins = Callable[[str], Awaitable[Collection[str]]]


class Claims(BaseModel):
    """The claims of a hop token, as they stand in the JWT."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)

    iss: str
    aud: str
    sub: str
    ten: str
    iat: float
    exp: float
    chain: list[str]
    task: str | None = None
    ctx: str | None = None
    dl: float | None = None
    bud: float | None = None
    prev: str | None = None


class HopVerifier:
    """Verifies tokens addressed to `audience` (URLs of this service), for the service `name`.

    `keys` finds a service's public key by its name and the key's id, and raises an `AgentiaError` or `LookupError`
    when there is none. `origins`, when given, names the URLs of a service, so that an older token can be held to
    have been addressed to whoever used it. `roots`, when given, are the only services who may begin a chain.
    """

    def __init__(
        self,
        name: str,
        audience: Collection[str],
        keys: Keys,
        *,
        origins: Origins | None = None,
        roots: Collection[str] | None = None,
    ) -> None:
        self._name, self._keys, self._origins = name, keys, origins
        self._audience = frozenset(map(origin, audience))
        self._roots = None if roots is None else frozenset(roots)
        self._verified: OrderedDict[str, tuple[Hop, float]] = OrderedDict()

    async def verify(self, token: str) -> Hop:
        """The hop that the token proves. Raises `HopError`."""
        hop, expires = self._verified.get(token) or await self._prove(token)
        if time.time() > expires + LEEWAY:
            self._verified.pop(token, None)
            raise HopInvalid("The hop token has expired.")
        if hop.deadline is not None and time.time() > hop.deadline:
            raise DeadlinePassed("The deadline of this task has passed.")
        return hop

    async def _prove(self, token: str) -> tuple[Hop, float]:
        if len(token) > MAX_TOKEN_CHARS:
            raise HopInvalid("The hop token is too long.")
        newest = claims = await self._signed(token)
        self._check_call(newest)
        while claims.prev is not None:
            older = await self._signed(claims.prev)
            await self._check_lineage(older, claims)
            claims = older
        self._check_root(claims)
        self._verified[token] = proven = _hop(newest, token), newest.exp
        if len(self._verified) > _CACHED:
            self._verified.popitem(last=False)
        return proven

    async def _signed(self, token: str) -> Claims:
        """The token's claims, once its signature holds. Times and audience are checked elsewhere."""
        import jwt

        try:
            unproven = jwt.decode_complete(token, options={"verify_signature": False})
            key = await self._keys(str(unproven["payload"].get("iss")), str(unproven["header"].get("kid")))
            payload: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
            )
            return Claims.model_validate(payload)
        except (jwt.PyJWTError, ValidationError, LookupError, KeyInvalid) as exc:
            raise HopInvalid("The hop token is not signed by a service of this mesh.") from exc

    def _check_call(self, claims: Claims) -> None:
        if claims.aud not in self._audience:
            raise HopInvalid("The hop token is addressed to another service.")
        ahead = claims.iat - time.time()
        if claims.exp - claims.iat > MAX_LIFETIME:
            raise HopInvalid("The hop token is valid for longer than any may be.")
        if ahead > EARLY:
            raise HopInvalid(f"The hop token is of a clock that is {ahead:.0f} seconds ahead of this one.")
        if self._name in claims.chain:
            raise HopCycle(f"{self._name} already works on this task: {' → '.join([*claims.chain, self._name])}.")
        if len(claims.chain) > MAX_HOPS:
            raise HopTooDeep(f"The task was handed on more than {MAX_HOPS} times.")

    async def _check_lineage(self, older: Claims, newer: Claims) -> None:
        if (older.sub, older.ten) != (newer.sub, newer.ten):
            raise HopInvalid("The hop token changes for whom the call is made.")
        if newer.chain != [*older.chain, newer.iss]:
            raise HopInvalid("The hop token does not continue the chain of the one before it.")
        if older.dl is not None and (newer.dl is None or newer.dl > older.dl):
            raise HopInvalid("The hop token extends the deadline of the one before it.")
        if older.bud is not None and (newer.bud is None or newer.bud > older.bud):
            raise HopInvalid("The hop token raises the budget of the one before it.")
        known = await self._origins(newer.iss) if self._origins else ()
        names = {newer.iss, *map(origin, known)}
        if older.aud not in names and (known or "://" not in older.aud):
            raise HopInvalid(f"{newer.iss} hands on a call that was not addressed to it.")

    def _check_root(self, claims: Claims) -> None:
        if claims.chain != [claims.iss]:
            raise HopInvalid("The hop token leaves out where its chain began.")
        if self._roots is not None and claims.iss not in self._roots:
            raise HopInvalid(f"{claims.iss} may not begin a call by itself.")


def _hop(claims: Claims, token: str) -> Hop:
    return Hop(
        issuer=claims.iss,
        audience=claims.aud,
        principal=claims.sub,
        tenant=claims.ten,
        task=claims.task,
        context=claims.ctx,
        chain=tuple(claims.chain),
        deadline=claims.dl,
        budget=claims.bud,
        token=token,
        previous=claims.prev,
    )
