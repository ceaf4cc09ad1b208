"""Building a card from what an author says about an agent."""

import pytest
from a2a.types import a2a_pb2 as pb
from a2a.utils.proto_utils import validate_proto_required_fields

from agentia.cards import CardInvalid, Skill, build_card, slug


def built(*skills: Skill) -> pb.AgentCard:
    return build_card(name="fx", description="Converts money.", version="1.0.0", url="http://localhost/", skills=skills)


def test_a_built_card_has_every_field_that_the_specification_requires(card: pb.AgentCard) -> None:
    validate_proto_required_fields(card)


def test_a_built_card_prefers_1_0_and_still_speaks_0_3(card: pb.AgentCard) -> None:
    spoken = [(each.protocol_binding, each.protocol_version) for each in card.supported_interfaces]
    assert spoken == [("JSONRPC", "1.0"), ("HTTP+JSON", "1.0"), ("JSONRPC", "0.3")]


def test_a_skill_without_name_and_tags_takes_them_from_its_id(card: pb.AgentCard) -> None:
    assert card.skills[1].name == "Chart rates"
    assert list(card.skills[1].tags) == ["chart", "rates"]
    assert list(Skill("unit_conversion-2", "x").words) == ["unit", "conversion", "2"]


def test_a_skill_can_be_a_key_whatever_sequence_its_words_came_in() -> None:
    assert {Skill("a", "b", tags=["c"]), Skill("a", "b", tags=("c",))} == {Skill("a", "b", tags=["c"])}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Crème Brûlée Helper", "creme-brulee-helper"),
        (" FX/2 ", "fx-2"),
        ("a" * 80, "a" * 63),
        ("a" * 62 + " b", "a" * 62),
    ],
)
def test_the_slug_of_a_name_fits_into_a_url_and_a_host_name(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize("name", ["", "  ", "天気", "!!!"])
def test_a_name_that_leaves_no_slug_is_refused(name: str) -> None:
    with pytest.raises(CardInvalid) as refused:
        slug(name)
    assert refused.value.field == "name"
    assert refused.value.fix


@pytest.mark.parametrize(
    ("skills", "field"),
    [
        ([], "skills"),
        ([Skill("a", "first"), Skill("a", "second")], "skills[1].id"),
        ([Skill("", "nameless")], "skills[0].id"),
        ([Skill("a", "  ")], "skills[0].description"),
    ],
)
def test_skills_that_no_one_could_tell_apart_or_find_are_refused(skills: list[Skill], field: str) -> None:
    with pytest.raises(CardInvalid) as refused:
        built(*skills)
    assert refused.value.field == field


def test_one_text_where_a_list_belongs_is_refused_at_once() -> None:
    with pytest.raises(CardInvalid, match=r"skills\.convert\.tags"):
        Skill("convert", "Convert money", tags="money")
