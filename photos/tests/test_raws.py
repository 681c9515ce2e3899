from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photos import images
from photos.image_types import RAW_TYPES, RawUnreadable
from photos.images import TooManyPixels, TruncatedImage
from photos.metadata import Circumstances, read_metadata
from photos.models import Photo
from photos.raw_exif import exif_of
from photos.raw_previews import Preview, largest_preview, promised_end
from photos.tests import pictures, raw_files
from photos.tests.pictures import CORNERS, corner_colours, on_disk, same_colours
from photos.tests.raw_files import SIZE
from photos.tests.requesting import files_below, post_photo, problem_of

LIMIT = 100_000_000
NOW = datetime(2026, 11, 27, tzinfo=UTC)
AROUND = Circumstances("a.raw", NOW)
PREVIEW = raw_files.preview_of((1500, 1000))
TOO_SMALL = raw_files.preview_of((48, 32))
FILES: dict[str, bytes] = {
    "cr2": raw_files.cr2(PREVIEW),
    "cr3": raw_files.cr3(PREVIEW),
    "nef": raw_files.nef(PREVIEW),
    "arw": raw_files.nef(PREVIEW, make="SONY"),
    "raf": raw_files.raf(PREVIEW),
    "rw2": raw_files.rw2(PREVIEW),
    "dng": raw_files.dng(PREVIEW),
    "orf": raw_files.orf(PREVIEW),
}
UPRIGHT = list(CORNERS)
TURNED_RIGHT = [CORNERS[at] for at in (2, 0, 3, 1)]


def is_like(colours: list[pictures.RGB], wanted: list[pictures.RGB]) -> bool:
    """Tell whether colours are of the same hue, as a sensor without a profile sees them."""
    return all(
        (red > blue, red > 128, green > 128) == (r > b, r > 128, g > 128)
        for (red, green, blue), (r, g, b) in zip(colours, wanted, strict=True)
    )


def test_there_is_a_file_of_every_type() -> None:
    assert set(FILES) == {kind.name for kind in RAW_TYPES}


@pytest.mark.parametrize("name", FILES)
def test_the_preview_is_shown_upright(tmp_path: Path, name: str) -> None:
    decoded = images.decode(on_disk(tmp_path, FILES[name]), LIMIT, max_side=1600)

    turned = name == "cr3"  # made so
    assert decoded.info.type.name == name
    assert decoded.image.size == ((1000, 1500) if turned else (1500, 1000))
    assert same_colours(corner_colours(decoded.image), TURNED_RIGHT if turned else UPRIGHT)


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"raf"}))
def test_what_the_camera_says_is_read(tmp_path: Path, name: str) -> None:
    found = read_metadata(on_disk(tmp_path, FILES[name]), AROUND)

    assert str(found.taken(None, NOW).wall) == "2024-05-01 12:30:45"
    assert (found.facts.shutter, found.facts.iso) == (1 / 250, 200)
    assert found.facts.camera_model


def test_of_a_fujifilm_photo_the_preview_says_it(tmp_path: Path) -> None:
    preview = pictures.jpeg((1500, 1000), exif=pictures.exif({0x0110: "X-T1", 0x0112: 6}))
    path = on_disk(tmp_path, raw_files.raf(preview))

    assert read_metadata(path, AROUND).facts.camera_model == "X-T1"
    assert images.inspect(path, LIMIT).width == 1000


@pytest.mark.parametrize("preview", [b"", TOO_SMALL])
def test_without_a_preview_to_look_at_a_picture_is_made_of_the_sensors_data(tmp_path: Path, preview: bytes) -> None:
    path = on_disk(tmp_path, raw_files.dng(preview, orientation=6))

    decoded = images.decode(path, LIMIT, max_side=1600)

    assert (decoded.info.width, decoded.info.height) == (64, 96)
    assert decoded.image.size == (64, 96)
    assert is_like(corner_colours(decoded.image), TURNED_RIGHT)


def test_where_that_is_enough_it_is_made_at_half_the_size(tmp_path: Path) -> None:
    path = on_disk(tmp_path, raw_files.dng(size=(800, 600)))

    decoded = images.decode(path, LIMIT, max_side=100)

    assert (decoded.info.width, decoded.info.height) == (800, 600)
    assert decoded.image.size == (100, 75)
    assert is_like(corner_colours(decoded.image), UPRIGHT)


def test_a_photo_is_as_large_as_its_sensor_and_not_as_its_preview(tmp_path: Path) -> None:
    path = on_disk(tmp_path, raw_files.dng(PREVIEW, size=(2400, 1600)))

    info = images.inspect(path, LIMIT)

    assert (info.width, info.height) == (2400, 1600)


