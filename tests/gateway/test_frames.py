"""Cutting a stream of events at its events."""

from hypothesis import given
from hypothesis import strategies as st

from agentia.gateway.frames import Frames

EVENT = st.sampled_from([b"id: 1\ndata: a", b"data: b\ndata: c", b": ping", b"event: error\ndata: \xe2\x80\xa8"])
BLANK = st.sampled_from([b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n"])


@given(st.lists(st.tuples(EVENT, BLANK)), st.lists(st.integers(1, 9)), st.binary(max_size=9))
def test_nothing_is_lost_or_reordered_however_the_bytes_are_cut(
    events: list[tuple[bytes, bytes]], cuts: list[int], tail: bytes
) -> None:
    stream = b"".join(event + blank for event, blank in events) + tail
    frames, out, rest = Frames(), b"", stream
    for cut in [*cuts, len(stream)]:
        out += frames.feed(rest[:cut])
        rest = rest[cut:]
    assert out + frames.rest() == stream


@given(st.lists(st.tuples(EVENT, BLANK), min_size=1))
def test_a_complete_event_is_never_held_back(events: list[tuple[bytes, bytes]]) -> None:
    frames = Frames()
    for event, blank in events:
        assert frames.feed(event) == b""
        assert frames.feed(blank[:-1]) + frames.feed(blank[-1:]) == event + blank


def test_a_very_long_event_passes_in_pieces_and_is_known_to_be_torn() -> None:
    frames = Frames()
    piece = b"data: " + b"x" * 600_000
    assert frames.feed(piece) == b""
    assert frames.feed(piece) == piece * 2
    assert frames.torn
    assert frames.feed(b"y") == b"y"
    assert frames.feed(b"z\n\ndata: n") == b"z\n\n"
    assert not frames.torn


def test_the_last_event_tells_position_and_task() -> None:
    frames = Frames()
    assert (frames.position, frames.task_id) == (None, None)
    frames.feed(b'id: 4\ndata: {"task": {"id": "t"}}\n\nid: 5\ndata: {"artifactUpdate": {"taskId": "u"}}\n\n: ping\n\n')
    frames.feed(b": ping\n\n")
    assert (frames.position, frames.task_id) == ("5", "u")


def test_events_that_are_no_json_tell_nothing() -> None:
    for data in (b"x", b"[1]", b'{"result": 3}', b'{"task": 1}', b'{"taskId": 7}'):
        frames = Frames()
        frames.feed(b"data: " + data + b"\n\n")
        assert frames.task_id is None
