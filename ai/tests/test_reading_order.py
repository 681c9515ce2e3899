from __future__ import annotations

import itertools

import pytest

from ai.ocr.base import Line, in_reading_order


def line(text: str, left: float, top: float, width: float = 0.2, height: float = 0.1) -> Line:
    right, bottom = left + width, top + height
    return Line(text, 0.9, ((left, top), (right, top), (right, bottom), (left, bottom)))


ROWS = [line("one", 0.1, 0.1), line("two", 0.5, 0.12), line("three", 0.05, 0.3), line("four", 0.6, 0.28)]


@pytest.mark.parametrize("lines", list(itertools.permutations(ROWS)))
def test_rows_go_from_top_to_bottom_and_each_from_left_to_right(lines: tuple[Line, ...]) -> None:
    assert [found.text for found in in_reading_order(lines)] == ["one", "two", "three", "four"]


def test_narrow_lines_do_not_run_into_one_row() -> None:
    lines = [line(f"{number}", 0.9 - number / 10, number / 10, height=0.09) for number in range(8)]

    assert [found.text for found in in_reading_order(reversed(lines))] == [f"{number}" for number in range(8)]


def test_the_corners_of_a_slanted_line_bound_it() -> None:
    slanted = Line("up", 0.9, ((0.1, 0.5), (0.8, 0.3), (0.82, 0.4), (0.12, 0.6)))

    assert (slanted.left, slanted.top, slanted.bottom) == (0.1, 0.3, 0.6)


def test_nothing_has_no_order() -> None:
    assert in_reading_order([]) == []
