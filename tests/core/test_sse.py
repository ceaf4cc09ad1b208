"""Server-Sent Events read from bytes in whatever pieces they come."""

import json
from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentia.core.sse import EventDecoder, EventTooLarge, ServerEvent, server_events


def decoded(chunks: Iterable[bytes], most: int | None = None) -> list[tuple[str, str | None, str]]:
    decoder = EventDecoder(most)
    return [(each.event, each.id, each.data) for chunk in chunks for each in decoder.feed(chunk)]


def test_events_carry_name_id_and_the_joined_lines_of_their_data() -> None:
    stream = b": hello\nid: 7\nevent: error\ndata: one\ndata:two\nretry: 5\n\ndata\n\n"
    assert decoded([stream]) == [("error", "7", "one\ntwo"), ("message", None, "")]


def test_an_event_without_data_leaves_nothing_behind_for_the_next() -> None:
    assert decoded([b"id: 1\nevent: ping\n\ndata: x\n\n"]) == [("message", None, "x")]


def test_an_event_that_was_cut_off_is_dropped() -> None:
    assert decoded([b"data: whole\n\ndata: half"]) == [("message", None, "whole")]


def test_only_line_ends_end_lines() -> None:
    text = "a\u2028b\x85c\x0bd"
    assert decoded([f"data: {text}\n\n".encode()]) == [("message", None, text)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_kind_of_line_end_is_read_wherever_the_stream_is_cut(end: bytes) -> None:
    stream = b"\xef\xbb\xbf" + end.join([b"id: 1", b"data: one", b"", b"data: two", b"", b""])
    for size in range(1, len(stream) + 1):
        pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
        assert decoded([*pieces, b""])[:1] == [("message", "1", "one")]
        assert [data for _, _, data in decoded([*pieces, end])] == ["one", "two"]


def test_an_event_larger_than_is_taken_is_refused_and_many_small_ones_are_not() -> None:
    assert len(decoded([b"data: 0123456789\n\n"] * 100, most=20)) == 100
    with pytest.raises(EventTooLarge, match="larger than the 20 bytes"):
        decoded([b"data: 01234", b"5678901234567890"], most=20)
    with pytest.raises(EventTooLarge):
        decoded([b"data: 1\n"] * 100, most=20)


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=5), st.integers(1, 40))
def test_whatever_json_holds_comes_through_in_pieces_of_any_size(texts: list[str], size: int) -> None:
    frames = "".join(f"data: {json.dumps(text, ensure_ascii=False)}\n\n" for text in texts)
    stream = frames.encode()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert [json.loads(data) for _, _, data in decoded(pieces)] == texts


async def test_lines_are_read_as_bytes_are() -> None:
    async def lines() -> AsyncIterator[str]:
        for line in ("id: 1", "", "data: x", ""):
            yield line

    found: list[ServerEvent] = [event async for event in server_events(lines())]
    assert [(each.id, each.data) for each in found] == [(None, "x")]
