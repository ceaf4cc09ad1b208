"""Prices of language models as a setting says them."""

import pytest

from agentia.core.prices import Price, prices
from agentia.core.settings import Settings, SettingsInvalid


def test_one_price_holds_for_all_models_and_cached_questions_cost_what_others_do() -> None:
    assert prices("2.5, 10") == {"": Price(2.5, 10, 2.5)}


def test_models_have_prices_by_their_names() -> None:
    assert prices("openai/large=2.5,10,0.25; qwen:7b=0,0; 1,2") == {
        "openai/large": Price(2.5, 10, 0.25),
        "qwen:7b": Price(0, 0, 0),
        "": Price(1, 2, 1),
    }


def test_a_call_costs_what_its_tokens_do() -> None:
    used = {"input_tokens": 1_000_000, "cached_tokens": 400_000, "output_tokens": 100_000}

    assert Price(2.5, 10, 0.25).of(used) == pytest.approx(0.6 * 2.5 + 0.4 * 0.25 + 0.1 * 10)


@pytest.mark.parametrize("text", ["1", "1,2,3,4", "a,b", "-1,2", "nan,1", "1,inf", "x=1,2; x=1,2", "1,2; 3,4"])
def test_what_is_no_price_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AGENTIA_MODEL_PRICE", text)

    with pytest.raises(SettingsInvalid, match=r"AGENTIA_MODEL_PRICE (must be the prices|names) .+\."):
        Settings()
