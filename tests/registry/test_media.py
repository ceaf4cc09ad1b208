"""Media types as the registry compares them."""

import pytest

from agentia.registry.media import plain_type, takes


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("Text/CSV; charset=utf-8", "text/csv"),
        ("application/x-yaml", "application/yaml"),
        ("application/csv", "text/csv"),
        ("text", "text"),
    ],
)
def test_media_types_are_written_one_way(given: str, plain: str) -> None:
    assert plain_type(given) == plain


def test_a_type_by_name_fits_better_than_a_wildcard() -> None:
    exact, family, anything = (takes([mode], "text/csv") for mode in ("text/csv", "text/*", "*/*"))
    assert exact == 1 > family > anything > takes(["text/plain"], "text/csv") == 0
