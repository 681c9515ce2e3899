from __future__ import annotations

import errno
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photos import images
from photos.image_types import JPX, PICTURE_TYPES, UnsupportedType
from photos.images import BrokenImage, TruncatedImage
from photos.tests import pictures
from photos.tests.heif import heic

pytestmark = pictures.corrupt_tags_allowed

LIMIT = 100_000_000
NOISE = pictures.noise((300, 200))
# Of each type, a file that does not compress, so that a cut anywhere is a cut through the picture.
FILES = {
    "jpeg": pictures.encoded(NOISE, "JPEG"),
    "progressive jpeg": pictures.encoded(NOISE, "JPEG", progressive=True),
    "png": pictures.encoded(NOISE, "PNG"),
    "webp": pictures.encoded(NOISE, "WEBP"),
    "gif": pictures.encoded(NOISE, "GIF"),
    "avif": pictures.encoded(NOISE, "AVIF"),
    "tiff": pictures.encoded(NOISE, "TIFF"),
    "lzw tiff": pictures.encoded(NOISE, "TIFF", compression="tiff_lzw"),
    "bmp": pictures.encoded(NOISE, "BMP"),
    "heic": heic(),
    "jp2": pictures.encoded(NOISE, "JPEG2000"),
    "j2k": pictures.encoded(NOISE, "JPEG2000", no_jp2=True),
}


def test_every_type_is_decoded(tmp_path: Path) -> None:
    seen = set()
    for data in FILES.values():
        decoded = images.decode(pictures.on_disk(tmp_path, data), LIMIT, max_side=None)
        seen.add(decoded.info.type)
        assert decoded.image.mode == "RGB"
        assert decoded.image.size == (decoded.info.width, decoded.info.height)

    assert seen == set(PICTURE_TYPES) - {JPX}


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_called_so(tmp_path: Path, name: str, share: float) -> None:
    path = pictures.on_disk(tmp_path, pictures.truncated(FILES[name], share))

    with pytest.raises(TruncatedImage) as refusal:
        images.decode(path, LIMIT, max_side=1600)

    assert (refusal.value.status_code, refusal.value.get_codes()) == (422, "truncated_image")


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_a_jpeg_cut_short_is_found_out_when_decoded_small(tmp_path: Path, share: float) -> None:
    data = pictures.encoded(pictures.noise((1600, 1200)), "JPEG")
    path = pictures.on_disk(tmp_path, pictures.truncated(data, share))

    with pytest.raises(TruncatedImage):
        images.inspect(path, LIMIT)
    with pytest.raises(TruncatedImage):
        images.open_upright(path, max_side=100)


def test_a_heic_cut_behind_its_picture_is_found_out_though_libheif_says_nothing(tmp_path: Path) -> None:
    rest_is_missing = struct.pack(">I4s10x", 100, b"free")
    path = pictures.on_disk(tmp_path, heic() + rest_is_missing)

    with pytest.raises(TruncatedImage):
        images.inspect(path, LIMIT)


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "avif", "tiff", "heic", "j2k"])
def test_a_head_with_rubbish_behind_it_is_broken(tmp_path: Path, name: str) -> None:
    path = pictures.on_disk(tmp_path, FILES[name][:40] + b"rubbish " * 1000)

    with pytest.raises(BrokenImage) as refusal:
        images.inspect(path, LIMIT)

    assert refusal.value.status_code == 422


