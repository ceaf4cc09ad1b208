"""Tables pasted into a question: the longest run of lines with the same delimiters."""

from collections.abc import Sequence

from agentia.agents.analyst.tables.source import Source

_LEAST = 3  # lines, the header among them


def pasted(text: str) -> tuple[str, Source | None]:
    """The text without the table in it, and the table, if there is one."""
    lines = text.splitlines()
    runs = [run for delimiter in ("\t", ";", ",", "|") if (run := _longest(lines, delimiter))]
    first, last = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    if last - first < _LEAST:
        return text, None
    question = "\n".join([*lines[:first], *lines[last:]])
    return question, Source("pasted", "text/csv", "\n".join(lines[first:last]).encode())


def _longest(lines: Sequence[str], delimiter: str) -> tuple[int, int] | None:
    """From where to where lines have the same number of a delimiter, at least one."""
    best: tuple[int, int] | None = None
    first = 0
    for at in range(1, len(lines) + 1):
        if at < len(lines) and lines[at].count(delimiter) == lines[first].count(delimiter):
            continue
        if lines[first].count(delimiter) and (best is None or at - first > best[1] - best[0]):
            best = first, at
        first = at
    return best
