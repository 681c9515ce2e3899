"""Exports as a ZIP: from the page and over HTTP, and back in by import_photos."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from photos import integrity, storage
from photos.exports import xmp
from photos.exports.contents import Layout
from photos.exports.journal import HEADER, RECORDS
from photos.exports.zipping import zipped
from photos.grouping import groupings
from photos.imports import exported
from photos.imports.exported import ExportSource, NotAnExport
from photos.imports.importing import Plan, bring_in
from photos.imports.report import Report
from photos.imports.taking import Became
from photos.imports.zips import ZipPlace
from photos.metadata.faces import Stored
from photos.metadata.facts import Face
from photos.metadata.from_xmp import facts_of_xmp
from photos.models import Photo, PhotoFace, PhotoFile
from photos.tests.factories import at, make_user, make_version
from photos.tests.requesting import problem_of

pytestmark = pytest.mark.django_db
NOW = at("2024-06-01 12:00")
MakePhoto = Callable[..., Photo]


@pytest.fixture(autouse=True)
def own_media(media: Path) -> Path:
    return media


def opened(data: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(BytesIO(data))
    assert archive.testzip() is None
    return archive


def downloaded(response: Any) -> zipfile.ZipFile:
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert response["Content-Disposition"].startswith('attachment; filename="cloudzy-')
    return opened(response.getvalue())


def test_a_zip_has_all_that_an_export_has(owner: User, make_photo: MakePhoto) -> None:
    photo = make_photo(original_name="a boat.jpg", taken_at=at("2019-03-21 11:04"), title="A boat")
    make_photo(original_name="A Boat.jpg", taken_at=at("2019-03-02 11:04"))
    raw = make_version(photo, name="IMG_1.dng")

    archive = opened(b"".join(zipped(owner, [photo.pk, photo.pk + 1], Layout.DATE, NOW)))

    folder = "2019/2019-03"
    assert archive.namelist() == [
        f"{folder}/a boat.jpg",
        f"{folder}/a boat.jpg.xmp",
        f"{folder}/a boat.dng",
        f"{folder}/A Boat (2).jpg",
        f"{folder}/A Boat (2).jpg.xmp",
        RECORDS,
        HEADER,
    ]
    assert archive.read(f"{folder}/a boat.jpg") == storage.path_of(photo.original).read_bytes()
    assert archive.read(f"{folder}/a boat.dng") == storage.path_of(raw.stored).read_bytes()
    assert json.loads(archive.read(HEADER))["photos"] == 2


def test_what_is_lost_or_altered_is_named_and_all_else_is_there(owner: User, make_photo: MakePhoto) -> None:
    lost, altered, whole = (make_photo(original_name=f"{name}.jpg") for name in "abc")
    storage.path_of(lost.original).unlink()
    storage.path_of(altered.original).write_bytes(b"other bytes")

    archive = opened(b"".join(zipped(owner, [lost.pk, altered.pk, whole.pk], Layout.DATE, NOW)))

    header = json.loads(archive.read(HEADER))
    assert header["lacking"] == {
        f"{lost.pk}: a.jpg": "Its file is missing.",
        f"{altered.pk}: b.jpg": "Its file was altered.",
    }
    assert (header["photos"], archive.read(RECORDS).count(b"\n")) == (1, 2)


def test_a_disk_that_goes_breaks_the_download_off(owner: User, make_photo: MakePhoto, media: Path) -> None:
    photo = make_photo()
    storage.mark()
    bytes_of = zipped(owner, [photo.pk], Layout.DATE, NOW)
    media.rename(media.with_name("away"))

    with pytest.raises(FileNotFoundError):
        list(bytes_of)


@pytest.mark.parametrize("unpacked", [False, True])
def test_a_sidecar_that_is_too_large_is_named_and_its_photo_comes_without_it(
    make_photo: MakePhoto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unpacked: bool
) -> None:
    photo = make_photo(original_name="a.jpg", title="A boat", edited=["title"])
    sidecar = make_version(photo, kind=PhotoFile.Kind.SIDECAR, name="a.xmp")
    path, folder = tmp_path / "export.zip", tmp_path / "export"
    path.write_bytes(b"".join(zipped(photo.owner, [photo.pk], Layout.DATE, NOW)))
    opened(path.read_bytes()).extractall(folder)
    other, report = make_user("berta"), Report()
    monkeypatch.setattr(exported, "LARGEST_SIDECAR", sidecar.bytes - 1)

    source = ExportSource(folder) if unpacked else ExportSource(path, ZipPlace(path))
    bring_in(source, Plan(other), lambda: NOW, lambda *_: None, report)

    (back,) = Photo.objects.visible_to(other)
    (left,) = report.left()
    assert (back.title, back.files.count(), report.failed) == ("A boat", 0, 1)
    assert (left["path"].endswith(".xmp"), left["why"]) == (True, exported.TOO_LARGE)


def test_a_zip_is_taken_back_with_all_that_was_known(owner: User, make_photo: MakePhoto, tmp_path: Path) -> None:
    photo = make_photo(original_name="a.jpg", title="A boat", favorite=True, edited=["title"])
    make_version(photo, kind=PhotoFile.Kind.RAW, name="a.dng")
    (albums,) = [grouping for grouping in groupings() if grouping.kind == "albums"]
    albums.put(owner, "Boats", [photo.pk])
    path = tmp_path / "export.zip"
    path.write_bytes(b"".join(zipped(owner, [photo.pk], Layout.ALBUMS, NOW)))
    other, report = make_user("berta"), Report()

    bring_in(ExportSource(path, ZipPlace(path)), Plan(other), lambda: NOW, lambda *_: None, report)

    (back,) = Photo.objects.visible_to(other)
    assert (report.became[Became.NEW], report.files, list(report.left())) == (1, 2, [])
    assert (back.title, back.favorite, back.edited, back.sha256) == ("A boat", True, ["title"], photo.sha256)
    assert [file.name for file in back.files.all()] == ["a.dng"]
    assert list(albums.titles([back.pk]).values()) == [["Boats"]]
    assert list(integrity.faults(NOW, hashes=True)) == []


def test_a_zip_that_is_damaged_is_no_export(owner: User, make_photo: MakePhoto, tmp_path: Path) -> None:
    whole = opened(b"".join(zipped(owner, [make_photo().pk], Layout.DATE, NOW)))
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, whole.read(name) + (b"\n" if name == RECORDS else b""))

    with pytest.raises(NotAnExport, match="is damaged"):
        bring_in(ExportSource(path, ZipPlace(path)), Plan(owner), lambda: NOW, lambda *_: None, Report())


def test_the_page_tells_how_much_it_is_and_sends_everything(client: Client, make_photo: MakePhoto) -> None:
    make_photo(), make_photo(), make_photo(trashed=True)

    page = client.get(reverse("photos:export")).content.decode()
    archive = downloaded(client.post(reverse("photos:export_zip"), {"layout": "date"}))

    assert "2 photos, " in page
    assert json.loads(archive.read(HEADER))["photos"] == 2


def test_what_is_selected_in_the_gallery_is_sent_alone(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    make_photo()

    page = client.post(reverse("photos:export"), {"photo": [photo.pk]}).content.decode()
    archive = downloaded(client.post(reverse("photos:export_zip"), {"layout": "albums", "photo": [photo.pk]}))

    assert "Export 1 photo</h1>" in page
    assert f'name="photo" value="{photo.pk}"' in page
    assert json.loads(archive.read(HEADER))["photos"] == 1


def test_nothing_to_export_is_said(client: Client, owner: User) -> None:  # noqa: ARG001
    assert "There is no photo to export yet." in client.get(reverse("photos:export")).content.decode()
    answer = client.post(reverse("photos:export_zip"), {"layout": "date"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("photos:export"))
    assert client.post(reverse("photos:export_zip"), {"layout": "tree"}).status_code == 302


def test_nobody_exports_the_photos_of_another(client: Client, make_photo: MakePhoto) -> None:
    theirs, mine = make_photo(owner=make_user("berta")), make_photo()

    archive = downloaded(client.post(reverse("photos:export_zip"), {"layout": "date", "photo": [theirs.pk, mine.pk]}))
    answer = client.post("/exports", {"photos": [theirs.pk]}, content_type="application/json")

    assert json.loads(archive.read(HEADER))["photos"] == 1
    assert problem_of(answer) == (404, "not_found")


def test_the_api_sends_a_zip(client: Client, make_photo: MakePhoto) -> None:
    first, second = make_photo(), make_photo()

    everything = downloaded(client.post("/exports", {}, content_type="application/json"))
    one = downloaded(client.post("/exports", {"photos": [second.pk]}, content_type="application/json"))

    assert json.loads(everything.read(HEADER))["photos"] == 2
    assert json.loads(one.read(RECORDS).splitlines()[1])["id"] == second.pk != first.pk


@pytest.mark.parametrize(
    "wish", [{"photos": []}, {"photos": ["a"]}, {"layout": "tree"}, {"other": 1}, {"photos": [0]}], ids=str
)
def test_a_wish_that_is_none_is_refused(client: Client, owner: User, wish: dict[str, Any]) -> None:  # noqa: ARG001
    assert client.post("/exports", wish, content_type="application/json").status_code == 400


def test_it_takes_constantly_many_queries(
    owner: User, make_photo: MakePhoto, django_assert_max_num_queries: Any
) -> None:
    ids = [make_photo().pk for _ in range(30)]

    with django_assert_max_num_queries(12):
        list(zipped(owner, ids, Layout.ALBUMS, NOW))


# Faces

SIDES = st.integers(1, 400_000)


@given(
    st.lists(st.tuples(st.sampled_from(["Ann Lee", "", "Bö & <c>"]), SIDES, SIDES, SIDES, SIDES), max_size=5),
    st.integers(1, 8),
)
def test_faces_are_read_back_as_they_were_however_the_picture_is_turned(
    said: list[tuple[str, int, int, int, int]], orientation: int
) -> None:
    faces = [
        Face(name, (left + number * 20_000) / 10**6, top / 10**6, width / 10**6, height / 10**6)
        for number, (name, left, top, width, height) in enumerate(said)
    ]
    first = facts_of_xmp(_packet(faces, orientation), Stored(80, 60, orientation)).faces

    assert facts_of_xmp(_packet(first, orientation), Stored(80, 60, orientation)).faces == first
    assert {face.name for face in first} <= {face.name for face in faces}
    if len(faces) == 1:
        assert list(first) == faces


def test_programs_that_read_only_the_working_group_s_regions_find_the_faces() -> None:
    packet = _packet([Face("Ann Lee", 0.1, 0.2, 0.3, 0.25)], 6).decode()
    alone = packet[: packet.index("<MP:RegionInfo")] + packet[packet.index("</MP:RegionInfo>") + 16 :]

    assert 'mwg-rs:Name="Ann Lee"' in alone
    assert facts_of_xmp(alone.encode(), Stored(80, 60, 6)).faces == (Face("Ann Lee", 0.1, 0.2, 0.3, 0.25),)


def _packet(faces: Any, orientation: int) -> bytes:
    rows = [PhotoFace(**vars(face)) for face in faces]
    photo = Photo(taken_at_source="upload", width=80, height=60)
    return xmp.packet(photo, [], rows, Stored(80, 60, orientation))
