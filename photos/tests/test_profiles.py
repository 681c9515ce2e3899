from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from photos import images
from photos.exif import read_exif
from photos.profiles import ADOBE_RGB, profile_of
from photos.raw_exif import exif_of
from photos.tests import pictures, raw_files

# Adobe RGB (1998) Color Image Encoding, 4.3.5.3, and IEC 61966-2-1: to XYZ in the light of D65, and from there to sRGB.
ADOBE_TO_XYZ = np.array([[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]])
XYZ_TO_SRGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])


def exif(space: int | None = 0xFFFF, index: str | None = "R03", orientation: int = 1) -> bytes:
    block = Image.Exif()
    block[ExifTags.Base.Orientation] = orientation
    directory = block.get_ifd(ExifTags.IFD.Exif)
    if space is not None:
        directory[ExifTags.Base.ColorSpace] = space
    if index is not None:
        directory[ExifTags.IFD.Interop] = {ExifTags.Interop.InteropIndex: index}
    return block.tobytes()


def shown(folder: Path, data: bytes) -> tuple[int, ...]:
    return tuple(pictures.corner_colours(images.open_upright(pictures.on_disk(folder, data), None))[0])


def picture(colour: pictures.RGB, image_format: str = "JPEG", **options: Any) -> bytes:
    quality = {"quality": 100, "subsampling": 0} if image_format == "JPEG" else {}
    return pictures.encoded(Image.new("RGB", (40, 30), colour), image_format, **quality, **options)


@pytest.mark.parametrize("colour", [(150, 110, 90), (90, 140, 120), (60, 80, 150), (128, 128, 128), (255, 255, 255)])
def test_adobe_rgb_without_a_profile_is_brought_to_srgb(tmp_path: Path, colour: pictures.RGB) -> None:
    linear = (np.array(colour) / 255) ** 2.19921875
    srgb = np.clip(XYZ_TO_SRGB @ ADOBE_TO_XYZ @ linear, 0, 1)
    expected = 255 * np.where(srgb <= 0.0031308, 12.92 * srgb, 1.055 * srgb ** (1 / 2.4) - 0.055)

    assert shown(tmp_path, picture(colour, exif=exif())) == pytest.approx(tuple(expected), abs=2.5)


MUTED_GREEN = (90, 160, 90)


@pytest.mark.parametrize(
    "data",
    [
        picture(MUTED_GREEN, exif=exif()),
        picture(MUTED_GREEN, exif=exif(space=2, index=None)),
        picture(MUTED_GREEN, exif=exif(orientation=6)),
        picture(MUTED_GREEN, "TIFF", exif=exif(space=2, index=None)),
    ],
    ids=["interoperability", "number of cameras", "turned", "tiff"],
)
def test_files_of_cameras_may_say_it_by_their_exif_block(tmp_path: Path, data: bytes) -> None:
    red, green, _ = shown(tmp_path, data)

    assert (red < 60, green) == (True, pytest.approx(160, abs=4))


@pytest.mark.parametrize(
    "data",
    [
        picture(MUTED_GREEN),
        picture(MUTED_GREEN, exif=exif(space=1)),
        picture(MUTED_GREEN, exif=exif(space=None)),
        picture(MUTED_GREEN, exif=exif(index="R98")),
        picture(MUTED_GREEN, exif=exif(index=None)),
        picture(MUTED_GREEN, exif=b"Exif\0\0rubbish"),
        picture(MUTED_GREEN, "PNG", exif=exif()),
    ],
    ids=["nothing", "srgb", "only the index", "the index of srgb", "uncalibrated", "rubbish", "png"],
)
def test_all_else_is_srgb(tmp_path: Path, data: bytes) -> None:
    assert shown(tmp_path, data) == pytest.approx(MUTED_GREEN, abs=2)


def test_a_profile_in_the_file_goes_before_what_the_exif_block_says(tmp_path: Path) -> None:
    data = picture((255, 0, 0), exif=exif(), icc_profile=pictures.swapped_profile())

    red, green, _ = shown(tmp_path, data)

    assert (red < 60, green > 200) == (True, True)


def test_a_grey_picture_stays_grey(tmp_path: Path) -> None:
    grey = pictures.encoded(Image.new("L", (40, 30), 120), "JPEG", exif=exif())

    assert shown(tmp_path, grey) == pytest.approx((120, 120, 120), abs=2)


def of_camera(space: int, index: str) -> raw_files.Directory:
    """Return what a raw photo says of itself, with the directory in which cameras name the space of its preview."""
    about = raw_files.facts("NIKON CORPORATION", "D750")
    said = about[0x8769][1]
    assert isinstance(said, dict)
    said[0xA001] = (raw_files.SHORT, space)
    said[0xA005] = (raw_files.LONG, {1: (raw_files.ASCII, index)})
    return about


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("space", "index", "is_adobe"), [(0xFFFF, "R03", True), (1, "R03", False), (0xFFFF, "R98", False)]
)
def test_the_preview_of_a_raw_photo_has_the_colours_that_the_photo_names(
    order: str, space: int, index: str, is_adobe: bool
) -> None:
    block = exif_of(BytesIO(raw_files.tiff(of_camera(space, index), order=order)), "nef")
    preview = Image.new("RGB", (8, 6))
    preview.format, preview.info["exif"] = "JPEG", block

    assert (profile_of(preview) == ADOBE_RGB) is is_adobe
    assert read_exif(preview).image[ExifTags.Base.Model] == "D750"
