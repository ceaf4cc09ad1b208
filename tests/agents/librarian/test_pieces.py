"""Documents cut into pieces."""

from agentia.agents.librarian.keeping.pieces import pieces
from agentia.agents.librarian.limits import PIECE

TERMS = "# Delivery\n\nWe deliver within three days.\n\nExpress takes one.\n\n## Returns\n\nWithin thirty days.\n"


def test_a_heading_begins_a_piece_and_is_known_to_it() -> None:
    first, second = pieces(TERMS)
    assert TERMS[first.start : first.end] == "# Delivery\n\nWe deliver within three days.\n\nExpress takes one."
    assert TERMS[second.start : second.end] == "## Returns\n\nWithin thirty days."
    assert [(piece.heading, piece.line) for piece in (first, second)] == [("Delivery", 1), ("Returns", 7)]
    assert "day" in first.words.split()
    assert "return" in second.words.split()


def test_every_character_that_is_no_white_space_is_in_one_piece() -> None:
    for text in (TERMS, "word " * 1_000, "x" * 5_000, "One. Two! Three?\n" * 300, "a,b\n1,2\n" * 400, "é\n\n\n\nb"):
        found = pieces(text)
        kept = "".join(text[piece.start : piece.end] for piece in found)
        assert "".join(kept.split()) == "".join(text.split())
        assert all(piece.end - piece.start <= PIECE for piece in found)
        assert [piece.start for piece in found] == sorted(piece.start for piece in found)


def test_nothing_has_no_pieces() -> None:
    assert pieces("") == pieces(" \n\n\t ") == []
