from __future__ import annotations

import numpy as np
import pytest

from ai.colours import names
from ai.colours.cielab import difference, to_lab
from ai.colours.grid import NEAR, STEP, cell_of, cells_near


def test_every_shade_that_stands_for_a_name_is_called_by_it() -> None:
    for name in names.NAMES:
        assert names.name_of(names.typical(name) or 0) == name


def test_nothing_is_called_two_things() -> None:
    called = [word for name in names._NAMES for word in (name.name, *name.aliases.split())]

    assert sorted(called) == sorted(set(called))
    assert set(names.CALLED.values()) == {*names.NAMES, names.MONOCHROME}


# The CSS names whose names say what people call them.
@pytest.mark.parametrize(
    ("css", "name"),
    [
        ("ffffff", "white"),
        ("000000", "black"),
        ("808080", "gray"),
        ("a9a9a9", "gray"),
        ("dc143c", "red"),
        ("8b0000", "maroon"),
        ("ff8c00", "orange"),
        ("a0522d", "brown"),
        ("d2b48c", "beige"),
        ("ffffe0", "beige"),
        ("fff700", "yellow"),
        ("daa520", "gold"),
        ("556b2f", "olive"),
        ("228b22", "green"),
        ("adff2f", "lime"),
        ("008b8b", "teal"),
        ("afeeee", "cyan"),
        ("add8e6", "skyblue"),
        ("1e90ff", "blue"),
        ("191970", "navy"),
        ("9400d3", "purple"),
        ("d8bfd8", "lavender"),
        ("c71585", "magenta"),
        ("ffb6c1", "pink"),
    ],
)
def test_colours_are_called_what_people_call_them(css: str, name: str) -> None:
    assert names.name_of(int(css, 16)) == name


def test_no_colour_of_a_screen_is_far_from_its_name() -> None:
    levels = np.arange(0, 256, 15)
    every = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)

    assert difference(to_lab(every)[:, np.newaxis], names._PLACES).min(axis=1).max() < 18


def test_a_kind_of_a_colour_is_found_with_it() -> None:
    assert names.with_broader(["navy", "teal"]) == {"navy", "blue", "teal"}
    assert names.with_broader([]) == set()


@pytest.mark.parametrize("text", ["#1e90ff", "#1E90FF", "1e90ff"])
def test_a_colour_is_read_as_the_web_writes_it(text: str) -> None:
    assert names.number_of(text) == 0x1E90FF
    assert names.hex_of(0x1E90FF) == "#1e90ff"


def test_three_digits_stand_for_six() -> None:
    assert names.number_of("#09f") == 0x0099FF


@pytest.mark.parametrize("text", ["", "#", "09f", "#12345", "#1234567", "1e90fg", "##1e90ff", "teal", "-1e90f"])
def test_anything_else_is_no_colour(text: str) -> None:
    assert names.number_of(text) is None


def test_cells_near_a_colour_are_those_whose_middle_is_near() -> None:
    wanted = 0x1E90FF
    numbers = [*np.random.default_rng(0).integers(0, 2**24, 3_000).tolist(), wanted, 0x2A8FF0, 0x3A80FF]
    near = set(cells_near(wanted))

    middles = np.rint(to_lab(names.rgb_of(numbers)) / STEP) * STEP
    expected = difference(middles, to_lab(names.rgb_of([wanted]))) <= NEAR

    assert [cell_of(number) in near for number in numbers] == expected.tolist()
    assert 3 <= expected.sum() < len(numbers) / 20


def test_what_is_asked_for_is_near_itself_wherever_it_lies() -> None:
    for number in (0, 0xFFFFFF, 0xFF0000, 0x00FF00, 0x0000FF, 0xFFFF00, 0x808080):
        assert cell_of(number) in cells_near(number)
