from __future__ import annotations

import pytest

from photos.metadata import display_camera, display_shutter


@pytest.mark.parametrize(
    ("make", "model", "shown"),
    [
        ("SONY", "DSLR-A550", "SONY DSLR-A550"),
        ("Apple", "iPhone 7", "Apple iPhone 7"),
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON D750", "NIKON D750"),
        ("OLYMPUS IMAGING CORP.", "E-M10", "OLYMPUS E-M10"),
        ("EASTMAN KODAK COMPANY", "KODAK EASYSHARE C813", "KODAK EASYSHARE C813"),
        ("LG Electronics", "LG-H870", "LG-H870"),
        ("motorola", "moto g(9) plus", "motorola moto g(9) plus"),
        ("Apple", "", "Apple"),
        ("", "iPhone 7", "iPhone 7"),
    ],
)
def test_a_camera_is_named_as_people_do(make: str, model: str, shown: str) -> None:
    assert display_camera(make, model) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (1 / 160, "1/160"),
        (0.0011273957158962795, "1/887"),
        (0.5, "1/2"),
        (0.4, "0.4"),
        (0.77, "0.8"),
        (0.98, "1"),
        (1.3, "1.3"),
        (2.0, "2"),
        (1e-6, "1/1000000"),
    ],
)
def test_a_shutter_speed_is_written_as_cameras_do(seconds: float, shown: str) -> None:
    assert display_shutter(seconds) == shown
