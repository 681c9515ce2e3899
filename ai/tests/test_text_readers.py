"""The contract every reader of text keeps; a new one is added to `CASES` and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PIL import Image

from ai.fakes import FakeReader
from ai.ocr.base import MAX_LINES, MIN_CONFIDENCE, ReaderUnavailable, TextReader
from ai.ocr.rapid import RapidReader
from ai.tests.written import bands, written


@dataclass(frozen=True)
class Case:
    """A reader, a picture with two lines for it, and what stands there."""

    reader: TextReader
    picture: Image.Image
    texts: list[str]


def _fake() -> Case:
    picture = bands("white", "red", "white", "blue", "white")
    return Case(FakeReader(), picture, ["a band of red", "a band of blue"])


def _rapid() -> Case:
    texts = ["Harbour Street", "Gate 14"]
    return Case(RapidReader(threads=1), written(texts), texts)


CASES = {"fake": _fake, "rapidocr": _rapid}


@pytest.fixture(params=CASES, scope="module")
def case(request: pytest.FixtureRequest) -> Case:
    try:
        return CASES[request.param]()
    except ReaderUnavailable as exc:
        pytest.skip(str(exc))


def test_the_lines_come_in_reading_order(case: Case) -> None:
    lines = case.reader.read(case.picture)

    assert [line.text for line in lines] == case.texts
    assert all(MIN_CONFIDENCE <= line.confidence <= 1 for line in lines)


def test_the_corners_are_fractions_from_the_upper_left_on_clockwise(case: Case) -> None:
    first, second = (line.box for line in case.reader.read(case.picture))

    for (left, top), (right, upper), (end, bottom), (start, lower) in (first, second):
        assert 0 <= left < right <= 1 and 0 <= start < end <= 1
        assert 0 <= top < lower <= 1 and 0 <= upper < bottom <= 1
    assert first[2][1] <= second[0][1]


def test_a_larger_picture_has_the_same_lines_in_the_same_places(case: Case) -> None:
    width, height = case.picture.size
    larger = case.picture.resize((width * 5, height * 5), Image.Resampling.NEAREST)

    lines = case.reader.read(larger)

    assert [line.text for line in lines] == case.texts
    for line, same in zip(lines, case.reader.read(case.picture), strict=True):
        assert line.top == pytest.approx(same.top, abs=0.03)
        assert line.bottom == pytest.approx(same.bottom, abs=0.03)


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (2000, 1), (1, 2000), (300, 200)])
def test_blank_paper_of_any_shape_has_no_lines(case: Case, size: tuple[int, int]) -> None:
    assert case.reader.read(Image.new("RGB", size, "white")) == []


def test_the_picture_is_left_as_it_was(case: Case) -> None:
    before = case.picture.tobytes()

    case.reader.read(case.picture)

    assert case.picture.tobytes() == before


def test_a_picture_of_noise_has_at_most_so_many_lines(case: Case) -> None:
    noise = Image.effect_noise((600, 400), 90).convert("RGB")

    assert len(case.reader.read(noise)) <= MAX_LINES


def test_a_reader_has_a_name(case: Case) -> None:
    assert case.reader.name
