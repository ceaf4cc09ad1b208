"""Put a need into words, once the needs that it builds on are done."""

from collections.abc import Mapping
from dataclasses import dataclass

from a2a.types.a2a_pb2 import Part

from agentia.agents.concierge.doing.numbers import shown, written
from agentia.agents.concierge.doing.outcome import Answer, Outcome
from agentia.agents.concierge.doing.texts import quoted
from agentia.agents.concierge.planning.plan import Need, Slot, fill
from agentia.core.errors import AgentiaError


class NothingToBuildOn(AgentiaError):
    """A need refers to an answer that is not there."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an agent is asked: the question, what its result is called, and the `material` that "it" means, if any."""

    question: str
    label: str
    material: tuple[Part, ...] = ()


def name_of(need: Need, done: Mapping[int, Outcome]) -> str:
    """The need in a sentence, whether or not what it builds on is there: "The total revenue in euros"."""
    name = fill(need.label, lambda slot: slot.said or done[slot.needs[0]].label)
    return name[:1].upper() + name[1:]


def request_for(need: Need, done: Mapping[int, Outcome]) -> Request:
    """The need in words, its slots filled from what is done. Raises NothingToBuildOn."""
    material: list[Part] = []

    def asked(slot: Slot) -> str:
        if (meant := _meant(slot, done)) is not None:
            return _word(slot, meant[1]) or slot.said
        if need.kind == "calculate":
            wanted = "number with a unit to convert" if slot.what == "amount" else "single number to calculate with"
            raise NothingToBuildOn(f"The answer to {quoted(done[slot.needs[0]].question)} holds no {wanted}.")
        material.extend(_material(slot, done))
        return slot.said

    def called(slot: Slot) -> str:
        meant = _meant(slot, done)
        return slot.said if meant is None else _called(slot, *meant)

    question = fill(need.wording, asked)
    return Request(question[:1].upper() + question[1:], fill(need.label, called), tuple(material))


def _meant(slot: Slot, done: Mapping[int, Outcome]) -> tuple[Outcome, Answer] | None:
    """The nearest earlier need whose answer has what the slot wants; one without an answer must not be passed over."""
    for outcome in (done[number] for number in slot.needs):
        if outcome.answer is None:
            raise NothingToBuildOn(f"It builds on {quoted(outcome.question)}, which has no answer.")
        if _word(slot, outcome.answer) is not None:
            return outcome, outcome.answer
    return None


def _word(slot: Slot, answer: Answer) -> str | None:
    subject, value = answer.subject, None if answer.value is None else written(answer.value)
    match slot.what:
        case "value":
            return value
        case "amount":
            return value and answer.unit and f"{value} {answer.unit}"
        case "any":
            return subject or value
        case "all":
            return subject if subject and " and " in subject else None
        case "subject":
            return subject
        case "possessive":
            return subject and f"{subject}'s"
        case "place":
            return subject and f"in {subject}"
        case "whole":
            return None


def _called(slot: Slot, outcome: Outcome, answer: Answer) -> str:
    """The word in a sentence for people: a number with what it is the number of."""
    if slot.what not in ("value", "amount") or answer.value is None:
        return _word(slot, answer) or slot.said
    amount = f"{shown(answer.value)} {answer.unit or ''}".rstrip()
    return f"{outcome.label} ({amount})" if outcome.need.kind == "look up" else amount


def _material(slot: Slot, done: Mapping[int, Outcome]) -> list[Part]:
    """All of the nearest answer: its artifacts, or its words when there are none."""
    answer = done[slot.needs[0]].answer
    if slot.what not in ("any", "all", "whole") or answer is None:
        return []
    return list(answer.parts) or [Part(text=answer.said, media_type="text/plain")]
