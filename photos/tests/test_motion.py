from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photos import images
from photos.image_types import JPEG
from photos.models import Photo
from photos.motion import clip_in
from photos.tests import moving, pictures
from photos.tests.factories import make_photo
from photos.tests.heif import heic
from photos.tests.moving import VIDEO
from photos.tests.requesting import post_photo, problem_of

LIMIT = 100_000_000
KINDS = {
    "MicroVideo": moving.micro_video(),
    "MotionPhoto 1.0": moving.motion_photo(),
    "MotionPhoto 1.0 with more behind it": moving.motion_photo(behind=b"something else"),
    "Samsung": moving.samsungs(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_video_in_a_motion_photo_is_found_where_it_lies(tmp_path: Path, kind: str) -> None:
    decoded = images.decode(pictures.on_disk(tmp_path, KINDS[kind]), LIMIT, max_side=None)

    clip = decoded.info.clip
    assert clip is not None
    assert KINDS[kind][clip.start : clip.start + clip.length] == VIDEO
    assert not decoded.info.animated
    assert pictures.same_colours(pictures.corner_colours(decoded.image), list(pictures.CORNERS))


@pytest.mark.parametrize(
    "data",
    [
        moving.still(),
        pictures.motion_photo(),
        moving.micro_video()[:-20],
        moving.motion_photo(video=b"no video at all, however long it is said to be"),
        moving.motion_photo(video=heic()),
        moving.samsungs()[:-1],
        heic(),
    ],
)
def test_what_only_says_so_is_no_motion_photo(tmp_path: Path, data: bytes) -> None:
    assert images.inspect(pictures.on_disk(tmp_path, data), LIMIT).clip is None


@settings(deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    harm=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
)
def test_damaged_trailers_are_no_error(
    kind: str, harm: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = bytearray(KINDS[kind])
    for place, value in harm:
        data[-1 - place] = value
    path = pictures.on_disk(tmp_path_factory.getbasetemp(), bytes(data))

    with Image.open(path) as image:
        clip = clip_in(path, JPEG, image)

    assert clip is None or 0 < clip.start < clip.start + clip.length <= len(data)


# On their way out


@pytest.fixture
def number(client: Client, db: None) -> int:
    assert db is None
    return int(post_photo(client, moving.motion_photo(behind=b"something else"), "a.jpg").json()["id"])


def test_the_video_is_given_out_as_one(client: Client, number: int) -> None:
    response = client.get(f"/photo/{number}/motion")

    assert response.getvalue() == VIDEO
    assert response.headers["Content-Type"] == "video/mp4"
    assert response.headers["Content-Length"] == str(len(VIDEO))
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "part", "told"),
    [
        ("bytes=0-1", VIDEO[:2], f"bytes 0-1/{len(VIDEO)}"),
        ("bytes=4-", VIDEO[4:], f"bytes 4-{len(VIDEO) - 1}/{len(VIDEO)}"),
        ("bytes=-10", VIDEO[-10:], f"bytes {len(VIDEO) - 10}-{len(VIDEO) - 1}/{len(VIDEO)}"),
        ("bytes=500-9999", VIDEO[500:], f"bytes 500-{len(VIDEO) - 1}/{len(VIDEO)}"),
    ],
)
def test_a_part_of_the_video_is_given_out(client: Client, number: int, asked: str, part: bytes, told: str) -> None:
    response = client.get(f"/photo/{number}/motion", headers={"Range": asked})

    assert (response.status_code, response.getvalue()) == (206, part)
    assert response.headers["Content-Range"] == told


def test_past_its_end_there_is_nothing(client: Client, number: int) -> None:
    response = client.get(f"/photo/{number}/motion", headers={"Range": f"bytes={len(VIDEO)}-"})

    assert problem_of(response) == (416, "range_not_satisfiable")


def test_the_original_still_holds_all_of_it(client: Client, number: int) -> None:
    assert client.get(f"/photo/{number}/file").getvalue() == moving.motion_photo(behind=b"something else")


@pytest.mark.django_db
def test_a_photo_that_does_not_move_says_so(client: Client) -> None:
    assert problem_of(client.get(f"/photo/{make_photo().pk}/motion")) == (404, "no_motion")


def test_the_page_plays_it_and_the_gallery_marks_it(client: Client, number: int) -> None:
    page = client.get(Photo.objects.get(pk=number).get_absolute_url()).content.decode()
    gallery = client.get(reverse("photos:gallery")).content.decode()

    assert f'<video class="motion" id="motion" src="/photo/{number}/motion"' in page
    assert 'title="Photo with a video"' in gallery
    assert client.get(f"/photo/{number}").json()["has_motion"] is True
