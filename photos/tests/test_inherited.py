"""Faces that are marked on merged photos, and files beside them, come to the photo that is kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from photos import curation, integrity, pipeline, storage
from photos.arrival import Arrival, Sidecar
from photos.duplicates.inheritance import inheritance
from photos.duplicates.merging import merge
from photos.duplicates.undoing import undo
from photos.duplicates.wording import moves
from photos.metadata import Face
from photos.models import Fingerprint, Merge, Photo, PhotoFace, PhotoFile, Stage, Tier
from photos.tests import pictures
from photos.tests.duplicated import LOOKS, NOW, seen
from photos.tests.factories import make_version
from photos.tests.test_merging import grouped, merged
from photos.tests.xmp import packet, regions
from photos.uploads import accept_upload

pytestmark = pytest.mark.django_db

ANNA, BEN, SOMEBODY = Face("Anna", 0.1, 0.1, 0.2, 0.2), Face("Ben", 0.5, 0.1, 0.2, 0.2), Face("", 0.4, 0.4, 0.1, 0.1)


@pytest.fixture(autouse=True)
def own_media(media: Path) -> Path:
    return media


def marked(*faces: Face, **fields: Any) -> Photo:
    photo = seen(**fields)
    PhotoFace.objects.put(photo, faces)
    return photo


def faces_of(photo: Photo) -> list[Face]:
    return [face.marked for face in photo.faces.order_by("pk")]


def files_of(photo: Photo) -> list[tuple[str, str]]:
    return sorted(photo.files.values_list("kind", "sha256"))


def undone(owner: User) -> None:
    undo(Merge.objects.latest("pk").pk, owner, NOW + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("own", "others", "then"),
    [
        ([], [[ANNA, SOMEBODY], [BEN]], [ANNA, SOMEBODY, BEN]),
        ([ANNA], [[ANNA, BEN, SOMEBODY]], [ANNA, BEN]),
        ([Face("anna", 0.7, 0.7, 0.1, 0.1)], [[ANNA]], [Face("anna", 0.7, 0.7, 0.1, 0.1)]),
        ([SOMEBODY], [[SOMEBODY]], [SOMEBODY]),
        ([], [[ANNA], [ANNA]], [ANNA]),
        ([], [[SOMEBODY], [SOMEBODY]], [SOMEBODY]),
        ([], [[]], []),
    ],
)
def test_people_whom_nobody_has_marked_on_the_kept_photo_are_marked_there(
    owner: User, own: list[Face], others: list[list[Face]], then: list[Face]
) -> None:
    keeper, rest = marked(*own), [marked(*faces) for faces in others]

    merged(keeper, *rest)
    after = faces_of(keeper)
    undone(owner)

    assert after == then
    assert faces_of(keeper) == own
    assert [faces_of(photo) for photo in rest] == others


def test_faces_stay_when_the_file_is_read_again_and_when_the_other_is_gone(owner: User) -> None:
    keeper, other = marked(ANNA), marked(BEN)
    merged(keeper, other)

    curation.purge(Photo.objects.get(pk=other.pk))
    PhotoFace.objects.put(keeper, [SOMEBODY])

    assert faces_of(keeper) == [BEN, SOMEBODY]
    assert keeper.owner == owner


def test_a_face_that_the_file_comes_to_mark_too_is_there_once() -> None:
    keeper, other = marked(), marked(ANNA)
    merged(keeper, other)

    PhotoFace.objects.put(keeper, [ANNA, BEN])

    assert faces_of(keeper) == [ANNA, BEN]


@pytest.mark.parametrize("tier", [Tier.BURST, Tier.SIMILAR])
def test_another_shot_keeps_its_faces_and_files(tier: Tier) -> None:
    keeper, other = marked(), marked(ANNA)
    make_version(other, PhotoFile.Kind.SIDECAR)

    assert not inheritance(keeper, [other], tier)


def test_what_is_kept_beside_a_copy_comes_to_the_kept_photo_and_goes_back(owner: User) -> None:
    keeper, other = seen(), seen()
    own = make_version(keeper, PhotoFile.Kind.SIDECAR)
    theirs = [make_version(other, kind) for kind in (PhotoFile.Kind.SIDECAR, PhotoFile.Kind.RAW, PhotoFile.Kind.MOTION)]
    both = make_version(other, PhotoFile.Kind.SIDECAR, sha256=own.sha256)
    before = files_of(other)

    kept = merged(keeper, other)
    after, had_motion = files_of(keeper), kept.has_motion
    undone(owner)

    keeper.refresh_from_db()
    assert after == sorted((file.kind, file.sha256) for file in [own, *theirs])
    assert (had_motion, keeper.has_motion) == (True, False)
    assert (files_of(keeper), files_of(other)) == ([("sidecar", own.sha256)], before)
    assert both.sha256 == own.sha256


def test_files_stay_when_the_other_photo_is_gone_for_good() -> None:
    keeper, other = seen(), seen()
    raw = make_version(other, PhotoFile.Kind.RAW)
    bytes_of = storage.path_of(raw.stored).read_bytes()
    merged(keeper, other)

    curation.purge(Photo.objects.get(pk=other.pk))

    assert storage.path_of(keeper.files.get().stored).read_bytes() == bytes_of
    assert not [fault for fault in integrity.faults(NOW + timedelta(days=40), hashes=True) if raw.name in str(fault)]


def test_what_moves_is_shown_before(owner: User) -> None:
    keeper, other = seen(), marked(ANNA, SOMEBODY)
    make_version(other, PhotoFile.Kind.SIDECAR, name="IMG_1.xmp")

    lines = moves(inheritance(keeper, [other], Tier.NEAR))

    assert lines == ["Faces: Anna, 1 without a name", "Kept beside it: IMG_1.xmp"]
    assert keeper.owner == owner


def test_a_sidecar_that_came_with_a_merge_is_kept_and_not_read(owner: User) -> None:
    def taken_in(colour: str, notes: bytes) -> Photo:
        file = ContentFile(pictures.jpeg(colour=colour), f"{colour}.jpg")
        sidecar = Sidecar(f"{colour}.xmp", notes)
        photo = accept_upload(file, owner, NOW, arrival=Arrival(sidecars=(sidecar,))).photo
        photo = pipeline.analyse(photo, NOW, [Stage.Name.METADATA])
        Fingerprint.objects.put(photo, "", LOOKS)
        return photo

    keeper = taken_in("red", packet(exif__DateTimeOriginal="2001-02-03T04:05:06"))
    other = taken_in(
        "blue", packet(regions(("Anna", 0.5, 0.5, 0.2, 0.2)), exif__DateTimeOriginal="1999-01-01T00:00:00")
    )
    merge(grouped(keeper, other).pk, owner, NOW)

    keeper.request([Stage.Name.METADATA])
    again = pipeline.analyse(keeper, NOW, [Stage.Name.METADATA])

    assert again.taken_at.year == 2001
    assert sorted(again.files.values_list("name", flat=True)) == ["blue.xmp", "red.xmp"]
    assert [face.name for face in again.faces.all()] == ["Anna"]
