from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from photos import storage
from photos.arrival import Arrival, Sidecar
from photos.errors import EmptyFile
from photos.imports.found import Candidate
from photos.imports.taking import Became, Manner, let_go, take
from photos.models import Photo
from photos.tests.factories import at, make_user
from photos.tests.pictures import jpeg, on_disk
from photos.tests.requesting import files_below, plans_of

NOW = at("2023-10-23 12:00")


@pytest.fixture
def source(tmp_path: Path, media: Path) -> Candidate:  # noqa: ARG001 - a media folder of its own
    return Candidate(on_disk(tmp_path, jpeg(), "a.jpg"), Arrival(folder="Rome"))


def inode(path: Path) -> int:
    return path.stat().st_ino


def test_a_copied_file_stays_and_its_photo_is_queued(owner: User, source: Candidate) -> None:
    taken = take(source, owner, Manner.COPY, NOW)

    photo = Photo.objects.get()
    assert (taken.photo_id, taken.became, taken.linked) == (photo.pk, Became.NEW, False)
    assert (photo.original_name, photo.folder) == ("a.jpg", "Rome")
    assert storage.path_of(photo.original).read_bytes() == source.path.read_bytes()
    assert inode(storage.path_of(photo.original)) != inode(source.path)


def test_what_is_there_is_found_without_a_walk_through_the_library(owner: User, source: Candidate) -> None:
    take(source, owner, Manner.COPY, NOW)
    with CaptureQueriesContext(connection) as queries:
        assert take(source, owner, Manner.COPY, NOW).became is Became.THERE

    assert [plan for plan in plans_of(queries) if plan.endswith("(owner_id=?)") or plan.startswith("SCAN photo")] == []


def test_a_linked_file_shares_its_bytes_and_keeps_its_rights(owner: User, source: Candidate) -> None:
    source.path.chmod(0o604)

    taken = take(source, owner, Manner.LINK, NOW)

    assert taken.linked
    assert inode(storage.path_of(Photo.objects.get().original)) == inode(source.path)
    assert source.path.stat().st_mode & 0o777 == 0o604


def test_a_file_that_cannot_be_linked_is_copied(
    owner: User, source: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refuse)
    taken = take(source, owner, Manner.LINK, NOW)

    assert (taken.became, taken.linked) == (Became.NEW, False)
    assert storage.path_of(Photo.objects.get().original).read_bytes() == source.path.read_bytes()


def test_a_link_to_a_file_elsewhere_is_not_what_is_shared(owner: User, source: Candidate, tmp_path: Path) -> None:
    link = tmp_path / "link.jpg"
    link.symlink_to(source.path)

    take(Candidate(link), owner, Manner.LINK, NOW)

    kept = storage.path_of(Photo.objects.get().original)
    assert not kept.is_symlink()
    assert inode(kept) == inode(source.path)


def test_a_file_that_is_there_already_is_known_without_another_look(owner: User, source: Candidate) -> None:
    first = take(source, owner, Manner.COPY, NOW)

    again = take(source, owner, Manner.COPY, NOW)

    assert (again.photo_id, again.became) == (first.photo_id, Became.THERE)
    assert Photo.objects.count() == 1


def test_what_lies_in_the_trash_comes_back_and_what_was_lost_is_put_back(owner: User, source: Candidate) -> None:
    photo = Photo.objects.get(pk=take(source, owner, Manner.COPY, NOW).photo_id)
    photo.trash(NOW)

    restored = take(source, owner, Manner.COPY, NOW)
    storage.path_of(photo.original).unlink()
    put_back = take(source, owner, Manner.COPY, NOW)

    assert (restored.became, put_back.became) == (Became.RESTORED, Became.THERE)
    assert storage.path_of(photo.original).exists()


def test_a_photo_of_somebody_else_is_not_known(owner: User, source: Candidate) -> None:
    take(source, make_user("berta"), Manner.COPY, NOW)

    assert take(source, owner, Manner.COPY, NOW).became is Became.NEW


def test_sidecars_are_kept_with_a_new_photo_and_named_where_the_photo_was_there(
    owner: User, source: Candidate, tmp_path: Path
) -> None:
    notes = on_disk(tmp_path, b"<x/>", "a.xmp")
    other = on_disk(tmp_path, b"<y/>", "a.jpg.xmp")
    first = take(
        Candidate(source.path, Arrival(sidecars=(Sidecar("a.xmp", b"<x/>"),)), (notes,)), owner, Manner.COPY, NOW
    )

    sidecars = (Sidecar("a.xmp", b"<x/>"), Sidecar("a.jpg.xmp", b"<y/>"))
    again = take(Candidate(source.path, Arrival(sidecars=sidecars), (notes, other)), owner, Manner.COPY, NOW)

    assert (first.unkept, again.became, again.unkept) == ([], Became.THERE, [other])


def test_what_is_refused_leaves_nothing_and_the_file_where_it_was(owner: User, tmp_path: Path, media: Path) -> None:
    empty = on_disk(tmp_path, b"", "a.jpg")

    with pytest.raises(EmptyFile):
        take(Candidate(empty), owner, Manner.LINK, NOW)

    assert (empty.exists(), files_below(media), Photo.objects.count()) == (True, [], 0)


def test_a_kept_file_is_let_go(owner: User, source: Candidate) -> None:
    taken = take(source, owner, Manner.MOVE, NOW)

    assert let_go(source.path, taken.photo_id) == ""
    assert not source.path.exists()
    assert storage.sha256_of(storage.path_of(Photo.objects.get().original)) == Photo.objects.get().sha256


def test_a_file_is_not_let_go_where_the_library_s_is_damaged_lost_or_another(
    owner: User, source: Candidate, tmp_path: Path
) -> None:
    taken = take(source, owner, Manner.COPY, NOW)
    kept = storage.path_of(Photo.objects.get().original)
    good = kept.read_bytes()
    other = on_disk(tmp_path, jpeg(colour="blue"), "b.jpg")

    kept.write_bytes(good[:-1] + b"?")
    damaged = let_go(source.path, taken.photo_id)
    kept.unlink()
    lost = let_go(source.path, taken.photo_id)
    strange = let_go(other, taken.photo_id)

    assert damaged == "The library's copy of it is damaged."
    assert (lost, strange) == ("No such file or directory.", "It is not in the library.")
    assert source.path.exists()
    assert other.exists()


def test_the_library_s_own_file_is_not_let_go(owner: User, source: Candidate) -> None:
    taken = take(source, owner, Manner.COPY, NOW)
    kept = storage.path_of(Photo.objects.get().original)

    assert let_go(kept, taken.photo_id) == "It is the library's own file."
    assert kept.exists()
