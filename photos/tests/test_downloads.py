from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client, RequestFactory

from photos import downloads, storage, thumbnails
from photos.downloads import RangeNotSatisfiable
from photos.errors import OriginalMissing
from photos.image_types import IMAGE_TYPES, ImageType
from photos.images import BrokenImage
from photos.models import Photo
from photos.tests.requesting import read

REQUESTS = RequestFactory()


@pytest.mark.parametrize("kind", IMAGE_TYPES, ids=lambda kind: kind.name)
def test_the_type_is_that_of_the_content(client: Client, make_photo: Callable[..., Photo], kind: ImageType) -> None:
    photo = make_photo(format=kind.name)

    response = client.get(f"/photo/{photo.pk}/file")

    assert read(response)
    assert response["Content-Type"] == kind.mime


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("boat.jpg", 'attachment; filename="boat.jpg"'),
        ('a "b" \\.jpg', 'attachment; filename="a \\"b\\" \\\\.jpg"'),
        ("Übersee ☃.jpg", "attachment; filename*=utf-8''%C3%9Cbersee%20%E2%98%83.jpg"),
        ("", "attachment"),
    ],
)
def test_the_name_is_the_original_one_and_breaks_no_header(
    client: Client, make_photo: Callable[..., Photo], name: str, header: str
) -> None:
    photo = make_photo(original_name=name)

    response = client.get(f"/photo/{photo.pk}/file")

    assert read(response)
    assert response["Content-Disposition"] == header


def test_a_long_file_is_sent_in_pieces(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    data = bytes(range(256)) * 1024
    storage.path_of(photo.original).write_bytes(data)

    response = downloads.original(REQUESTS.get("/", headers={"Range": "bytes=1000-"}), photo)

    pieces = list(response.streaming_content)  # type: ignore[attr-defined]
    assert b"".join(pieces) == data[1000:]
    assert max(map(len, pieces)) <= downloads.PIECE


def test_an_error_names_the_size(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    request = REQUESTS.get("/", headers={"Range": "bytes=99999-"})

    with pytest.raises(RangeNotSatisfiable) as refused:
        downloads.original(request, photo)

    size = storage.path_of(photo.original).stat().st_size
    assert refused.value.headers == {"Content-Range": f"bytes */{size}"}


def test_a_missing_original_is_named(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    storage.discard(photo.original)

    with pytest.raises(OriginalMissing):
        downloads.original(REQUESTS.get("/"), photo)
    with pytest.raises(OriginalMissing):
        downloads.render_again(photo)


def test_a_thumbnail_that_is_there_needs_no_original(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    downloads.render_again(photo)
    storage.discard(photo.original)

    assert read(client.get(f"/photo/{photo.pk}/thumbnail"))


def test_an_original_damaged_on_the_disk_is_named(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    path = storage.path_of(photo.original)
    path.write_bytes(path.read_bytes()[:200] + bytes(200))

    with pytest.raises(BrokenImage):
        downloads.thumbnail(REQUESTS.get("/"), photo, 512)


def test_both_sizes_are_made_at_once(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    downloads.render_again(photo)

    names = [thumbnails.path_for(photo.original, size) for size in thumbnails.SIZES]
    assert all(Path(storage.media_root() / name).is_file() for name in names)
