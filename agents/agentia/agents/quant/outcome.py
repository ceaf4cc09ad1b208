"""What came of a question: an answer, or a sentence on why there is none; as JSON it keeps in a task's journal."""

from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any

from agentia.agents.quant import catalogue
from agentia.agents.quant.errors import NotUnderstood, Unanswerable
from agentia.agents.quant.request import Request
from agentia.agents.quant.working import Answer


@dataclass(frozen=True, slots=True)
class Unclear:
    """The question must be asked back; the sentence says what was understood."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The question was understood and has no answer here."""

    question: str
    sentence: str


Outcome = Answer | Failed | Unclear


def load(home: str) -> None:
    """Load the module that will answer, with its library; runs in a worker, before `work_out`."""
    import_module(home)


def work_out(request: Request) -> dict[str, Any]:
    """The outcome of a request as JSON; this is what a worker runs."""
    try:
        return {"answer": asdict(catalogue.answer(request))}
    except NotUnderstood as exc:
        return {"unclear": exc.message}
    except Unanswerable as exc:
        return {"failed": exc.message}


def outcome_of(data: dict[str, Any], question: str) -> Outcome:
    """The outcome that `work_out` told, after its way through JSON."""
    if answer := data.get("answer"):
        fields: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in answer.items()
        }
        return Answer(**fields)
    if "unclear" in data:
        return Unclear(data["unclear"])
    return Failed(question, data["failed"])
