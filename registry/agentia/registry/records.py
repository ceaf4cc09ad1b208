"""Rows of the registry's database as values."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agentia.registry.model import Agent, Instance, Status


@dataclass(frozen=True)
class Horizon:
    """One moment's lines between healthy, listed and forgotten, in unix seconds (see Liveness)."""

    now: float
    alive: float
    listed: float


@dataclass(frozen=True)
class Page:
    """Which agents: up to `limit` with ids above `after`, all or those of a status or of `ids`."""

    after: str = ""
    limit: int = 50
    status: Status | None = None
    ids: tuple[str, ...] | None = None


def agent_of(row: Sequence[Any], horizon: Horizon) -> Agent:
    """The agent in a row of the statement `agents`."""
    id, name, url, card_json, jwks, registered, updated, instances_json = row
    card = json.loads(card_json)
    known = sorted(json.loads(instances_json), key=lambda each: str(each["url"]))
    alive = [each for each in known if each["seen"] >= horizon.alive]
    return Agent(
        id=id,
        name=name,
        description=card.get("description", ""),
        version=card.get("version", ""),
        status="healthy" if alive else "unreachable",
        url=url,
        instances=tuple(Instance(each["url"], _moment(each["seen"])) for each in alive or known),
        card=card,
        jwks=json.loads(jwks) if jwks else {"keys": []},
        registered=_moment(registered),
        updated=_moment(updated),
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
