"""Numbers in a question: how many are wanted, beyond which limit, what percentage, or which row."""

from decimal import Decimal

from agentia.agents.analyst.questions.marks import Amount
from agentia.agents.analyst.questions.measures import is_label
from agentia.agents.analyst.questions.plan import Comparison, Condition, Threshold
from agentia.agents.analyst.questions.sentence import LIMITS, Sentence
from agentia.agents.analyst.tables.table import Column

_MOST = 1000  # rows that "top" may ask for


def read_limit(sentence: Sentence, i: int, limit: Comparison, names: set[str]) -> set[str]:
    """ "More than 1000" limits, "more than South" compares, "over" alone says nothing. The cues that remain."""
    following = [mark.meaning for mark in sentence.marks[i + 1 : i + 3]]
    if any(isinstance(meaning, Amount) for meaning in following):
        sentence.comparison = limit
        return names - {"max", "min"}
    is_phrase = sentence.marks[i].last - sentence.marks[i].first > 1
    return (names - set(LIMITS)) | ({"compare"} if is_phrase else set())


def read_amount(sentence: Sentence, i: int, amount: Amount) -> None:
    """A number, by the words around it."""
    facts, here, number = sentence.facts, sentence.marks[i], amount.number
    after = sentence.words[here.last].word if here.last < len(sentence.words) else ""
    column = next(
        (m.meaning for m in sentence.beside(i) if m.last == here.first and isinstance(m.meaning, Column)), None
    )
    is_whole = number == int(number) and not amount.is_percent
    if sentence.comparison:
        about = _about(sentence, i)
        is_percent = amount.is_percent and (about is None or about.unit != "%")
        facts.thresholds.append(Threshold(None if is_percent else about, sentence.comparison, number, is_percent))
        sentence.comparison = None
    elif amount.is_percent and after == "of":
        facts.percent_of = number
    elif column and is_whole:
        _read_row_number(sentence, i, column, int(number))
    elif is_whole and 0 < number <= _MOST:
        facts.limit = int(number)
    else:
        facts.unknown.append(sentence.words[here.first].text)


def _about(sentence: Sentence, i: int) -> Column | None:
    """The column that a limit is about: the one before it, else the one after."""
    around = [*reversed(sentence.marks[max(i - 3, 0) : i]), *sentence.marks[i + 1 : i + 2]]
    columns = (mark.meaning for mark in around if isinstance(mark.meaning, Column))
    return next((column for column in columns if column.kind == "number" and not is_label(column)), None)


def _read_row_number(sentence: Sentence, i: int, column: Column, number: int) -> None:
    """ "Store 12": the rows of that number, not a group."""
    facts = sentence.facts
    facts.wanted = [pair for pair in facts.wanted if pair[1] is not column]
    facts.groups = [group for group in facts.groups if group is not column]
    if column.kind == "time":
        facts.unknown.append(str(number))
    elif column.kind == "text":
        value = next((value for value in column.values if value.lstrip("0") == str(number)), str(number))
        sentence.limit_to(sentence.marks[i].first, Condition(column, (value,)))
    else:
        facts.thresholds.append(Threshold(column, "=", Decimal(number)))
