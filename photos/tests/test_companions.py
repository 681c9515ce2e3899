from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from photos import pipeline, storage, versions
from photos.arrival import Arrival
from photos.errors import ChecksumMismatch, NoPhotoForIt, SidecarUnclear
from photos.image_types import UnsupportedType
from photos.models import Photo, PhotoFile
from photos.tests import moving
from photos.tests.factories import at, make_user
from photos.tests.pictures import jpeg, on_disk, png
from photos.tests.requesting import plans_of, post_photo, problem_of
from photos.tests.test_versions import CAMERAS, EDITED, RAW
from photos.uploads import Accepted, accept_upload
from photos.videos import read_video

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]
NOW = at("2024-06-01 12:00")
TITLED = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">'
    "Lisbon at night</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"
)
SIDECAR = TITLED.encode()


def take(owner: User, data: bytes, name: str, folder: str = "", sha256: str = "") -> Accepted:
    file = ContentFile(data, name=name)
    return accept_upload(file, owner, NOW, sha256, arrival=Arrival(folder=folder))


# Sidecars


@pytest.mark.parametrize("name", ["IMG_1.JPG.xmp", "IMG_1.xmp", "img_1.jpg.XMP"])
@pytest.mark.parametrize("data", [SIDECAR, TITLED.encode("utf-16")])
def test_a_sidecar_is_kept_with_its_photo_and_read(owner: User, name: str, data: bytes) -> None:
    photo = take(owner, jpeg(), "IMG_1.JPG").photo
    take(owner, png(), "IMG_2.PNG")

    accepted = take(owner, data, name)

    pipeline.analyse(accepted.photo, NOW)
    photo.refresh_from_db()
    assert (accepted.photo, accepted.created, accepted.joined) == (photo, True, "sidecar")
    assert photo.title == "Lisbon at night"
    assert storage.path_of(photo.files.get().stored).read_bytes() == data


def test_the_photo_of_a_sidecar_is_found_without_a_walk_through_the_library(owner: User) -> None:
    take(owner, jpeg(), "IMG_1.JPG")
    with CaptureQueriesContext(connection) as queries:
        take(owner, SIDECAR, "IMG_1.JPG.xmp")

    assert [plan for plan in plans_of(queries) if plan.endswith("(owner_id=?)") or plan.startswith("SCAN photo")] == []


def test_the_same_sidecar_again_is_there_already(owner: User, media: object) -> None:
    take(owner, jpeg(), "IMG_1.JPG")
    take(owner, SIDECAR, "IMG_1.xmp")

    accepted = take(owner, SIDECAR, "IMG_1.xmp")

    assert not accepted.created
    assert PhotoFile.objects.count() == 1
    assert len(list(storage.path_of(storage.ORIGINALS).rglob("*.xmp"))) == 1, media


def test_a_sidecar_of_several_versions_is_the_photos(owner: User) -> None:
    for data, name in ((CAMERAS, "IMG_1.JPG"), (RAW, "IMG_1.DNG"), (EDITED, "IMG_1-edited.JPG")):
        take(owner, data, name)

    for name in ("IMG_1.xmp", "IMG_1.DNG.xmp"):
        assert take(owner, SIDECAR + name.encode(), name).joined == "sidecar"


def test_of_namesakes_the_whole_name_or_the_folder_tells_whose_it_is(owner: User) -> None:
    first = take(owner, jpeg(), "IMG_1.JPG").photo
    second = take(owner, png(), "IMG_1.PNG").photo
    third = take(owner, jpeg(colour="blue"), "IMG_1.JPG", "2019").photo

    with pytest.raises(SidecarUnclear):
        take(owner, SIDECAR, "IMG_1.xmp")
    with pytest.raises(SidecarUnclear):
        take(owner, SIDECAR, "IMG_1.JPG.xmp")
    assert take(owner, SIDECAR, "IMG_1.PNG.xmp").photo == second
    assert take(owner, SIDECAR, "IMG_1.xmp", "2019").photo == third
    assert not first.files.exists()


def test_a_sidecar_without_its_photo_is_refused(owner: User, media: object) -> None:
    take(make_user("berta"), jpeg(), "IMG_1.JPG")
    take(owner, jpeg(), "IMG_1.JPG").photo.trash(NOW)

    with pytest.raises(NoPhotoForIt, match="an XMP sidecar, and you have no photo that it belongs to"):
        take(owner, SIDECAR, "IMG_1.xmp")
    assert list(storage.path_of(storage.ORIGINALS).rglob("*.xmp")) == [], media


