"""Answers as a person reads them: the result first, then the working."""

from collections.abc import Sequence

from agentia.agents.quant.working import Answer

_MAX_STEPS_IN_TEXT = 12


def in_words(answer: Answer) -> str:
    """The sentence, how the question was read, and the steps."""
    notes = [f"({note})" for note in answer.notes]
    steps = [f"{number}. {step}" for number, step in enumerate(answer.steps[:_MAX_STEPS_IN_TEXT], 1)]
    if len(answer.steps) > _MAX_STEPS_IN_TEXT:
        steps.append(f"… and {len(answer.steps) - _MAX_STEPS_IN_TEXT} more steps in working.md")
    return "\n".join([answer.sentence, *notes, *(["Working:", *steps] if steps else [])])


def as_markdown(answers: Sequence[Answer]) -> str:
    """The working of all answers as one document."""
    return "\n\n".join(_section(answer) for answer in answers) + "\n"


def _section(answer: Answer) -> str:
    lines = [f"## {_plain(answer.question)}", "", f"**{_plain(answer.sentence)}**"]
    if answer.steps:
        lines += ["", *(f"{number}. {_plain(step)}" for number, step in enumerate(answer.steps, 1))]
    if answer.notes:
        lines += ["", *(f"- {_plain(note)}" for note in answer.notes)]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join(f"\\{character}" if character in "\\*_`[]<>#|$" else character for character in text)
