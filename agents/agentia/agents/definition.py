"""What a specialist is made of, checked while its author is still looking, and completed from what is there."""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar, get_origin

from agentia.agents.errors import SpecialistInvalid
from agentia.agents.steps import takes_argument
from agentia.cards import Skill
from agentia.core.settings import Settings

T = TypeVar("T")

SDK_PACKAGE = "agents"
SDK_AGENTS = ("Agent", "AgentBase")
EXECUTOR = "a2a.server.agent_execution.agent_executor", "AgentExecutor"


def is_sdk_agent(answer: object) -> bool:
    """Told by the names of its type, as importing that SDK takes a second."""
    return any(
        kind.__module__.partition(".")[0] == SDK_PACKAGE and kind.__name__ in SDK_AGENTS
        for kind in type(answer).__mro__
    )


def is_executor(answer: object) -> bool:
    """Whether it is an AgentExecutor of the a2a-sdk, told like that. Raises SpecialistInvalid for a class of them."""
    if isinstance(answer, type) and _executes(answer):
        raise SpecialistInvalid(
            f"{answer.__name__} is a class, and a specialist needs an object of it.", fix=f"Write {answer.__name__}()."
        )
    if not _executes(type(answer)):
        return False
    for method in ("execute", "cancel"):
        if not inspect.iscoroutinefunction(inspect.unwrap(getattr(answer, method))):
            raise SpecialistInvalid(
                f"{type(answer).__name__}.{method} must be async.",
                fix=f"Write `async def {method}(self, context, event_queue)`.",
            )
    return True


def _executes(kind: type) -> bool:
    return any((base.__module__, base.__name__) == EXECUTOR for base in kind.__mro__)


def check_answer(answer: object, name: str, given: str) -> None:
    """Raise SpecialistInvalid unless `answer` is an async function of one argument (a `given`)."""
    whose = f"The answer of the specialist {name or named(answer)!r}"
    fix = f"Write `async def answer(task: {given}) -> str | None: …`."
    function = answer if inspect.isroutine(answer) or isinstance(answer, functools.partial) else _call_of(answer)
    if inspect.isasyncgenfunction(function):
        raise SpecialistInvalid(f"{whose} yields, and must return.", fix=f"Publish pieces with task.stream. {fix}")
    if not inspect.iscoroutinefunction(function):
        what = "a plain function" if callable(answer) else f"of type {type(answer).__name__}"
        raise SpecialistInvalid(f"{whose} is {what}, and must be an async function of one {given}.", fix=fix)
    if not _takes_one(answer):
        raise SpecialistInvalid(f"{whose} must take one argument, the {given}.", fix=fix)
    _check_annotations(answer, whose, given, fix)


def check_lifespan(lifespan: Any) -> None:
    """Raise SpecialistInvalid unless `lifespan` can be called for an async context manager."""
    if inspect.isasyncgenfunction(lifespan):
        raise SpecialistInvalid(
            "The lifespan is an async generator.", fix="Put @asynccontextmanager of contextlib before it."
        )
    if not callable(lifespan) or inspect.iscoroutinefunction(lifespan):
        raise SpecialistInvalid(
            "The lifespan must be a function that gives an async context manager.",
            fix="Put @asynccontextmanager of contextlib before an `async def` function that yields once.",
        )


def opened(lifespan: Callable[..., Any], settings: Settings) -> AbstractAsyncContextManager[Any]:
    """What the lifespan gives, which may take the settings."""
    manager: AbstractAsyncContextManager[Any] = lifespan(*[settings][: takes_argument(lifespan)])
    return manager


def several(field: str, given: object, kind: type[T]) -> Sequence[T]:
    """`given` as a tuple. Raises SpecialistInvalid when it is a single one, or holds something else."""
    if isinstance(given, str | Skill) or not isinstance(given, Iterable):
        raise SpecialistInvalid(f"{field} must be a list.", fix=f"Write {field}=[{given!r:.60}].")
    items = tuple(given)
    for item in items:
        if not isinstance(item, kind):
            raise SpecialistInvalid(f"{field} must hold {kind.__name__}s; {item!r:.60} is none.")
    return items


def named(answer: object) -> str:
    """What the answer is called in its code."""
    plain = _plain(answer)
    return str(getattr(plain, "__name__", type(plain).__name__))


def described(answer: object, skills: Sequence[Skill]) -> str:
    """The docstring of the answer; without one, what its skills say."""
    return inspect.getdoc(_plain(answer)) or "; ".join(skill.description for skill in skills)


def _check_annotations(answer: Any, whose: str, given: str, fix: str) -> None:
    """What an author has written of types is what they count on; of what cannot be told here nothing is said."""
    try:
        signature = inspect.signature(answer, eval_str=True)
    except Exception:  # noqa: BLE001  a name that only type checkers import, or anything else that an annotation may do
        return
    first, said = next(iter(signature.parameters.values())).annotation, signature.return_annotation
    if _is_plain_class(first) and first.__module__ == "builtins":
        raise SpecialistInvalid(f"{whose} takes a {first.__name__}, and is given a {given}.", fix=fix)
    if given == "Request" and _is_plain_class(first) and first.__name__ == "TaskRun":
        raise SpecialistInvalid(f"{whose} takes a TaskRun; with direct=True there is none.", fix=fix)
    kind = get_origin(said) or said
    if _is_plain_class(kind) and kind.__module__ == "builtins" and kind is not str:
        raise SpecialistInvalid(
            f"{whose} returns a {kind.__name__}; it may return a text, its last word, or None.",
            fix="Publish results with task.artifact(name, content).",
        )


def _is_plain_class(kind: object) -> bool:
    return isinstance(kind, type) and kind not in (object, type(None), inspect.Parameter.empty)


def _plain(answer: object) -> object:
    return _plain(answer.func) if isinstance(answer, functools.partial) else answer


def _call_of(answer: object) -> Callable[..., Any] | None:
    """The method that runs when an object that is no function is called."""
    return type(answer).__call__ if callable(answer) else None


def _takes_one(answer: Any) -> bool:
    try:
        inspect.signature(answer).bind(object())
    except (TypeError, ValueError):
        return False
    return True
