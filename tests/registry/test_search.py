"""Whether a need finds the right agent: a table of cards and needs, and the rules behind it."""

from typing import TYPE_CHECKING, Any

from agentia.registry.index import CardIndex, terms_of_card
from agentia.registry.query import Need
from agentia.registry.search import Found, rank

if TYPE_CHECKING:
    from tests.registry.conftest import IndexOf

SPECIALISTS = ("analyst", "quant", "concierge")


def first(index: CardIndex, need: dict[str, Any]) -> str:
    found = rank(index, Need(need["text"], tuple(need.get("modes", ())), frozenset(need.get("exclude", ()))))
    return found[0].id if found else ""


def accuracy(index: CardIndex, needs: list[dict[str, Any]]) -> tuple[float, list[str]]:
    """The share of needs that find the right agent, and the others in words."""
    wrong = [
        f"{need['text']}: {first(index, need) or 'nobody'}" for need in needs if first(index, need) != need["want"]
    ]
    return 1 - len(wrong) / len(needs), wrong


def test_needs_find_the_right_agent_among_fifteen(index_of: "IndexOf", relevance: dict[str, Any]) -> None:
    index = index_of()
    for group, least in (("tune", 0.9), ("held", 0.85), ("unseen", 0.9)):
        needs = [need for need in relevance["need"] if need["set"] == group]
        share, wrong = accuracy(index, needs)
        print(f"{group}: {share:.0%} of {len(needs)} needs find the right agent; not {wrong}")
        assert share >= least, wrong


def test_the_shipped_specialists_are_told_apart(index_of: "IndexOf", relevance: dict[str, Any]) -> None:
    needs = [need for need in relevance["need"] if need["want"] in SPECIALISTS]
    share, wrong = accuracy(index_of(*SPECIALISTS), needs)
    assert share >= 0.95, wrong


def test_nobody_is_offered_for_what_nobody_does(index_of: "IndexOf") -> None:
    index = index_of(*SPECIALISTS)
    for text in (
        "play me a song",
        "translate this to French",
        "what is the weather in Paris tomorrow",
        "draw a fox in the snow",
        "book a flight to Rome on 2025-05-02",
        "hello",
        "",
        "?!",
        "日本語でお願いします",
    ):
        assert rank(index, Need(text)) == [], text


def test_a_match_says_the_skill_and_the_words(index_of: "IndexOf") -> None:
    (found, *_) = rank(index_of(), Need("Which region grew fastest?", ("text/csv",)))
    assert (found.id, found.skills[0]) == ("analyst", "growth")
    assert found.why == "matches skill 'growth' on: region, grew, fastest; takes text/csv"


def test_scores_lie_between_the_floor_and_one(index_of: "IndexOf", relevance: dict[str, Any]) -> None:
    index = index_of()
    for need in relevance["need"]:
        found = rank(index, Need(need["text"]))
        assert all(0.3 <= each.score <= 1 for each in found)
        assert found == sorted(found, key=lambda each: -each.score)


def card(name: str, *modes: str, **skill: Any) -> dict[str, Any]:
    described = {"id": "s", "name": "Sum", "description": "Adds numbers.", "tags": ["sum"], **skill}
    return {"name": name, "description": "", "defaultInputModes": modes or ("text/plain",), "skills": [described]}


def index_with(*cards: dict[str, Any]) -> CardIndex:
    index = CardIndex()
    for each in cards:
        index.put(each["name"], terms_of_card(each))
    return index


def test_an_agent_that_cannot_take_the_file_is_left_out() -> None:
    index = index_with(
        card("exact", "text/csv"),
        card("family", "text/*"),
        card("anything", "*/*"),
        card("words", "text/plain"),
        card("skilled", "text/plain", inputModes=["text/csv"]),
    )
    found = rank(index, Need("sum it", ("text/csv; header=present",)))
    assert [each.id for each in found] == ["exact", "skilled", "family", "anything"]
    assert len(rank(index, Need("sum it", ("application/octet-stream",)))) == 5


def test_every_type_that_is_handed_over_must_fit() -> None:
    index = index_with(card("tables", "text/csv"), card("both", "text/csv", "image/png"))
    assert [each.id for each in rank(index, Need("sum", ("text/csv", "image/png")))] == ["both"]


def test_a_file_without_words_goes_to_those_who_take_it() -> None:
    index = index_with(card("tables", "text/csv"), card("anything", "*/*"))
    assert rank(index, Need("", ("text/csv",))) == [Found("tables", 0.3, (), "takes text/csv")]


def test_those_who_are_excluded_are_not_asked() -> None:
    index = index_with(card("a"), card("b"))
    assert [each.id for each in rank(index, Need("sum", exclude=frozenset({"a"})))] == ["b"]


def test_the_index_forgets_a_card_as_if_it_had_never_been() -> None:
    before, after = index_with(card("a")), index_with(card("a"), card("b", tags=["unheard"], examples=["1 + 1"]))
    after.drop("b")
    after.drop("b")
    assert (before.cards, before.postings) == (after.cards, after.postings)


def test_a_card_put_again_takes_the_place_of_the_old_one() -> None:
    index = index_with(card("a", tags=["juggling"]), card("a", tags=["fencing"]))
    assert rank(index, Need("juggling")) == []
    assert [each.id for each in rank(index, Need("fencing"))] == ["a"]


def test_a_huge_card_is_read_in_part() -> None:
    skills = [
        {"id": f"s{n}", "name": "x" * 2_000, "description": "y " * 2_000, "examples": ["z"] * 500} for n in range(99)
    ]
    read = terms_of_card({"name": "huge", "skills": skills})
    assert 0 < len(read.skills) < 99


def test_a_card_with_bare_skills_is_indexed() -> None:
    index = index_with({"name": "Bare", "skills": [{"id": "weld"}]})
    assert [each.id for each in rank(index, Need("weld"))] == ["Bare"]
