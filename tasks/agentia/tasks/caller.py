"""For whom a task is done, and through which agents the request came."""

import json
from dataclasses import dataclass, replace
from functools import lru_cache

from a2a.types.a2a_pb2 import Message

from agentia.cards.extensions import deadline_in
from agentia.tasks.records import Owner


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal behind a request, the agents it went through, its hop token, and until when it counts.

    `deadline` is in unix seconds; `budget` is what may still be spent on language models, in the mesh's currency;
    `trace` is the traceparent (W3C) that the request came with.
    """

    owner: Owner
    chain: tuple[str, ...] = ()
    hop: str | None = None
    deadline: float | None = None
    budget: float | None = None
    trace: str | None = None

    def until(self, message: Message) -> "Caller":
        """The same caller, held to the message's deadline too. Raises DeadlineUnreadable."""
        said = deadline_in(message.metadata) if message.HasField("metadata") else None
        if said is None or (self.deadline is not None and self.deadline <= said):
            return self
        return replace(self, deadline=said)

    @lru_cache(maxsize=64)  # noqa: B019  the local principal's above all, which comes with most messages
    def dump(self) -> bytes:
        """As JSON bytes, for the store."""
        owner = self.owner
        fields = [owner.tenant, owner.principal, self.chain, self.hop, self.deadline, self.budget]
        traced = [] if self.trace is None else [self.trace]
        return json.dumps([*fields, *traced], separators=(",", ":")).encode()

    @classmethod
    def load(cls, data: bytes) -> "Caller":
        """From what `dump` wrote."""
        tenant, principal, chain, hop, deadline, budget, *traced = json.loads(data)
        return cls(Owner(tenant, principal), tuple(chain), hop, deadline, budget, *traced)


LOCAL = Caller(Owner("", "local"))
"""Whoever calls from this machine without a hop token."""
