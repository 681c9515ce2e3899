from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from ai.plaintext import many_lines, one_line


def test_control_and_bidi_characters_are_stripped() -> None:
    assert one_line("Can\0on\x07 \u202eSOE\u2066\ufeff", 255) == "Canon SOE"


def test_white_space_of_every_kind_becomes_one_space() -> None:
    assert one_line("  a\t\nb\u2028c  d ", 255) == "a b c d"


def test_letters_of_all_scripts_and_joined_emoji_stay() -> None:
    assert one_line("Zürich 東京 القاهرة 👩\u200d🚀", 255) == "Zürich 東京 القاهرة 👩\u200d🚀"


def test_text_is_composed() -> None:
    assert one_line("u\u0308", 255) == "ü"


def test_a_lone_surrogate_is_stripped() -> None:
    assert one_line("a\udcffb", 255) == "ab"


def test_many_lines_keeps_line_breaks_and_nothing_else() -> None:
    assert many_lines("one\r\ntwo\rthree\0\n\n", 255) == "one\ntwo\nthree"


def test_megabytes_of_rubbish_cost_nothing() -> None:
    started = time.process_time()

    assert one_line("\0" * 50_000_000, 255) == many_lines("\0" * 50_000_000, 255) == ""

    assert time.process_time() - started < 0.5


@given(st.text(), st.integers(1, 40))
def test_the_result_is_short_printable_and_stable(raw: str, limit: int) -> None:
    line = one_line(raw, limit)

    assert len(line) <= limit
    assert "\n" not in line and "\0" not in line
    assert line == line.strip() and one_line(line, limit) == line
    line.encode()
