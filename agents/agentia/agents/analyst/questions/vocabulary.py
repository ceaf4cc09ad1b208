"""What a table is called by: its columns and the values in them, found by the words that people use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from agentia.agents.analyst.questions.synonyms import core, related
from agentia.agents.analyst.questions.words import Token, is_slip, stems, value_stems, word_set
from agentia.agents.analyst.tables.table import Column, Table

_MANY = 12  # values that one word may stand for ("laptop" for "Laptop 13" and "Laptop 15")
_IDLE_IN_NAMES = word_set("the of in total")


@dataclass(frozen=True)
class Values:
    """Values of one column that a question names; `also` are other columns that hold the same value."""

    column: Column
    values: tuple[str, ...]
    also: tuple[Column, ...] = ()
    is_guess: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """The words of one table. Building its indexes takes a while, so it is kept with the table."""

    table: Table

    @cached_property
    def names(self) -> Mapping[tuple[str, ...], Column]:
        """Columns by the stems of their name, and by those without unit and label ("order_id" is also "order")."""
        known: dict[tuple[str, ...], Column] = {}
        for column in self.table.columns:
            known.setdefault(stems(column.name), column)
        for column in self.table.columns:
            known.setdefault(core(column), column)
        return {name: column for name, column in known.items() if name}

    @cached_property
    def held(self) -> Mapping[tuple[str, ...], Sequence[tuple[Column, str]]]:
        """Values by their stems, of the columns with fewest values first."""
        index: dict[tuple[str, ...], list[tuple[Column, str]]] = {}
        for column in sorted(self.table.of_kind("text"), key=lambda column: column.distinct):
            for value in column.values:
                index.setdefault(value_stems(value), []).append((column, value))
        return index

    @cached_property
    def parts(self) -> Mapping[str, Sequence[tuple[Column, str]]]:
        """Values by each single word in them."""
        index: dict[str, list[tuple[Column, str]]] = {}
        for name, holders in self.held.items():
            for word in set(name):
                index.setdefault(word, []).extend(holders)
        return index

    @cached_property
    def longest(self) -> int:
        """Words in the longest name or value worth looking for."""
        return min(8, max((len(name) for name in [*self.names, *self.held]), default=1))

    def value(self, words: Sequence[Token]) -> Values | None:
        """The value that is written exactly so, but for case and plural."""
        return _values(self.held.get(tuple(token.stem for token in words), ()))

    def value_with(self, token: Token) -> Values | None:
        """The values that have a word in them: one, or a handful of one column."""
        holders = self.parts.get(token.stem, ())
        first = holders[0][0] if holders else None
        chosen = [(column, value) for column, value in holders if column is first]
        return (
            _values(chosen, is_guess=True) if first and len(chosen) <= min(_MANY, max(1, first.distinct - 1)) else None
        )

    def value_like(self, token: Token) -> Values | None:
        """The value that a word means in spite of a slip."""
        near = [name for name in self.held if len(name) == 1 and is_slip(token.stem, name[0])]
        return _values(self.held[near[0]], is_guess=True) if len(near) == 1 else None

    def column(self, words: Sequence[Token]) -> Column | None:
        """The column that is called exactly so, but for case, plural and separators."""
        return self.names.get(tuple(token.stem for token in words))

    def column_by(self, token: Token) -> Column | None:
        """The column that a word means: the head of its name, a synonym of it, or any word in it."""
        word = token.stem
        cores = [(column, core(column)) for column in self.table.columns]
        heads = [column for column, core in cores if core and core[-1] == word]
        others = related(word)
        alike = [column for column, core in cores if core and others.get(core[-1]) == column.kind]
        alike += [
            column
            for column, core in cores
            if others.keys() & set(core) and others[next(iter(others.keys() & set(core)))] == column.kind
        ]
        inside = [column for column, core in cores if word in core and word not in _IDLE_IN_NAMES]
        return next(iter([*heads, *alike, *inside]), None)

    def column_like(self, token: Token) -> Column | None:
        """The column that a word means in spite of a slip, or one of its synonyms."""
        for column in self.table.columns:
            if any(is_slip(token.stem, word) for word in core(column)):
                return column
        for column in self.table.columns:
            known: Iterable[str] = [
                other for word in core(column) for other, kind in related(word).items() if kind == column.kind
            ]
            if any(is_slip(token.stem, word) for word in known):
                return column
        return None


def _values(holders: Sequence[tuple[Column, str]], *, is_guess: bool = False) -> Values | None:
    if not holders:
        return None
    column = holders[0][0]
    also = tuple(dict.fromkeys(other for other, _ in holders if other is not column))
    return Values(column, tuple(value for other, value in holders if other is column), also, is_guess)
