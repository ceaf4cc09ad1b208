"""Columns in a question: whether one is measured, grouped by, counted, or only says what a value beside it is."""

from agentia.agents.analyst.questions.measures import is_money, quantity_of, truth_of
from agentia.agents.analyst.questions.plan import Condition
from agentia.agents.analyst.questions.sentence import LIMITS, Sentence
from agentia.agents.analyst.questions.vocabulary import Values
from agentia.agents.analyst.questions.words import stems
from agentia.agents.analyst.tables.table import Column

_BY = ("by", "per", "within")
_FEW = 12  # different numbers that make a column of grades rather than of amounts


def read_number(sentence: Sentence, i: int, column: Column) -> None:
    """A column of amounts: usually what is measured."""
    facts, joint = sentence.facts, sentence.joint
    if joint == "distinct":
        facts.counted, sentence.joint = facts.counted or column, ""
        return
    if joint == "count":
        sentence.joint = ""
        sentence.reductions = [aggregate for aggregate in sentence.reductions if aggregate != "sum"]
        if is_money(column) and sentence.says_later(i, *LIMITS):
            facts.cues.add("rows")  # "how many sales above 900"
            return
        column = _countable(sentence, i, column)
    if joint == "per" and facts.wanted:
        facts.over = column
    elif joint in _BY and not _ranks_by(sentence, column):
        sentence.group(column)
    else:
        sentence.want(column)


def _countable(sentence: Sentence, i: int, column: Column) -> Column:
    """ "How many sales" means pieces, when there is a column of pieces, rather than money."""
    own = sentence.words[sentence.marks[i].first].stem in column.name.casefold()
    return column if own or not is_money(column) else quantity_of(sentence.table) or column


def _ranks_by(sentence: Sentence, column: Column) -> bool:
    """ "Top products by revenue" names what to rank by, not what to group by."""
    return column.distinct > _FEW or sentence.facts.has("desc", "asc", "ranked") or bool(sentence.facts.groups)


def read_key(sentence: Sentence, i: int, column: Column) -> None:
    """A column of keys: "orders" are the rows themselves when each has an order number of its own."""
    if column.distinct < sentence.table.rows or sentence.joint in ("by", "within"):
        read_text(sentence, i, column)
        return
    sentence.facts.entity = column
    if sentence.joint in ("count", "distinct"):
        sentence.facts.cues.add("rows")
        sentence.joint, sentence.reductions = "", []


def read_text(sentence: Sentence, i: int, column: Column) -> None:
    """A column of names: usually what is grouped by."""
    facts, joint = sentence.facts, sentence.joint
    truth = truth_of(column)
    if truth and joint not in (*_BY, "which"):
        sentence.limit_to(sentence.marks[i].first, Condition(column, (truth,), joint == "not"))
    elif _only_describes(sentence, i, column):
        return
    elif joint in ("count", "distinct"):
        facts.counted, sentence.joint, sentence.reductions = facts.counted or column, "", []
    elif joint in ("desc", "asc") and facts.groups and column not in facts.groups and not facts.wanted:
        facts.counted = column  # "which region has the most customers"
    elif joint == "per" and facts.entity and "avg" in sentence.reductions:
        facts.over = column  # "average orders per customer"
    elif joint == "within" and (facts.is_ranked or facts.has("growth", "decline")):
        facts.within = column
    else:
        sentence.group(column)


def _only_describes(sentence: Sentence, i: int, column: Column) -> bool:
    """ "The North region", "product Laptop", or "the average salary of employees" where each row is one."""
    if sentence.joint in _BY:
        return False
    each = column.distinct == sentence.table.rows and (sentence.reductions or sentence.facts.wanted)
    values = [mark.meaning for mark in sentence.beside(i) if isinstance(mark.meaning, Values)]
    return bool(sentence.joint == "" and each) or any(column in (held.column, *held.also) for held in values)


def read_time(sentence: Sentence, i: int, column: Column) -> None:
    """A column of dates: which one counts, and how fine the groups are. "Hires per year" counts rows."""
    facts = sentence.facts
    facts.time = column
    word = sentence.words[sentence.marks[i].first].stem
    if word != stems(column.name)[-1] and word not in ("date", "day", "time", "when"):
        facts.cues.add("rows")
    if sentence.joint in ("by", "per", "which") and not facts.grain:
        facts.grain, facts.grain_by = column.grain, True
