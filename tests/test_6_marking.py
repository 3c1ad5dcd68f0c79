"""Spans over a text, as pieces in a row."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.marking import Mark, pieces_of

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def test_nested_and_overlapping_marks_are_pieces_in_a_row() -> None:
    outer, inner, across = Mark(0, 8, "o", "observation"), Mark(2, 4, "c", "clause"), Mark(3, 10, "q", "quantity")
    pieces = pieces_of("abcdefghij", 0, 9, [inner, across, outer])
    assert [piece.text for piece in pieces] == ["ab", "c", "d", "efgh", "i"]
    assert [[mark.row for mark in piece.marks] for piece in pieces] == [
        ["o"],
        ["o", "c"],
        ["o", "c", "q"],
        ["o", "q"],
        ["q"],
    ]
    assert [[mark.row for mark in piece.opens] for piece in pieces] == [["o"], ["c"], ["q"], [], []]


@given(st.text(min_size=1, max_size=40), SPANS, st.integers(0, 40), st.integers(0, 40))
def test_pieces_give_the_text_back_and_are_covered_as_the_marks_say(
    text: str, spans: list[tuple[int, int]], one: int, two: int
) -> None:
    start, end = sorted((min(one, len(text)), min(two, len(text))))
    marks = [Mark(min(a, b), min(max(a, b), len(text)), str(number), "x") for number, (a, b) in enumerate(spans)]
    pieces = pieces_of(text, start, end, marks)
    assert "".join(piece.text for piece in pieces) == text[start:end]
    at, opened = start, []
    for piece in pieces:
        for mark in marks:
            covers = mark.start <= at and mark.end >= at + len(piece.text)
            assert (mark in piece.marks) == (covers and piece.text != "")
        opened += [mark.row for mark in piece.opens]
        at += len(piece.text)
    visible = [mark.row for mark in marks if max(mark.start, start) < min(mark.end, end)]
    assert sorted(opened) == sorted(visible)
