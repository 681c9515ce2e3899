"""Raw, JPEG and edited files that are photos of their own are joined as versions of one, and taken apart again."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import DestructiveAct, User
from photos import integrity, pipeline, storage, versions
from photos.curation import purge
from photos.duplicates import merging, runs
from photos.duplicates.merging import Choice, DecidedAlready, merge
from photos.duplicates.scanning import scan
from photos.duplicates.undoing import CannotUndo, undo
from photos.errors import DiskFull
from photos.models import DuplicateGroup, Merge, Photo, PhotoFile, Tier
from photos.tests.factories import at, make_version
from photos.tests.requesting import files_below, problem_of
from photos.tests.test_companions import SIDECAR
from photos.tests.test_versions import CAMERAS, RAW
from photos.uploads import accept_upload

pytestmark = pytest.mark.django_db
NOW = at("2024-06-01 12:00")

Apart = Callable[[], tuple[Photo, Photo]]


@pytest.fixture(autouse=True)
def own_media(media: Path) -> Path:
    return media


@pytest.fixture
def apart(owner: User, monkeypatch: pytest.MonkeyPatch) -> Apart:
    """Put a JPEG and its raw file with a sidecar into the library as two photos, as before there were versions."""

    def put(data: bytes, name: str) -> Photo:
        photo = accept_upload(ContentFile(data, name=name), owner, NOW).photo
        pipeline.analyse(photo, NOW, [*map(str, photo.stages.values_list("name", flat=True)), "fingerprint"])
        return photo

    def both() -> tuple[Photo, Photo]:
        with monkeypatch.context() as context:
            context.setattr(versions, "_may_join", lambda *_: False)
            jpeg, raw = put(CAMERAS, "IMG_1.JPG"), put(RAW, "IMG_1.DNG")
        accept_upload(ContentFile(SIDECAR, name="IMG_1.DNG.xmp"), owner, NOW)
        pipeline.analyse(raw, NOW)
        scan(owner, NOW)
        return jpeg, raw

    return both


def joined(owner: User, choice: Choice | None = None) -> Merge:
    return merge(DuplicateGroup.objects.visible_to(owner).get(tier=Tier.RAW).pk, owner, NOW, choice)


def files_of(photo: Photo) -> dict[str, bytes]:
    return {file.kind: storage.path_of(file.stored).read_bytes() for file in photo.files.all()}


def test_joined_photos_are_one_with_all_files_and_what_was_said_of_both(owner: User, apart: Apart) -> None:
    jpeg, raw = apart()
    raw.edit({"rating": 4})

    done = joined(owner)

    jpeg.refresh_from_db()
    assert (done.keeper, jpeg.rating, jpeg.original_name, jpeg.title) == (jpeg, 4, "IMG_1.JPG", "Lisbon at night")
    assert files_of(jpeg) == {"raw": RAW, "sidecar": SIDECAR}
    assert list(Photo.objects.visible_to(owner)) == [jpeg]
    assert list(integrity.faults(NOW + timedelta(days=2), hashes=True)) == []


def test_the_raw_file_stays_when_its_photo_is_gone_from_the_trash(owner: User, apart: Apart) -> None:
    jpeg, raw = apart()
    joined(owner)

    purge(Photo.objects.get(pk=raw.pk))

    assert files_of(jpeg) == {"raw": RAW, "sidecar": SIDECAR}
    assert list(integrity.faults(NOW + timedelta(days=33), hashes=True)) == []


def test_taken_back_they_are_two_again(
    owner: User, apart: Apart, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    jpeg, raw = apart()
    before = len(files_below(media))
    done = joined(owner)

    with django_capture_on_commit_callbacks(execute=True):
        undo(done.pk, owner, NOW)

    assert list(Photo.objects.visible_to(owner).order_by("pk")) == [jpeg, raw]
    assert (files_of(jpeg), files_of(raw)) == ({}, {"sidecar": SIDECAR})
    assert len(files_below(media)) == before
    assert list(integrity.faults(NOW + timedelta(days=2), hashes=True)) == []


def test_what_the_other_photo_keeps_is_not_recorded_as_destroyed(owner: User, apart: Apart) -> None:
    _, raw = apart()
    done = joined(owner)

    undo(done.pk, owner, NOW)

    assert files_of(raw) == {"sidecar": SIDECAR}
    assert not DestructiveAct.objects.exists()


def test_what_the_other_photo_has_no_more_is_recorded_as_destroyed(owner: User, apart: Apart) -> None:
    jpeg, raw = apart()
    done = joined(owner)
    raw.files.get().let_go()

    undo(done.pk, owner, NOW)

    recorded = DestructiveAct.objects.get()
    assert (recorded.name, recorded.photo_id) == ("IMG_1.DNG.xmp", jpeg.pk)


def test_taken_back_it_shows_what_it_showed_though_another_version_was_chosen(owner: User, apart: Apart) -> None:
    jpeg, raw = apart()
    edited = make_version(raw, PhotoFile.Kind.EDITED)
    done = joined(owner)
    versions.show(jpeg, jpeg.files.get(sha256=edited.sha256).pk)

    undo(done.pk, owner, NOW)

    jpeg.refresh_from_db()
    assert (jpeg.original_name, files_of(jpeg)) == ("IMG_1.JPG", {})
    assert storage.path_of(jpeg.original).read_bytes() == CAMERAS
    assert set(files_of(raw)) == {"edited", "sidecar"}


def test_once_the_other_file_is_shown_its_old_photo_is_gone(owner: User, apart: Apart) -> None:
    jpeg, raw = apart()
    done = joined(owner)

    versions.show(jpeg, jpeg.files.get(kind="raw").pk)

    assert storage.path_of(jpeg.original).read_bytes() == RAW
    assert not Photo.objects.filter(pk=raw.pk).exists()
    with pytest.raises(CannotUndo):
        undo(done.pk, owner, NOW)
    assert list(integrity.faults(NOW + timedelta(days=2), hashes=True)) == []


def test_a_file_that_is_a_photo_again_is_not_shown_by_another(client: Client, owner: User, apart: Apart) -> None:
    jpeg, raw = apart()
    joined(owner)
    Photo.objects.get(pk=raw.pk).restore()

    answer = client.post(f"/photo/{jpeg.pk}/files/{jpeg.files.get(kind='raw').pk}/show")

    assert problem_of(answer) == (409, "conflict")
    assert Photo.objects.visible_to(owner).count() == 2


def test_the_one_that_a_person_keeps_is_shown(owner: User, apart: Apart) -> None:
    jpeg, raw = apart()

    joined(owner, Choice(raw.pk, [jpeg.pk]))

    raw.refresh_from_db()
    assert (raw.original_name, files_of(raw)) == ("IMG_1.DNG", {"sidecar": SIDECAR, "original": CAMERAS})


def test_separated_again_it_is_the_photo_it_was_and_is_not_offered_once_more(owner: User, apart: Apart) -> None:
    jpeg, raw = apart()
    done = joined(owner)

    own = versions.separate(jpeg, jpeg.files.get(kind="raw").pk, NOW)

    scan(owner, NOW)
    assert (own, own.trashed_at) == (raw, None)
    assert not DuplicateGroup.objects.visible_to(owner).exists()
    assert Photo.objects.visible_to(owner).count() == 2
    assert not DestructiveAct.objects.exists()
    undo(done.pk, owner, NOW)
    assert list(integrity.faults(NOW + timedelta(days=2), hashes=True)) == []


def test_what_would_be_lost_is_not_taken_back(owner: User, apart: Apart) -> None:
    jpeg, raw = apart()
    edited = make_version(raw, PhotoFile.Kind.EDITED)
    done = joined(owner)
    versions.show(jpeg, jpeg.files.get(sha256=edited.sha256).pk)
    jpeg.files.get(kind="original").delete()

    with pytest.raises(CannotUndo):
        undo(done.pk, owner, NOW)

    assert Photo.objects.get(pk=jpeg.pk).sha256 == edited.sha256


def test_a_full_disk_joins_nothing_and_leaves_nothing(
    owner: User, apart: Apart, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart()
    before = files_below(media)
    trashing = Photo.trash

    def full(*_: object) -> None:
        raise DiskFull

    monkeypatch.setattr(Photo, "trash", full)
    with pytest.raises(DiskFull):
        joined(owner)
    monkeypatch.setattr(Photo, "trash", trashing)

    assert files_below(media) == before
    assert (Merge.objects.count(), PhotoFile.objects.count()) == (0, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by_worker", [False, True])
def test_no_file_is_copied_or_synced_while_the_database_is_held(
    owner: User, apart: Apart, monkeypatch: pytest.MonkeyPatch, by_worker: bool
) -> None:
    jpeg, _ = apart()
    held: list[bool] = []

    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "a disk without hard links")

    def sync(_: int) -> None:
        held.append(connection.in_atomic_block)

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    monkeypatch.setattr(os, "fsync", sync)
    if by_worker:
        runs.go_on(runs.begin(owner, NOW, tier=Tier.RAW).pk, NOW)
    else:
        joined(owner)

    assert files_of(jpeg) == {"raw": RAW, "sidecar": SIDECAR}
    assert held
    assert not any(held)


@pytest.mark.parametrize("by_worker", [False, True])
def test_a_file_that_comes_when_names_have_been_made_joins_nothing_and_leaves_nothing(
    owner: User, apart: Apart, media: Path, monkeypatch: pytest.MonkeyPatch, by_worker: bool
) -> None:
    _, raw = apart()
    before = len(files_below(media))
    come: list[PhotoFile] = []

    def sync(_: int) -> None:
        if not come:
            come.append(make_version(raw, PhotoFile.Kind.EDITED))

    monkeypatch.setattr(os, "fsync", sync)
    if by_worker:
        run = runs.begin(owner, NOW, tier=Tier.RAW)
        runs.go_on(run.pk, NOW)
        run.refresh_from_db()
        assert (run.done, run.passed_over) == (0, 1)
    else:
        with pytest.raises(DecidedAlready):
            joined(owner)

    assert len(files_below(media)) == before + 1
    assert not Merge.objects.exists()


def test_a_full_disk_is_passed_over_by_a_worker(owner: User, apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    apart()
    run = runs.begin(owner, NOW, tier=Tier.RAW)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    runs.go_on(run.pk, NOW)

    run.refresh_from_db()
    assert (run.done, run.passed_over) == (0, 1)


def test_names_that_a_crash_leaves_are_found_as_strays(owner: User, apart: Apart) -> None:
    apart()
    group = DuplicateGroup.objects.get(tier=Tier.RAW)

    with merging.bringing(group.pk, owner) as names:
        left = {fault.name for fault in integrity.faults(NOW + timedelta(days=9000)) if fault.kind == "stray"}
    after = list(integrity.faults(NOW + timedelta(days=9000)))

    assert left == set(names.values())
    assert after == []


def test_many_are_joined_at_once_and_taken_back(owner: User, apart: Apart) -> None:
    jpeg, raw = apart()
    run = runs.begin(owner, NOW, tier=Tier.RAW)

    while runs.go_on(run.pk, NOW):
        pass
    after = files_of(jpeg)
    back = runs.begin_undo(run, NOW)
    while runs.go_on(back.pk, NOW):
        pass

    assert after == {"raw": RAW, "sidecar": SIDECAR}
    assert list(Photo.objects.visible_to(owner).order_by("pk")) == [jpeg, raw]
    assert files_of(jpeg) == {}


def test_the_page_offers_to_join_them_and_says_so(client: Client, apart: Apart) -> None:
    jpeg, _ = apart()
    group = DuplicateGroup.objects.get(tier=Tier.RAW)

    page = client.get(reverse("duplicates:overview"), {"tier": "raw"}).content.decode()
    client.post(reverse("duplicates:merge", args=[group.pk]))

    assert "Join 1 to it as versions" in page
    assert "They become one photo with versions: no file goes." in page
    assert (
        "1 photo joined to Lisbon at night as versions of it"
        in client.get(reverse("duplicates:merged")).content.decode()
    )
    assert merging.suggestion(group).keeper == jpeg.pk
