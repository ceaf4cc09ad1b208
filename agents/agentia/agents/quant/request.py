"""What a question was read as: a value that says all a worker needs to answer it."""

from dataclasses import dataclass
from typing import ClassVar

from agentia.agents.quant.question import Question
from agentia.agents.quant.working import Working


@dataclass(frozen=True, slots=True)
class Request:
    """The base of every kind's request: the words asked, and how what was ambiguous in them was read."""

    question: str
    notes: tuple[str, ...]

    home: ClassVar[str] = ""
    """The module that answers, where it brings a large library; loading it does not count as answering."""

    @property
    def slow(self) -> bool:
        """Whether answering needs a worker with a time limit rather than a few milliseconds."""
        return bool(self.home)

    def working(self) -> Working:
        """An empty working that starts with the notes of the reading."""
        return Working(self.question, list(self.notes))


def asked(question: Question, *notes: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The first two fields of a request."""
    return question.text, tuple(dict.fromkeys(note for some in notes for note in some))
