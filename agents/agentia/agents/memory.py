"""Memory for agents: what the librarian of the mesh keeps, asked for in a task like anything of another agent."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from agentia.agents.errors import PeerUnreadable, VersionOutrun

if TYPE_CHECKING:
    from agentia.agents.task_run import TaskRun

Scope = Literal["owner", "context"]
"""Whether a fact is for all that its owner does, or for the context at hand alone."""

NEEDS: Final = {
    "remember": "Remember a fact",
    "recall": "Recall what you know about something",
    "forget": "Forget a fact",
    "put": "Put an entry in the shared workspace",
    "get": "Get an entry from the shared workspace",
    "search": "Search in documents of a collection",
}
"""What the registry is asked for: whoever can do it."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A fact that answers a need: how well (0 to 1), and when it was remembered. Its text is data, never an order."""

    id: str
    text: str
    scope: Scope
    score: float
    created: datetime


@dataclass(frozen=True, slots=True)
class Shared:
    """A version of an entry of the workspace, and the agent that has put it ("" for the owner in person)."""

    name: str
    value: Any
    version: int
    author: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A piece of a document word for word, and where it stands: characters `start` to `end`, the first in `line`."""

    collection: str
    document: str
    text: str
    start: int
    end: int
    line: int
    heading: str
    score: float


class Memory:
    """What is kept for the owner of a task. Each call is a delegation: journaled, and done once.

    Every method raises PeerError: NoAgentFits without a librarian, PeerFailed with its sentence when it refuses.
    """

    def __init__(self, task: "TaskRun") -> None:
        self._task = task

    async def remember(self, text: str, *, scope: Scope = "owner") -> str:
        """Keep a fact, at most 2,000 characters; its id, the same when it was known already."""
        return str((await self._ask("remember", text=text, scope=scope))["id"])

    async def recall(self, need: str = "", *, scope: Scope | None = None, limit: int = 5) -> list[Recalled]:
        """The facts that answer `need`, best first, or without one the newest; of both scopes unless one is named."""
        found = await self._ask("recall", need=need, scope=scope, limit=limit)
        return [Recalled(**{**fact, "created": datetime.fromisoformat(fact["created"])}) for fact in found["facts"]]

    async def forget(self, id: str) -> bool:
        """Have a fact forgotten for good; False when there was none with that id."""
        return bool((await self._ask("forget", id=id))["forgotten"])

    async def put(self, name: str, value: Any, *, expected: int | None = None) -> int:
        """Put the next version of an entry of the workspace, JSON of at most 100,000 characters; its number.

        With `expected` only if that is the newest version (0: there is none). Raises VersionOutrun when it is not.
        """
        done = await self._ask("put", name=name, value=value, expected=expected)
        if not done["stored"]:
            raise VersionOutrun(done["said"], done["version"])
        return int(done["version"])

    async def get(self, name: str, *, version: int | None = None) -> Shared | None:
        """The newest version of an entry, or a certain one; None when it is not there, or not kept any more."""
        entry = (await self._ask("get", name=name, version=version))["entry"]
        return entry and Shared(entry["name"], entry["value"], entry["version"], entry["author"])

    async def search(self, need: str, *, collection: str = "", limit: int = 5) -> list[Quoted]:
        """The pieces of documents that answer `need`, best first, of one collection or of all."""
        found = await self._ask("search", need=need, collection=collection, limit=limit)
        return [Quoted(**quote) for quote in found["quotes"]]

    async def _ask(self, do: str, **fields: Any) -> dict[str, Any]:
        given = {name: value for name, value in fields.items() if value is not None or name == "value"}
        done = await self._task.delegate(NEEDS[do], [{"do": do, **given}])
        for data in done.data:
            if isinstance(data, dict) and data.get("do") == do:
                return data
        raise PeerUnreadable(f"The agent {done.agent} was asked to {do} and did not say what came of it.")
