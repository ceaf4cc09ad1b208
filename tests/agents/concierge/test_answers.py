"""What is read out of an agent's answer, and how it is said again."""

from typing import Any

import pytest
from a2a.types.a2a_pb2 import Artifact, Message, Part
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Value as Data

from agentia.agents import Delegated
from agentia.agents.concierge.doing.attachments import attachments, content, media_types, request_of, taken
from agentia.agents.concierge.doing.numbers import concluded, number, shown, written
from agentia.agents.concierge.doing.outcome import Answer, Outcome, answer_of
from agentia.agents.concierge.doing.wording import NothingToBuildOn, request_for
from agentia.agents.concierge.planning.planner import plan


def delegated(text: str, *data: Any) -> Delegated:
    """An agent's result with these data parts."""
    parts = [Part(data=ParseDict(each, Data())) for each in data]
    return Delegated("agent", "task", text, (Artifact(name="result.json", parts=parts),) if parts else ())


def test_data_tells_the_subject_the_number_and_the_sentence() -> None:
    result = {"subject": "North", "value": 84.2, "unit": "%", "answer": "North grew fastest."}
    answer = answer_of(delegated("North grew fastest.\nNote: 4 regions.", result))
    assert (answer.subject, answer.value, answer.unit) == ("North", 84.2, "%")
    assert (answer.sentence, answer.said) == ("North grew fastest.", "North grew fastest.\nNote: 4 regions.")


def test_of_several_results_the_last_that_says_something_counts() -> None:
    results: list[Any] = [
        {"subject": "North", "value": 1, "unit": "EUR"},
        {"subject": ["East", "West"], "value": None},
        {"subject": None, "value": 3},
        [1, 2],
    ]
    answer = answer_of(delegated("", *results))
    assert (answer.subject, answer.value, answer.unit) == ("East and West", 3, None)


def test_a_number_that_json_cannot_hold_is_taken_in_its_decimal_form() -> None:
    assert answer_of(delegated("", {"value": "sqrt(2)", "decimal": "1.4142"})).value == "1.4142"
    assert answer_of(delegated("", {"value": "1/3"})).value == "1/3"


def test_data_that_gives_no_number_is_believed() -> None:
    assert answer_of(delegated("It is 5.", {"value": None})).value is None
    assert answer_of(delegated("It is 5.", {"rows": 2})).value == 5


def test_the_sentence_of_an_answer_is_what_stands_before_its_details() -> None:
    assert answer_of(delegated("15 % of 80 = 12.\nWorking:\n1. …")).sentence == "15 % of 80 = 12."
    assert (
        answer_of(delegated("roses are red\nviolets are blue\n\nby nobody")).sentence
        == "roses are red\nviolets are blue"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("15 % of 80 = 12.", (12, None)),
        ("The answer is 7,231.575 EUR.", (7231.575, "EUR")),
        ("It is about 20 km away", (20, "km")),
        ("The temperature: -3.5 °C", (-3.5, "°C")),
        ("North grew from 1 to 2", (None, None)),
        ("No idea", (None, None)),
    ],
)
def test_the_number_that_words_conclude_with(text: str, found: tuple[Any, Any]) -> None:
    assert concluded(text) == found


@pytest.mark.parametrize("value", [True, None, "x = 2", "1/0", "", [], "9" * 200, "1e99999"])
def test_what_is_no_number(value: Any) -> None:
    assert number(value) is None


@pytest.mark.parametrize(
    ("value", "to_agents", "to_people"),
    [
        (48210.5, "48210.5", "48,210.50"),
        (7231.575, "7231.575", "7,231.58"),
        (12.0, "12", "12"),
        (-83054.1, "(-83054.1)", "-83,054.10"),
        (0.1234567891, "0.1234567891", "0.123457"),
        (1e-7, "0.0000001", "0.0000001"),
        ("78125/25146", "(78125/25146)", "3.10686"),
        ("123456789012345678901234567890", "123456789012345678901234567890", "123456789012345678901234567890"),
    ],
)
def test_numbers_are_exact_for_agents_and_readable_for_people(value: Any, to_agents: str, to_people: str) -> None:
    known = number(value)
    assert known is not None
    assert (written(known), shown(known)) == (to_agents, to_people)


