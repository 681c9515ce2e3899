"""Each format once, on real bytes: the picture comes out upright, in its colours, in sRGB."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photos import images
from photos.image_types import UnsupportedType
from photos.images import TooManyPixels, TruncatedImage
from photos.tests import deep, pictures
from photos.tests.heif import heic, heic_burst, heic_with_depth, heif_sequence
from photos.tests.pictures import CORNERS, corner_colours, corners, encoded, on_disk, same_colours

LIMIT = 100_000_000
GREY = [(82, 82, 82), (110, 110, 110), (70, 70, 70), (206, 206, 206)]  # of CORNERS, ITU-R 601
BLACK_AND_WHITE = [(0, 0, 0), (255, 255, 255), (0, 0, 0), (255, 255, 255)]


def opaque(image: Image.Image) -> Image.Image:
    return image.convert("RGBA")


def dithered_to_bits() -> Image.Image:
    image = Image.new("1", (60, 40), 0)
    image.paste(1, (30, 0, 60, 40))
    return image


IN_COLOUR: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: encoded(corners(), "JPEG", quality=95, subsampling=0),
    "progressive jpeg": lambda: encoded(corners(), "JPEG", quality=95, subsampling=0, progressive=True),
    "cmyk jpeg": lambda: encoded(corners().convert("CMYK"), "JPEG", quality=95),
    "mpo": lambda: pictures.mpo(),
    "motion photo": lambda: pictures.motion_photo(),
    "png": lambda: encoded(corners(), "PNG"),
    "palette png": lambda: encoded(corners().quantize(), "PNG"),
    "palette png with alpha": lambda: encoded(opaque(corners()).quantize(), "PNG"),
    "16-bit png": lambda: deep.png_of(deep.sixteen_bits(corners())),
    "16-bit png with alpha": lambda: deep.png_of(deep.sixteen_bits(opaque(corners()))),
    "webp": lambda: encoded(corners(), "WEBP", quality=95),
    "lossless webp": lambda: encoded(corners(), "WEBP", lossless=True),
    "gif": lambda: pictures.gif(),
    "avif": lambda: encoded(corners(), "AVIF", quality=95),
    "heic": lambda: heic(),
    "heic with depth": lambda: heic_with_depth(),
    "tiff": lambda: encoded(corners(), "TIFF"),
    "lzw tiff": lambda: encoded(corners(), "TIFF", compression="tiff_lzw"),
    "jpeg in tiff": lambda: encoded(corners(), "TIFF", compression="jpeg", quality=95),
    "cmyk tiff": lambda: encoded(corners().convert("CMYK"), "TIFF"),
    "16-bit tiff": lambda: deep.tiff_of(deep.sixteen_bits(corners())),
    "16-bit tiff of a Mac": lambda: deep.tiff_of(deep.sixteen_bits(corners()), ">"),
    "16-bit cmyk tiff": lambda: deep.tiff_of(deep.sixteen_bits(corners().convert("CMYK")), photometric=5),
    "bmp": lambda: encoded(corners(), "BMP"),
    "palette bmp": lambda: encoded(corners().quantize(), "BMP"),
    "jp2": lambda: encoded(corners(), "JPEG2000"),
    "jp2 with alpha": lambda: encoded(opaque(corners()), "JPEG2000"),
    "cmyk jp2": lambda: encoded(corners().convert("CMYK"), "JPEG2000"),
    "jpx": lambda: encoded(corners(), "JPEG2000").replace(b"ftypjp2 ", b"ftypjpx ", 1),
    "j2k": lambda: encoded(corners(), "JPEG2000", no_jp2=True),
}
IN_GREY: dict[str, Callable[[], bytes]] = {
    "grey jpeg": lambda: encoded(corners().convert("L"), "JPEG", quality=95),
    "16-bit grey png": lambda: deep.png_of(deep.sixteen_bits(corners().convert("L"))),
    "16-bit grey png with alpha": lambda: deep.png_of(deep.sixteen_bits(corners().convert("LA"))),
    "16-bit grey tiff": lambda: deep.tiff_of(deep.sixteen_bits(corners().convert("L")), photometric=1),
    "16-bit grey tiff of a Mac": lambda: deep.tiff_of(deep.sixteen_bits(corners().convert("L")), ">", photometric=1),
    "12-bit grey tiff": lambda: deep.tiff_of_12_bits(np.asarray(corners().convert("L")).astype(int) * 4095 // 255),
    "16-bit grey jp2": lambda: encoded(
        Image.fromarray(deep.sixteen_bits(corners().convert("L"))[..., 0]), "JPEG2000", irreversible=False
    ),
}
IN_BITS: dict[str, Callable[[], bytes]] = {
    "1-bit png": lambda: encoded(dithered_to_bits(), "PNG"),
    "1-bit bmp": lambda: encoded(dithered_to_bits(), "BMP"),
    "fax in tiff": lambda: encoded(dithered_to_bits(), "TIFF", compression="group4"),
    "1-bit gif": lambda: encoded(dithered_to_bits(), "GIF"),
}


@pytest.mark.parametrize(
    ("data", "colours"),
    [pytest.param(make(), list(CORNERS), id=name) for name, make in IN_COLOUR.items()]
    + [pytest.param(make(), GREY, id=name) for name, make in IN_GREY.items()]
    + [pytest.param(make(), BLACK_AND_WHITE, id=name) for name, make in IN_BITS.items()],
)
def test_the_picture_comes_out_in_its_colours(tmp_path: Path, data: bytes, colours: list[pictures.RGB]) -> None:
    tolerance = 30 if b"hevc" in data[:64] or b"mif1" in data[:64] else 14  # the frame of the HEIC is of low quality

    decoded = images.decode(on_disk(tmp_path, data), LIMIT, max_side=1600)

    assert decoded.image.mode == "RGB"
    assert decoded.image.size == (decoded.info.width, decoded.info.height)
    assert same_colours(corner_colours(decoded.image), colours, tolerance)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_colours_of_another_gamut_are_brought_to_srgb(tmp_path: Path, image_format: str) -> None:
    data = encoded(pictures.plain((40, 40), "red"), image_format, icc_profile=pictures.swapped_profile())

    (red, green, _), *_ = corner_colours(images.open_upright(on_disk(tmp_path, data), max_side=None))

    assert (red < 60, green > 200) == (True, True)


def test_of_a_burst_in_one_heic_the_cover_is_shown(tmp_path: Path) -> None:
    path = on_disk(tmp_path, heic_burst([0, 1, 2], primary=3))

    decoded = images.decode(path, LIMIT, max_side=None)

    assert same_colours(corner_colours(decoded.image), list(CORNERS[::-1]), tolerance=30)
    assert not decoded.info.animated


def test_a_heif_of_frames_alone_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedType, match="a HEIF sequence without a still image"):
        images.inspect(on_disk(tmp_path, heif_sequence()), LIMIT)


def test_a_tiff_of_a_kind_that_nobody_decodes_is_refused_by_what_it_holds(tmp_path: Path) -> None:
    seven = np.zeros((20, 30, 7), np.uint16)

    with pytest.raises(UnsupportedType, match="a TIFF image with 7 channels of 16 bits"):
        images.inspect(on_disk(tmp_path, deep.tiff_of(seven)), LIMIT)


# JPEG 2000


@pytest.mark.parametrize("options", [{}, {"no_jp2": True}, {"tile_size": (400, 300)}, {"num_resolutions": 2}])
def test_a_large_jpeg_2000_is_decoded_small_and_told_in_full(tmp_path: Path, options: dict[str, object]) -> None:
    image = corners((1800, 1203))
    path = on_disk(tmp_path, encoded(image, "JPEG2000", irreversible=True, quality_layers=[20], **options))

    decoded = images.decode(path, LIMIT, max_side=200)

    assert (decoded.info.width, decoded.info.height) == (1800, 1203)
    assert decoded.image.size == (200, 134)
    assert same_colours(corner_colours(decoded.image), list(CORNERS))


@pytest.mark.parametrize("options", [{}, {"no_jp2": True}, {"quality_layers": [40, 20, 10], "progression": "LRCP"}])
def test_a_jpeg_2000_cut_short_is_found_out_when_decoded_small(tmp_path: Path, options: dict[str, object]) -> None:
    data = encoded(pictures.noise((400, 300)), "JPEG2000", **options)

    for share in (0.3, 0.9, 0.999):
        with pytest.raises(TruncatedImage):
            images.decode(on_disk(tmp_path, pictures.truncated(data, share)), LIMIT, max_side=64)


def test_a_jp2_whose_header_belittles_its_codestream_is_refused(tmp_path: Path) -> None:
    data = encoded(pictures.plain((900, 700)), "JPEG2000")
    header = data.index(b"ihdr") + 4
    belittled = data[:header] + (10).to_bytes(4, "big") * 2 + data[header + 8 :]

    with pytest.raises(TooManyPixels):
        images.inspect(on_disk(tmp_path, belittled), max_pixels=10_000)
