"""Choosing what to measure: what was named, or what people mean when they name nothing."""

from dataclasses import replace

from agentia.agents.analyst.questions.facts import Facts
from agentia.agents.analyst.questions.measures import is_level, main_column, natural, plural, quantity_of
from agentia.agents.analyst.questions.plan import Measure
from agentia.agents.analyst.questions.synonyms import core
from agentia.agents.analyst.questions.words import stems, word_set
from agentia.agents.analyst.tables.table import GRAINS, Column, Table

_PRODUCT = word_set("product item article sku good model category brand")


def choose(table: Table, facts: Facts) -> tuple[Measure, ...]:
    """The measures of a question, the first being the one that ranks."""
    if facts.counted:
        return (Measure("distinct", facts.counted),)
    if facts.counts_grain and not (facts.wanted or facts.entity or facts.has("sold")):
        return _counted_periods(table, facts)
    count = Measure("count", noun=plural(" ".join(core(facts.entity))) if facts.entity else "rows")
    if facts.entity and facts.over and not facts.wanted:
        return (replace(count, over=facts.over),)
    if facts.has("count") and facts.has("rows"):
        return (count,)
    if facts.wanted:
        return _named(facts)
    column = _meant(table, facts)
    if column is None or (facts.entity and _counts_entities(facts)):
        return (count,)
    spare = [aggregate for aggregate in facts.spare if not (_ranks(facts) and aggregate in ("min", "max"))]
    return tuple(Measure(aggregate, column) for aggregate in spare) or (_natural(column, facts),)


def _counted_periods(table: Table, facts: Facts) -> tuple[Measure, ...]:
    """ "How many months": the periods for which there are data."""
    time, grain = facts.time or table.time, facts.grain or "month"
    assert time is not None, "a grain needs a column of dates, which was asked before"
    return (Measure("distinct", Column(grain, "DATE", "time", f"date_trunc('{grain}', {time.sql})")),)


def _ranks(facts: Facts) -> bool:
    return facts.is_ranked and bool(facts.groups or facts.grain_by)


def _natural(column: Column, facts: Facts) -> Measure:
    return Measure(natural(column, ranked=_ranks(facts), ascending=facts.is_ascending), column, facts.over)


def _named(facts: Facts) -> tuple[Measure, ...]:
    """The columns that the question names. "Which region had the maximum revenue" ranks totals, not rows."""
    result = []
    for aggregate, column in dict.fromkeys(facts.wanted):
        ranks_totals = _ranks(facts) and aggregate in ("min", "max") and not is_level(column)
        result.append(
            Measure(aggregate, column, facts.over) if aggregate and not ranks_totals else _natural(column, facts)
        )
    return tuple(result)


def _counts_entities(facts: Facts) -> bool:
    """ "Orders by country" and "the share of returned orders" count; "the average order" is about amounts."""
    if set(facts.spare) - {"sum"}:
        return False
    counts = facts.groups or facts.grain or facts.spare or facts.changes or facts.has("share", "count", "trend")
    return bool(counts or not facts.is_ranked)


def _meant(table: Table, facts: Facts) -> Column | None:
    """Pieces for "how many … sold", nothing but the rows for "most common", else what the table is mostly about."""
    if facts.has("frequent") or (facts.has("count", "share", *GRAINS) and facts.has("rows")):
        return None
    quantity = quantity_of(table)
    if facts.has("count") and not facts.has("much"):
        return quantity if facts.has("sold") or facts.conditions else None
    named = [*facts.groups, *(condition.column for condition in facts.conditions)]
    products = any(not _PRODUCT.isdisjoint(stems(column.name)) for column in named)
    if facts.has("sold") and products and quantity and not facts.has("earned", "much"):
        return quantity
    return main_column(table)
