"""The deadline in a message's metadata, as every reader of ours takes it."""

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct

from agentia.cards.extensions import DEADLINE, DeadlineUnreadable, deadline_in


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (1767225600, 1767225600.0),
        (1767225600.5, 1767225600.5),
        ("2026-01-01T00:00:00Z", 1767225600.0),
        ("2026-01-01t00:00:00z", 1767225600.0),
        ("2026-01-01T01:00:00.5+01:00", 1767225600.5),
    ],
)
def test_unix_seconds_and_rfc_3339_are_read_from_json_and_from_protobuf(said: Any, seconds: float) -> None:
    message = Struct()
    message.update({DEADLINE: said, "other": 1})
    assert deadline_in(message) == deadline_in({DEADLINE: said}) == seconds


def test_without_one_there_is_none() -> None:
    assert deadline_in({}) is deadline_in(Struct()) is None


@pytest.mark.parametrize(
    "said", ["", "soon", "2026-01-01", "2026-01-01T00:00:00", "T", True, None, [], {}, float("nan"), float("inf")]
)
def test_anything_else_is_refused_and_told_what_would_do(said: Any) -> None:
    with pytest.raises(DeadlineUnreadable) as refused:
        deadline_in({DEADLINE: said})
    assert "RFC 3339" in refused.value.fix
