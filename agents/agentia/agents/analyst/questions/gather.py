"""Gathering facts: the marks of a question, read from left to right as a person would."""

from collections.abc import Sequence

from agentia.agents.analyst.questions.amounts import read_amount, read_limit
from agentia.agents.analyst.questions.columns import read_key, read_number, read_text, read_time
from agentia.agents.analyst.questions.cues import ADVERBS, SLOTS
from agentia.agents.analyst.questions.dates import When
from agentia.agents.analyst.questions.facts import Facts
from agentia.agents.analyst.questions.marks import Amount, Cue, Mark, Unknown
from agentia.agents.analyst.questions.measures import is_label
from agentia.agents.analyst.questions.plan import Condition
from agentia.agents.analyst.questions.sentence import LIMITS, REDUCTIONS, Sentence
from agentia.agents.analyst.questions.synonyms import KNOWN, hinted
from agentia.agents.analyst.questions.vocabulary import Values
from agentia.agents.analyst.questions.words import Token, word_set
from agentia.agents.analyst.tables.table import GRAINS, Column, Grain, Table

_JOINTS = ("within", "by", "per", "which", "count", "distinct", "not", "desc", "asc")
_TRANSPARENT = frozenset({"rows", "or", "pronoun", "sold", "relative", "ratio"})  # a joint reaches over these
_ARTICLES = word_set("the our a an all any my its their of")


def gather(table: Table, words: Sequence[Token], marks: Sequence[Mark]) -> Facts:
    """The facts of one question."""
    sentence = Sentence(table, words, marks)
    for i in range(len(marks)):
        _read(sentence, i)
    return _finished(sentence)


def _read(sentence: Sentence, i: int) -> None:
    meaning = sentence.marks[i].meaning
    match meaning:
        case Cue():
            _read_cue(sentence, i, meaning)
        case Column(kind="number") if is_label(meaning):
            read_key(sentence, i, meaning)
        case Column(kind="number"):
            read_number(sentence, i, meaning)
        case Column(kind="text"):
            read_text(sentence, i, meaning)
        case Column():
            read_time(sentence, i, meaning)
        case Values():
            _read_values(sentence, i, meaning)
        case When():
            sentence.facts.whens.append(meaning)
        case Amount():
            read_amount(sentence, i, meaning)
        case Unknown():
            _read_unknown(sentence, i, meaning)


def _finished(sentence: Sentence) -> Facts:
    facts = sentence.facts
    facts.spare = list(sentence.reductions)
    if facts.spare and facts.wanted and not sentence.used:
        column = facts.wanted[-1][1]
        facts.wanted[-1:] = [(aggregate, column) for aggregate in facts.spare]
    if facts.has("ratio") and len(facts.wanted) == 2:
        (aggregate, column), (_, facts.over) = facts.wanted
        facts.wanted = [(aggregate, column)]
    asks = facts.wanted or facts.counted or facts.groups or facts.cues or facts.whens
    if not asks:
        facts.unknown, facts.ignored = [*facts.unknown, *facts.ignored], []
    return facts


def _read_cue(sentence: Sentence, i: int, cue: Cue) -> None:
    facts, names = sentence.facts, set(cue.names)
    limit = next((LIMITS[name] for name in LIMITS if name in names), None)
    if limit:
        names = read_limit(sentence, i, limit, names)
    facts.cues |= names
    sentence.reductions += [aggregate for aggregate in REDUCTIONS if aggregate in names]
    if "share" in names and facts.share_at < 0:
        facts.share_at = sentence.marks[i].first
    hint = hinted(sentence.table.columns, sentence.words[sentence.marks[i].last - 1].word)
    if hint and hint.kind == "number" and not facts.wanted:
        sentence.want(hint)
    grain = next((grain for grain in GRAINS if grain in names), None)
    if grain:
        _read_grain(sentence, i, grain)
    elif joint := next((joint for joint in _JOINTS if joint in names), ""):
        sentence.joint = joint
    elif not names & _TRANSPARENT:
        sentence.joint = ""


def _read_grain(sentence: Sentence, i: int, grain: Grain) -> None:
    word = sentence.words[sentence.marks[i].first].word
    by = sentence.joint in ("by", "per", "which", "within", "desc", "asc") and word not in ADVERBS
    if sentence.facts.grain is None or by:
        sentence.facts.grain, sentence.facts.grain_by = grain, by or sentence.facts.grain_by
    sentence.facts.counts_grain |= sentence.joint == "count"


def _read_values(sentence: Sentence, i: int, found: Values) -> None:
    named = {mark.meaning for mark in sentence.beside(i) if isinstance(mark.meaning, Column)}
    column = next((column for column in found.also if column in named), found.column)
    if column is found.column and found.also and column not in sentence.facts.groups:
        others = " and ".join(f"“{other.name}”" for other in found.also)
        sentence.facts.notes.append(f"“{found.values[0]}” is read as {column.name}; it also occurs in {others}")
    elif found.is_guess:
        said = sentence.text(sentence.marks[i])
        sentence.facts.notes.append(f"“{said}” is read as {', '.join(found.values)}")
    sentence.limit_to(sentence.marks[i].first, Condition(column, found.values, sentence.joint == "not"))


def _read_unknown(sentence: Sentence, i: int, unknown: Unknown) -> None:
    """A word that nothing is known about is a stumbling block where it names something, else a remark."""
    at = sentence.marks[i].first
    word = sentence.words[at]
    before = [other.word for other in sentence.words[:at] if other.word not in _ARTICLES]
    named = (word.text[0].isupper() and at > 0) or word.stem in KNOWN or bool(word.quote)
    matters = named or (before and before[-1] in SLOTS) or _belongs_to_neighbour(sentence, i)
    (sentence.facts.unknown if matters else sentence.facts.ignored).append(unknown.text)


def _belongs_to_neighbour(sentence: Sentence, i: int) -> bool:
    """Whether it says what is to be done with the word beside it: "highest foo", "foo rate", "foo revenue"."""
    here = sentence.marks[i]
    close = [mark.meaning for mark in sentence.marks[max(i - 1, 0) : i] if mark.last >= here.first - 1]
    if any(isinstance(cue, Cue) and cue.has(*REDUCTIONS, *_JOINTS, "share", "ranked", "growth") for cue in close):
        return True
    after = next((mark.meaning for mark in sentence.beside(i) if mark.first == here.last), None)
    return isinstance(after, Column) or (isinstance(after, Cue) and after.has(*REDUCTIONS, "relative", "share"))
