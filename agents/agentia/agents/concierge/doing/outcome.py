"""What came of a need: the answer of an agent with its subject and its number, or why there is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from a2a.types.a2a_pb2 import Part

from agentia.agents import Delegated
from agentia.agents.concierge.doing.numbers import Value, concluded, number
from agentia.agents.concierge.doing.texts import cut
from agentia.agents.concierge.planning.plan import Need

_MOST, _LONGEST = 20_000, 1_000  # characters of an answer's words, and of its sentence among others


@dataclass(frozen=True, slots=True)
class Answer:
    """An agent's answer. `subject` is whom it is about, `value` its number in `unit`, `said` all of its words."""

    said: str
    sentence: str
    subject: str | None = None
    value: Value | None = None
    unit: str | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Try:
    """An agent that was asked, why it was, and what went wrong, "" when nothing did."""

    agent: str
    why: str
    task_id: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A need as it was put to agents, in order, and the last one's answer; without one `problem` says why."""

    need: Need
    question: str
    label: str
    tries: tuple[Try, ...] = ()
    answer: Answer | None = None
    artifacts: tuple[str, ...] = ()
    problem: str = ""

    @property
    def agent(self) -> str:
        """Who answered."""
        return self.tries[-1].agent if self.tries else ""


def answer_of(done: Delegated) -> Answer:
    """Read an agent's result: data with `subject`, `value`, `unit` and `answer` where it sends some, else its words."""
    results = [each for each in reversed(done.data) if isinstance(each, dict)]  # of several, "its" means the nearest
    valued = next((each for each in results if _value(each) is not None), {})
    said = done.text.strip()
    sentence = next((each["answer"] for each in results if isinstance(each.get("answer"), str)), said)
    value, unit = _value(valued), valued["unit"] if isinstance(valued.get("unit"), str) else None
    if not any("value" in each for each in results):
        value, unit = concluded(said)
    subject = next(filter(None, map(_subject, results)), None)
    return Answer(cut(said or sentence, _MOST), _short(sentence), subject, value, unit, tuple(done.parts))


def _value(result: Mapping[str, Any]) -> Value | None:
    """Its number; `decimal` stands in for what is none as it is, such as "sqrt(2)"."""
    value = number(result.get("value"))
    return number(result.get("decimal")) if value is None else value


def _subject(result: Mapping[str, Any]) -> str | None:
    subject = result.get("subject")
    names = [name for name in (subject if isinstance(subject, list) else [subject]) if isinstance(name, str) and name]
    return " and ".join(names) or None


def _short(text: str) -> str:
    """Up to the first line that ends as a sentence does, or the first paragraph."""
    first = re.split(r"(?<=[.!?])\n|\n\s*\n|\n```", text.strip(), maxsplit=1)[0]
    return cut(first, _LONGEST)
