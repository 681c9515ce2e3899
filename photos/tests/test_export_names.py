from __future__ import annotations

from itertools import islice

import pytest

from photos.exports.names import Names, numbered, safe_name


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("a red picture.jpg", "a red picture.jpg"),
        ("Größe.JPG", "Größe.JPG"),
        ("../../etc/passwd", "_.._.._etc_passwd"),
        ("a/b\\c:d*e?.jpg", "a_b_c_d_e_.jpg"),
        ("CON.jpg", "_CON.jpg"),
        (".hidden.jpg", "_.hidden.jpg"),
        ("-rf.jpg", "_-rf.jpg"),
        ("ends with dots...", "ends with dots"),
        ("  ", "photo"),
        ("...", "photo"),
    ],
)
def test_a_name_is_safe_on_every_file_system(raw: str, safe: str) -> None:
    assert safe_name(raw, "photo") == safe


def test_a_long_name_keeps_its_suffix_and_whole_characters() -> None:
    name = safe_name("ü" * 400 + ".jpeg", "photo")

    assert name.endswith("ü.jpeg")
    assert len(name.encode()) <= 200


def test_names_that_differ_in_case_or_form_alone_are_the_same() -> None:
    names = Names()
    names.take("2019/2019-03/Cafe\u0301.JPG")

    assert not names.are_free("2019/2019-03", ["café.jpg"])
    assert names.are_free("2019/2019-04", ["café.jpg"])


def test_others_like_a_name_are_numbered() -> None:
    assert list(islice(numbered("a.b.jpg"), 3)) == ["a.b.jpg", "a.b (2).jpg", "a.b (3).jpg"]
