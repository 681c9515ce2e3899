from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from photos import storage
from photos.exports import exporting
from photos.exports.contents import Layout
from photos.exports.exporting import Exported, export
from photos.exports.journal import HEADER, RECORDS, Journal, NotForExport
from photos.models import Photo
from photos.tests.factories import at, make_user

NOW = at("2024-05-01 12:00")
MakePhoto = Callable[..., Photo]


@pytest.fixture
def place(tmp_path: Path, media: Path) -> Path:  # noqa: ARG001 - a media folder of its own
    return tmp_path / "export"


def written(folder: Path, owner: User, layout: Layout = Layout.DATE) -> Exported:
    ids = list(Photo.objects.visible_to(owner).order_by("pk").values_list("pk", flat=True))
    return export(folder, owner, ids, layout, NOW, lambda *_: None)


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def records(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / RECORDS).read_text().splitlines()[1:]]


def test_originals_lie_by_month_as_they_are_with_a_sidecar_each(
    place: Path, owner: User, make_photo: MakePhoto
) -> None:
    photo = make_photo(original_name="a boat.jpg", taken_at=at("2019-03-21 11:04"), file_modified_at=NOW)

    written(place, owner)

    assert names(place) == {"2019/2019-03/a boat.jpg", "2019/2019-03/a boat.jpg.xmp", HEADER, RECORDS}
    assert storage.sha256_of(place / "2019/2019-03/a boat.jpg") == photo.sha256
    assert (place / "2019/2019-03/a boat.jpg").stat().st_mtime == NOW.timestamp()


def test_names_never_clash_and_have_a_suffix(place: Path, owner: User, make_photo: MakePhoto) -> None:
    taken = at("2019-03-21 11:04")
    for name in ("a.jpg", "A.JPG", "a.jpg.xmp", "a.jpg", "scan", "../x.jpg"):
        make_photo(original_name=name, taken_at=taken)

    written(place, owner)

    assert [str(record["path"]).rpartition("/")[2] for record in records(place)] == [
        "a.jpg",
        "A (2).JPG",
        "a.jpg (2).xmp",
        "a (3).jpg",
        "scan.jpg",
        "_.._x.jpg",
    ]
    assert len(names(place / "2019/2019-03")) == 12


def test_the_trash_and_the_photos_of_others_stay_inside(place: Path, owner: User, make_photo: MakePhoto) -> None:
    make_photo(original_name="mine.jpg")
    make_photo(original_name="trashed.jpg", trashed=True)
    make_photo(owner=make_user("berta"), original_name="hers.jpg")

    done = export(place, owner, [photo.pk for photo in Photo.objects.all()], Layout.DATE, NOW, lambda *_: None)

    assert done.photos == 1
    assert [record["original_name"] for record in records(place)] == ["mine.jpg"]


def test_an_export_that_broke_off_anywhere_goes_on_and_overwrites_nothing(
    place: Path, owner: User, make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(BaseException):
        pass

    for number in range(3):
        make_photo(original_name="a.jpg", taken_at=at(f"2019-03-2{number} 11:04"))
    real = {"bring": exporting.bring, "put": exporting.put}
    cuts = 0
    while not (place / HEADER).exists():
        steps = 0

        def cut(step: Callable[..., None], *arguments: object) -> None:
            nonlocal steps, cuts
            steps += 1
            if steps == 2 and cuts % 2:
                cuts += 1
                raise Cut
            step(*arguments)
            if steps == 2:
                cuts += 1
                raise Cut

        for name, step in real.items():
            monkeypatch.setattr(exporting, name, lambda *arguments, step=step, cut=cut: cut(step, *arguments))
        with suppress(Cut):
            done = written(place, owner)
        if not (place / HEADER).exists():
            with (place / RECORDS).open("a") as torn:
                torn.write('{"id": 99, "pa')

    assert cuts > 3
    assert done.photos == 3
    assert names(place / "2019/2019-03") == {
        name + suffix for name in ("a.jpg", "a (2).jpg", "a (3).jpg") for suffix in ("", ".xmp")
    }
    assert {storage.sha256_of(place / str(record["path"])) for record in records(place)} == set(
        Photo.objects.values_list("sha256", flat=True)
    )


def test_a_folder_with_anything_else_is_refused_and_left_as_it_was(
    place: Path, owner: User, make_photo: MakePhoto
) -> None:
    make_photo()
    place.mkdir()
    (place / "diary.txt").write_text("mine")

    with pytest.raises(NotForExport, match="holds other files"):
        written(place, owner)

    assert names(place) == {"diary.txt"}


def test_an_export_that_is_done_or_another_s_is_refused(place: Path, owner: User, make_photo: MakePhoto) -> None:
    make_photo()
    written(place, owner)

    with pytest.raises(NotForExport, match="that is done"):
        written(place, owner)
    (place / HEADER).unlink()
    with pytest.raises(NotForExport, match="a part of another export"):
        written(place, make_user("berta"))


def test_two_exports_into_one_folder_keep_apart(place: Path, owner: User) -> None:
    journal = Journal(place, {"owner": owner.username, "layout": "date"})

    with pytest.raises(NotForExport, match="under way"):
        written(place, owner)

    journal.close()


@pytest.mark.parametrize("inside", ["media", "media/below", "."])
def test_the_library_is_no_place_for_an_export(inside: str, owner: User, media: Path) -> None:
    with pytest.raises(NotForExport, match="holds the library"):
        written(media.parent / inside, owner)


def test_lost_and_altered_originals_are_named_and_all_others_written(
    place: Path, owner: User, make_photo: MakePhoto
) -> None:
    lost, altered, good = (make_photo(original_name=f"{name}.jpg") for name in ("lost", "altered", "good"))
    storage.path_of(lost.original).unlink()
    storage.path_of(altered.original).write_bytes(b"other")

    done = written(place, owner)

    assert done.photos == 1
    assert list(done.lacking.values()) == ["Its file is missing.", "Its file was altered."]
    assert [record["id"] for record in records(place)] == [good.pk]


def test_no_secret_leaves_the_library(place: Path, owner: User, make_photo: MakePhoto, settings: Settings) -> None:
    make_photo()
    owner.set_password("the password")
    owner.save()

    written(place, owner)

    said = (place / HEADER).read_text() + (place / RECORDS).read_text()
    assert settings.SECRET_KEY not in said
    assert owner.password not in said


def test_the_number_of_queries_does_not_grow_with_the_photos(
    place: Path, owner: User, make_photo: MakePhoto, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(12):
        make_photo(original_name=f"{number}.jpg", tags=["boat", "sea"])

    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        written(place, owner)