def test_a_sidecar_that_arrives_with_other_bytes_is_not_kept(owner: User) -> None:
    take(owner, jpeg(), "IMG_1.JPG")

    with pytest.raises(ChecksumMismatch):
        take(owner, SIDECAR, "IMG_1.xmp", sha256="0" * 64)
    assert not PhotoFile.objects.exists()


def test_the_api_takes_sidecars(client: Client) -> None:
    number = post_photo(client, jpeg(), "IMG_1.JPG").json()["id"]
    post_photo(client, png(), "IMG_1.PNG")

    kept = post_photo(client, SIDECAR, "IMG_1.JPG.xmp")

    assert (kept.status_code, kept.json()["id"], kept.json()["kept_as"]) == (201, number, "sidecar")
    assert client.get(f"/photo/{number}").json()["title"] == "Lisbon at night"
    assert problem_of(post_photo(client, SIDECAR, "IMG_1.xmp")) == (409, "sidecar_unclear")
    assert problem_of(post_photo(client, SIDECAR, "IMG_3.xmp")) == (415, "unsupported_type")


# Live Photos


@pytest.mark.parametrize(
    "video",
    [
        moving.live_video(),
        moving.live_video("", model="iPhone 15", created="2024-05-01T12:30:44+0200"),
    ],
)
def test_the_moving_half_of_a_live_photo_is_kept_with_it(client: Client, owner: User, video: bytes) -> None:
    still = moving.live_still() if b"content.identifier" in video else moving.live_still("")
    photo = take(owner, still, "IMG_1.HEIC").photo

    accepted = take(owner, video, "IMG_1.MOV")

    photo.refresh_from_db()
    assert (accepted.photo, accepted.joined, photo.has_motion) == (photo, "motion", True)
    played = client.get(f"/photo/{photo.pk}/motion")
    assert (played.getvalue(), played.headers["Content-Type"]) == (video, "video/mp4")
    kept = client.get(f"/photo/{photo.pk}/files/{photo.files.get().pk}")
    assert (kept.getvalue(), kept.headers["Content-Type"]) == (video, "video/quicktime")


@pytest.mark.parametrize(
    ("video", "name"),
    [
        (moving.live_video("AAAAAAAA-0000-0000-0000-000000000000"), "IMG_1.MOV"),
        (moving.live_video("", model="iPhone 15", created="2024-05-01T12:31:45+0200"), "IMG_1.MOV"),
        (moving.live_video("", model="iPhone 14", created="2024-05-01T12:30:45+0200"), "IMG_1.MOV"),
        (moving.live_video("", model="iPhone 15", created="some day"), "IMG_1.MOV"),
        (moving.live_video()[:-40], "IMG_1.MOV"),
        (moving.live_video(), "IMG_2.MOV"),
        (moving.VIDEO, "IMG_1.MP4"),
    ],
)
def test_another_video_is_refused_as_every_video(owner: User, video: bytes, name: str) -> None:
    take(owner, moving.live_still(), "IMG_1.HEIC")

    with pytest.raises(UnsupportedType, match="video, not a photo"):
        take(owner, video, name)
    assert not PhotoFile.objects.exists()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 700), st.binary(min_size=1, max_size=4)), max_size=6))
def test_a_damaged_video_says_less_and_is_no_error(
    tmp_path_factory: pytest.TempPathFactory, harm: list[tuple[int, bytes]]
) -> None:
    data = bytearray(moving.live_video(model="iPhone 15", created="2024-05-01T12:30:44+0200"))
    for place, rubbish in harm:
        data[place : place + len(rubbish)] = rubbish

    found = read_video(on_disk(tmp_path_factory.getbasetemp(), bytes(data)))

    assert isinstance(found.identifier, str)


def test_a_photo_whose_moving_version_is_taken_out_does_not_move_any_more(owner: User) -> None:
    block = moving.motion_photo()
    assert take(owner, block, "a.jpg").photo.has_motion
    photo = take(owner, CAMERAS, "IMG_1.JPG").photo
    file = versions.PhotoFile.objects.create(
        photo=photo, kind="edited", name="b", stored="originals/00/b.jpg", sha256="b", bytes=1, clip_length=99
    )
    photo.has_motion = True
    photo.save()

    own = versions.separate(photo, file.pk, NOW)

    photo.refresh_from_db()
    assert (own.has_motion, photo.has_motion) == (True, False)