def test_a_flipped_byte_in_a_png_is_broken_and_not_cut_short(tmp_path: Path) -> None:
    data = bytearray(FILES["png"])
    data[len(data) // 2] ^= 0xFF
    path = pictures.on_disk(tmp_path, bytes(data))

    with pytest.raises(BrokenImage) as refusal:
        images.inspect(path, LIMIT)

    assert refusal.value.get_codes() == "broken_image"


def test_a_broken_file_is_not_called_cut_short_because_its_name_says_so(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, b"\xff\xd8\xff rubbish", name="truncated.jpg")

    with pytest.raises(BrokenImage) as refusal:
        images.inspect(path, LIMIT)

    assert refusal.value.get_codes() == "broken_image"


def test_what_is_no_image_is_refused_by_its_bytes_whatever_its_name(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, b"%PDF-1.7", name="holiday.jpg")

    with pytest.raises(UnsupportedType):
        images.inspect(path, LIMIT)


def test_a_trouble_of_the_machine_is_not_blamed_on_the_image(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        images.inspect(tmp_path / "gone.jpg", LIMIT)
    with pytest.raises(OSError, match="the disk"), images.opened(pictures.on_disk(tmp_path, pictures.jpeg())):
        raise OSError(errno.EIO, "the disk is failing")


# Frames


def test_of_an_animation_the_first_frame_is_shown(tmp_path: Path) -> None:
    decoded = images.decode(pictures.on_disk(tmp_path, pictures.gif(frames=300)), LIMIT, max_side=None)

    assert decoded.info.animated
    assert pictures.same_colours(pictures.corner_colours(decoded.image), list(pictures.CORNERS))


@pytest.mark.parametrize("image_format", ["WEBP", "PNG", "AVIF"])
def test_animations_of_other_types_are_known(tmp_path: Path, image_format: str) -> None:
    data = pictures.encoded(
        pictures.corners(), image_format, save_all=True, append_images=[pictures.plain((60, 40), "blue")]
    )

    assert images.inspect(pictures.on_disk(tmp_path, data), LIMIT).animated


@pytest.mark.parametrize("data", [pictures.mpo(), pictures.motion_photo(), pictures.gif(frames=1)])
def test_a_second_view_or_a_video_behind_it_makes_no_animation(tmp_path: Path, data: bytes) -> None:
    decoded = images.decode(pictures.on_disk(tmp_path, data), LIMIT, max_side=None)

    assert not decoded.info.animated
    assert pictures.same_colours(pictures.corner_colours(decoded.image), list(pictures.CORNERS))


def test_pages_of_a_tiff_make_no_animation(tmp_path: Path) -> None:
    data = pictures.encoded(pictures.corners(), "TIFF", save_all=True, append_images=[pictures.plain()])

    assert not images.inspect(pictures.on_disk(tmp_path, data), LIMIT).animated


# Size


def test_a_large_image_is_brought_to_the_wanted_size(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, pictures.encoded(pictures.corners((3000, 2000)), "JPEG"))

    decoded = images.decode(path, LIMIT, max_side=300)

    assert (decoded.info.width, decoded.info.height) == (3000, 2000)
    assert decoded.image.size == (300, 200)
    assert pictures.same_colours(pictures.corner_colours(decoded.image), list(pictures.CORNERS))


def test_a_jpeg_made_smaller_while_decoding_keeps_its_details(tmp_path: Path) -> None:
    image = pictures.noise((1601, 1203))

    quick = images.open_upright(pictures.on_disk(tmp_path, pictures.encoded(image, "JPEG")), max_side=300)

    thorough = image.resize(quick.size, Image.Resampling.LANCZOS)

    assert np.abs(np.asarray(quick).astype(int) - np.asarray(thorough)).mean() < 3
    assert np.asarray(quick).std() > 5


def test_a_photo_that_is_halved_while_decoding_looks_the_same(tmp_path: Path) -> None:
    photo = pictures.noise((200, 150)).resize((2000, 1500), Image.Resampling.BICUBIC)
    path = pictures.on_disk(tmp_path, pictures.encoded(photo, "JPEG", quality=95))

    quick = images.open_upright(path, max_side=800)

    with Image.open(path) as whole:
        thorough = whole.resize(quick.size, Image.Resampling.LANCZOS)
    difference = np.asarray(quick).astype(float) - np.asarray(thorough)
    assert 10 * np.log10(255**2 / (difference**2).mean()) > 40, "decibels"


def test_a_small_image_is_not_enlarged(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, pictures.png((40, 25)))

    assert images.open_upright(path, max_side=1600).size == (40, 25)


def test_a_line_of_pixels_stays_a_line(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, pictures.png((5000, 1)))

    assert images.open_upright(path, max_side=100).size == (100, 1)


def test_inspecting_says_the_same_as_decoding(tmp_path: Path) -> None:
    path = pictures.on_disk(tmp_path, pictures.jpeg((501, 375), exif=pictures.oriented(6)))

    assert images.inspect(path, LIMIT) == images.decode(path, LIMIT, max_side=1600).info


def test_nothing_but_pixels_comes_out(tmp_path: Path) -> None:
    data = pictures.jpeg(
        exif=pictures.exif({0x010F: "Maker"}), comment=b"comment", icc_profile=pictures.swapped_profile()
    )

    image = images.open_upright(pictures.on_disk(tmp_path, data), max_side=None)

    assert image.info == {}
    assert type(image) is Image.Image
    assert dict(image.getexif()) == {}