def test_a_sensor_with_too_many_pixels_is_refused_before_a_picture_is_made(tmp_path: Path) -> None:
    path = on_disk(tmp_path, raw_files.dng())

    with pytest.raises(TooManyPixels):
        images.inspect(path, max_pixels=SIZE[0] * SIZE[1] - 1)


@pytest.mark.parametrize("share", [0.5, 0.99])
@pytest.mark.parametrize("name", FILES)
def test_a_raw_photo_cut_short_is_refused_though_its_preview_is_whole(tmp_path: Path, name: str, share: float) -> None:
    path = on_disk(tmp_path, pictures.truncated(FILES[name], share))

    with pytest.raises(TruncatedImage):
        images.inspect(path, LIMIT)


# Without the extra


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)  # as the import system marks what cannot be imported


@pytest.mark.usefixtures("no_extra")
@pytest.mark.parametrize("name", FILES)
def test_without_the_extra_a_raw_photo_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(RawUnreadable) as refusal:
        images.inspect(on_disk(tmp_path, FILES[name]), LIMIT)

    assert name.upper() in str(refusal.value.detail)
    assert "make raw" in str(refusal.value.detail)


@pytest.mark.django_db
@pytest.mark.usefixtures("no_extra")
def test_the_api_names_the_raw_photo_and_the_command(client: Client, media: Path) -> None:
    response = post_photo(client, FILES["nef"], "DSC_1234.NEF")

    detail = response.json()["detail"]
    assert problem_of(response) == (415, "unsupported_type")
    assert detail.startswith("This is a Nikon NEF raw photo.")
    assert "make raw" in detail
    assert files_below(media) == []


@pytest.mark.django_db
def test_a_raw_photo_is_kept_byte_for_byte_and_shown(client: Client) -> None:
    number = post_photo(client, FILES["cr3"], "IMG_0001.CR3").json()["id"]

    photo = Photo.objects.get(pk=number)
    original = client.get(f"/photo/{number}/file")
    thumbnail = Image.open(BytesIO(client.get(f"/photo/{number}/thumbnail?size=512").getvalue()))
    assert (photo.format, photo.camera, photo.filename[-4:]) == ("cr3", "Canon EOS R5", ".cr3")
    assert original.getvalue() == FILES["cr3"]
    assert original.headers["Content-Type"] == "image/x-canon-cr3"
    assert same_colours(corner_colours(thumbnail), TURNED_RIGHT, tolerance=20)


# Damaged ones


def test_the_largest_of_several_previews_is_found() -> None:
    file = BytesIO(raw_files.tiff(raw_files.jpeg_pointer(TOO_SMALL), raw_files.jpeg_pointer(PREVIEW)))

    found = largest_preview(file, "nef")

    assert found is not None
    assert (found.size, found.length) == ((1500, 1000), len(PREVIEW))


def test_what_is_no_jpeg_is_no_preview() -> None:
    for data in (b"\xff\xd8", b"\xff\xd8\xff\xc3" + bytes(20), b"not a JPEG at all", PREVIEW[:10], b""):
        assert largest_preview(BytesIO(raw_files.tiff(raw_files.jpeg_pointer(data + bytes(1)))), "nef") is None


SMALL_ONES: dict[str, Callable[[], bytes]] = {
    "cr2": lambda: raw_files.cr2(TOO_SMALL),
    "cr3": lambda: raw_files.cr3(TOO_SMALL),
    "raf": lambda: raw_files.raf(TOO_SMALL),
    "rw2": lambda: raw_files.rw2(TOO_SMALL),
    "nef": lambda: raw_files.nef(TOO_SMALL),
}


@settings(deadline=None)
@given(
    st.sampled_from([(name, make()) for name, make in SMALL_ONES.items()]),
    st.lists(st.tuples(st.integers(0, 6000), st.binary(min_size=1, max_size=8)), max_size=6),
    st.integers(0, 6000),
)
def test_whatever_is_damaged_is_no_error(whole: tuple[str, bytes], harm: list[tuple[int, bytes]], length: int) -> None:
    name, data = whole[0], bytearray(whole[1])
    for place, rubbish in harm:
        data[place : place + len(rubbish)] = rubbish
    file = BytesIO(data[: max(length, 16)])

    found = largest_preview(file, name)

    assert found is None or isinstance(found, Preview)
    assert promised_end(file, name) >= 0
    assert isinstance(exif_of(file, name), bytes)
