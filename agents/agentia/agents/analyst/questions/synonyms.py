"""Words that people use for one another when they speak of tables. All are stems (singular, lower case)."""

from collections.abc import Mapping, Sequence

from agentia.agents.analyst.questions.words import stems, word_set
from agentia.agents.analyst.tables.table import Column, ColumnKind

_GROUPS: tuple[tuple[ColumnKind, str], ...] = (
    ("number", "revenue sale turnover income earning proceed taking amount billing money total gross subtotal"),
    ("number", "profit margin ebit"),
    ("number", "unit quantity qty piece volume amount item count"),
    ("number", "price cost fee charge tariff"),
    ("number", "cost expense spend spending expenditure outlay"),
    ("number", "salary wage pay compensation"),
    ("number", "rating score grade mark star"),
    ("number", "discount rebate reduction"),
    ("number", "stock inventory"),
    ("number", "visitor visit view click session traffic"),
    ("number", "duration length minute hour"),
    ("number", "population inhabitant capita people"),
    ("text", "customer client buyer account shopper consumer user"),
    (
        "text",
        "employee staff worker colleague rep representative salesperson salesman seller agent person manager name",
    ),
    ("text", "product item article sku good merchandise model"),
    ("text", "region area territory zone district market"),
    ("text", "country nation market"),
    ("text", "city town place location"),
    ("text", "store shop branch outlet site location"),
    ("text", "category type kind segment class group"),
    ("text", "department dept division team"),
    ("text", "order purchase transaction deal booking invoice sale"),
    ("text", "channel medium source platform"),
    ("text", "brand make manufacturer maker vendor supplier"),
    ("text", "gender sex"),
    ("text", "status state stage phase"),
    ("time", "date day time period"),
)
PERSON = word_set(
    "customer client buyer employee staff worker rep representative salesperson seller agent person name user manager "
    "student patient player member driver author"
)
PLACE = word_set("region area territory zone country nation state city town store shop branch location place market")
MONEY = word_set(_GROUPS[0][1])
QUANTITY = word_set(_GROUPS[2][1]) - {"amount"}
LEVELS = word_set(
    "price rate ratio percent percentage pct share margin temperature temp age rating score grade speed height weight "
    "density latitude longitude index level average avg mean median discount interest humidity salary wage pay"
)  # adding these up makes no sense
LABELS = word_set("id no nr num number code key uuid zip postcode postal phone")


SNAPSHOTS = word_set("population inhabitant gdp balance inventory stock headcount subscriber member")
HINTS: Mapping[str, str] = {
    "expensive": "price cost fee",
    "pricey": "price cost fee",
    "costly": "price cost fee",
    "cheapest": "price cost fee",
    "priciest": "price cost fee",
    "oldest": "age",
    "youngest": "age",
    "tallest": "height",
    "heaviest": "weight mass",
    "lightest": "weight mass",
    "longest": "duration length time",
    "shortest": "duration length time",
    "hottest": "temperature temp",
    "coldest": "temperature temp",
    "richest": "income wealth salary gdp",
    "earn": "salary wage pay income earning",
    "paid": "salary wage pay amount",
}  # what a superlative is measured by, when the table has it
KNOWN = frozenset(word for _, group in _GROUPS for word in group.split())


def core(column: Column) -> tuple[str, ...]:
    """A column's words without its unit and without "id", "number" and other labels, unless nothing else is left."""
    words = stems(column.name)
    unit = (column.unit or "").casefold()
    return tuple(word for word in words if word != unit and word not in LABELS) or words


def hinted(columns: Sequence[Column], word: str) -> Column | None:
    """The column that a superlative is about: "oldest" asks for the age."""
    wanted = HINTS.get(word, "").split()
    return next((column for column in columns if not set(wanted).isdisjoint(stems(column.name))), None)


def related(word: str) -> dict[str, ColumnKind]:
    """The words that may stand for a word, each with the kind of column that it would name."""
    return {
        other: kind
        for kind, group in _GROUPS
        if word in (members := group.split())
        for other in members
        if other != word
    }