def done(question: str, answer: Answer | None, number: int = 1, label: str = "") -> dict[int, Outcome]:
    """One need as done."""
    need = plan(question, has_data=True).needs[0]
    return {number: Outcome(need, question, label or question, answer=answer)}


REQUEST = "Which region grew fastest? And what is 15 % of its last month's revenue?"


def test_slots_take_the_subject_and_the_number() -> None:
    grew, looked_up, calculated = plan(REQUEST, has_data=True).needs
    first = done("Which region grew fastest?", Answer("", "", "North", 84.2))
    assert request_for(looked_up, first).question == "What is North's last month's revenue?"
    second = Outcome(looked_up, "", "North's last month's revenue", answer=Answer("", "", None, 48210.5, "EUR"))
    request = request_for(calculated, {**first, 2: second})
    assert request.question == "What is 15 % of 48210.5?"
    assert request.label == "15 % of North's last month's revenue (48,210.50 EUR)"
    assert request_for(grew, {}).question == "Which region grew fastest?"


def test_a_reference_that_nothing_answers_is_left_to_the_agent() -> None:
    looked_up = plan(REQUEST, has_data=True).needs[1]
    first = done("Which region grew fastest?", Answer("All of them.", ""))
    assert request_for(looked_up, first).question == "What is its last month's revenue?"


def test_a_conversion_takes_the_unit_along_and_does_without_none() -> None:
    convert = plan("How far is it? Convert that to miles", has_data=False).needs[1]
    known = done("How far is it?", Answer("", "", None, 20, "km"))
    assert request_for(convert, known).question == "What is 20 km in miles?"
    with pytest.raises(NothingToBuildOn, match="holds no number with a unit"):
        request_for(convert, done("How far is it?", Answer("", "", None, 20)))


def test_it_is_the_subject_before_the_number_before_the_words() -> None:
    tell = plan("What is best? Where is it?", has_data=False).needs[1]
    assert request_for(tell, done("What is best?", Answer("", "", "North", 2))).question == "Where is North?"
    assert request_for(tell, done("What is best?", Answer("", "", None, 2))).question == "Where is 2?"
    assert request_for(tell, done("What is best?", Answer("", "", "A and B"))).question == "Where is A and B?"
    request = request_for(tell, done("What is best?", Answer("Tea, I think.", "")))
    assert (request.question, request.material[0].text) == ("Where is it?", "Tea, I think.")


def test_them_is_several_names_or_all_of_the_result() -> None:
    tell = plan("Which are best? Where are they?", has_data=False).needs[1]
    assert request_for(tell, done("Which are best?", Answer("", "", "A and B"))).question == "Where are A and B?"
    table = Part(text="a,b", media_type="text/csv")
    request = request_for(tell, done("Which are best?", Answer("", "", "A", 2, parts=(table,))))
    assert (request.question, request.material) == ("Where are they?", (table,))


def test_what_is_attached_is_told_from_what_is_said() -> None:
    message = Message(
        parts=[
            Part(text="Sum this up"),
            Part(text="a,b\n1,2\n", media_type="text/csv"),
            Part(text="notes", filename="notes.txt"),
            Part(raw=b"PAR1", filename="sales.parquet", media_type="application/octet-stream"),
            Part(data=ParseDict({"a": 1}, Data())),
            Part(text="please"),
        ]
    )
    files = attachments([message])
    assert request_of(message) == "Sum this up\nplease"
    assert [part.media_type for part in files] == [
        "text/csv",
        "text/plain",
        "application/vnd.apache.parquet",
        "application/json",
    ]
    assert len(media_types(files)) == 4


def test_agents_are_given_what_their_cards_take() -> None:
    parts = [Part(text="a", media_type="text/csv"), Part(raw=b"", media_type="image/png")]
    assert taken(parts, ["text/plain", "application/csv"]) == parts[:1]
    assert taken(parts, ["image/*"]) == parts[1:]
    assert taken(parts, ["*/*"]) == parts
    assert taken(parts, ["text/plain"]) == []


def test_of_artifacts_the_data_is_passed_on_rather_than_words_about_it() -> None:
    words, table = Part(text="a table", media_type="text/markdown"), Part(text="a,b", media_type="text/csv")
    assert content([words, table]) == [table]
    assert content([words]) == [words]
