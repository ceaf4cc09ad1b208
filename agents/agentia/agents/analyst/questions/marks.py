"""Marks: which words of a question name a column, a value, a date, a number, or say what to do."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agentia.agents.analyst.questions.calendar import Span
from agentia.agents.analyst.questions.cues import CUES, GRAIN_CUES, IDLE, LONGEST
from agentia.agents.analyst.questions.dates import When, find_dates
from agentia.agents.analyst.questions.synonyms import KNOWN
from agentia.agents.analyst.questions.vocabulary import Values, Vocabulary
from agentia.agents.analyst.questions.words import Token, is_slip, tokens, word_set
from agentia.agents.analyst.tables.table import Column

_SMALL = word_set(
    "a an the of in on at to for from with and or is are no not by i me my we it its this that than as be"
)


@dataclass(frozen=True)
class Cue:
    """Words that say what to do; the same words may say several things."""

    names: frozenset[str]

    def has(self, *names: str) -> bool:
        """Whether it says one of these."""
        return not self.names.isdisjoint(names)


@dataclass(frozen=True)
class Amount:
    """A number, `is_percent` when a percent sign follows."""

    number: Decimal
    is_percent: bool = False


@dataclass(frozen=True)
class Unknown:
    """A word that could matter and that nothing is known about."""

    text: str


Meaning = Column | Values | When | Cue | Amount | Unknown


@dataclass(frozen=True)
class Mark:
    """What the words from `first` up to, but not with, `last` mean."""

    first: int
    last: int
    meaning: Meaning


class Board:
    """The words of one question with the marks put on them so far; a word bears one mark."""

    def __init__(self, text: str, vocabulary: Vocabulary, span: Span | None) -> None:
        self.text, self.vocabulary, self.span = text, vocabulary, span
        self.words: Sequence[Token] = tokens(text)
        self._marks: list[Mark | None] = [None] * len(self.words)

    def put(self, first: int, last: int, meaning: Meaning) -> None:
        """Mark words that bear none yet."""
        self._marks[first:last] = [Mark(first, last, meaning)] * (last - first)

    def is_free(self, first: int, last: int | None = None) -> bool:
        """Whether none of the words bears a mark."""
        return not any(self._marks[first : last or first + 1])

    def runs(self, longest: int, shortest: int = 1) -> Iterator[tuple[int, int]]:
        """The runs of free words, longest first."""
        for length in range(min(longest, len(self.words)), shortest - 1, -1):
            for first in range(len(self.words) - length + 1):
                if self.is_free(first, first + length):
                    yield first, first + length

    def marks(self) -> tuple[Mark, ...]:
        """All marks in the order of the text."""
        return tuple(dict.fromkeys(mark for mark in self._marks if mark))


def mark(text: str, vocabulary: Vocabulary, span: Span | None) -> tuple[Mark, ...]:
    """Mark a question, the surest readings first."""
    board = Board(text, vocabulary, span)
    _mark_quotes(board)
    _mark_names(board)
    _mark_dates(board)
    _mark_cues(board)
    for reading in (_exact, _amount, _single_cue, _related, _part, _slip):
        for first, _ in board.runs(1):
            if board.is_free(first) and (found := reading(board, first)):
                board.put(first, found[0], found[1])
    return board.marks()


def _mark_quotes(board: Board) -> None:
    for quote in dict.fromkeys(word.quote for word in board.words if word.quote):
        places = [i for i, word in enumerate(board.words) if word.quote == quote]
        words = board.words[places[0] : places[-1] + 1]
        known = board.vocabulary.value(words) or board.vocabulary.column(words) or board.vocabulary.value_with(words[0])
        board.put(places[0], places[-1] + 1, known or Unknown(" ".join(word.text for word in words)))


def _mark_names(board: Board) -> None:
    for first, last in board.runs(board.vocabulary.longest, shortest=2):
        words = board.words[first:last]
        known = board.is_free(first, last) and (board.vocabulary.column(words) or board.vocabulary.value(words))
        if known:
            board.put(first, last, known)


def _mark_dates(board: Board) -> None:
    for when in find_dates(board.text, board.span) if board.span else ():
        places = [i for i, word in enumerate(board.words) if word.start < when.end and when.start < word.end]
        if places and board.is_free(places[0], places[-1] + 1):
            board.put(places[0], places[-1] + 1, when)


def _mark_cues(board: Board) -> None:
    for first, last in board.runs(LONGEST, shortest=2):
        names = CUES.get(tuple(word.word for word in board.words[first:last]))
        of_number = (
            first > 0 and board.words[first - 1].number is not None and board.words[first].word in ("%", "percent")
        )
        if names and not of_number and board.is_free(first, last):
            board.put(first, last, Cue(frozenset(names)))


Reading = Callable[[Board, int], tuple[int, Meaning] | None]


def _exact(board: Board, at: int) -> tuple[int, Meaning] | None:
    """A column or value by its whole name. Words that often mean something else must be written like the value."""
    word = board.words[at]
    grain = board.span is not None and not GRAIN_CUES.isdisjoint(CUES.get((word.word,), ()))
    column = board.vocabulary.column([word])
    if column and word.word not in _SMALL and not grain:
        return at + 1, column
    held = board.vocabulary.value([word]) if word.number is None else None
    common = word.word in IDLE or (word.word,) in CUES
    if held and (not common or word.text in held.values):
        return at + 1, held
    return None


def _amount(board: Board, at: int) -> tuple[int, Meaning] | None:
    number = board.words[at].number
    if number is None:
        return None
    percent = at + 1 < len(board.words) and board.words[at + 1].word in ("%", "percent") and board.is_free(at + 1)
    return at + (2 if percent else 1), Amount(number, percent)


def _single_cue(board: Board, at: int) -> tuple[int, Meaning] | None:
    word = board.words[at]
    names = frozenset(CUES.get((word.word,), ()))
    if names <= {"earned", "sold"} and board.vocabulary.column_by(word):
        return None  # "spend" is a verb only where no column of costs is
    return (at + 1, Cue(names)) if names else None


def _related(board: Board, at: int) -> tuple[int, Meaning] | None:
    word = board.words[at]
    if word.word in _SMALL or (board.span and word.word in ("time", "period")):
        return None
    column = board.vocabulary.column_by(word)
    return (at + 1, column) if column else None


def _part(board: Board, at: int) -> tuple[int, Meaning] | None:
    """A word out of longer values; the words after it narrow the choice."""
    word = board.words[at]
    if len(word.word) < 3 or word.word in IDLE:
        return None
    found, last = board.vocabulary.value_with(word), at + 1
    while found and last < len(board.words) and board.is_free(last):
        next_one = board.words[last].word
        narrowed = tuple(value for value in found.values if _has_word(value, next_one))
        if not narrowed or next_one in IDLE:
            break
        found, last = Values(found.column, narrowed, found.also, is_guess=True), last + 1
    return (last, found) if found else None


def _has_word(value: str, start: str) -> bool:
    return any(word.word.startswith(start) for word in tokens(value))


def _slip(board: Board, at: int) -> tuple[int, Meaning] | None:
    """What a word means in spite of a typing error; otherwise it is idle, or unknown."""
    word = board.words[at]
    if word.word in IDLE or len(word.word) < 2:
        return None
    if word.stem in KNOWN:
        return at + 1, Unknown(word.text)  # "price" is a word of its own, no slip of "pricey"
    known = board.vocabulary.column_like(word) or board.vocabulary.value_like(word)
    if known:
        return at + 1, known
    cues = [
        names
        for phrase, names in CUES.items()
        if len(phrase) == 1 and len(phrase[0]) > 4 and is_slip(word.word, phrase[0])
    ]
    return at + 1, Cue(frozenset(cues[0])) if cues else Unknown(word.text)
