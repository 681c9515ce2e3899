from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags

from accounts.models import User
from photos import pipeline
from photos.grouping import groupings
from photos.imports.importing import Plan, bring_in
from photos.imports.report import Report
from photos.imports.takeout import Part, TakeoutSource, UnpackedPart, ZippedPart, is_takeout, takeout_roots
from photos.imports.takeout_notes import album_title_in, notes_in
from photos.imports.taking import Became
from photos.imports.zips import ZipPlace
from photos.models import Photo
from photos.tests.factories import at
from photos.tests.pictures import exif, jpeg
from photos.tests.zipped import zipped

NOW = at("2024-05-01 12:00")
TAKEN = int(datetime(2019, 5, 21, 8, 45, 52, tzinfo=UTC).timestamp())
DATED = exif({}, {ExifTags.Base.DateTimeOriginal: "2019:03:21 11:04:22"})
PLACED = exif(
    {},
    {},
    {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (10.0, 0.0, 0.0),
        ExifTags.GPS.GPSLongitudeRef: "E",
        ExifTags.GPS.GPSLongitude: (20.0, 0.0, 0.0),
    },
)

Run = Callable[[], Report]


class Takeout:
    """Archives of Takeout as they lie unpacked beside one another."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, data: bytes, archive: int = 1) -> Path:
        path = self.root / f"takeout-20240501T120000Z-{archive:03}" / "Takeout" / "Google Photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def tell(self, name: str, archive: int = 1, **said: Any) -> Path:
        title = name.rpartition("/")[2].removesuffix(".json").removesuffix(".supplemental-metadata")
        notes = {"title": title, "photoTakenTime": {"timestamp": f"{TAKEN}", "formatted": "21.05.2019"}} | said
        return self.put(name, json.dumps(notes).encode(), archive)

    def zipped(self) -> list[Path]:
        """Pack each archive, as it was downloaded."""
        folders = sorted(path for path in self.root.iterdir() if path.is_dir())
        for folder in folders:
            files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
            folder.with_suffix(".zip").write_bytes(zipped(files))
        return [folder.with_suffix(".zip") for folder in folders]


@pytest.fixture
def takeout(tmp_path: Path, media: Path) -> Takeout:  # noqa: ARG001 - a media folder of its own
    return Takeout(tmp_path / "unpacked")


@pytest.fixture(params=["unpacked", "zipped"])
def run(request: pytest.FixtureRequest, takeout: Takeout, owner: User) -> Run:
    """Take the archives in, unpacked or as ZIPs, and analyse what came; return the report."""

    def once() -> Report:
        report = Report()
        parts: list[Part] = [UnpackedPart(root) for root in takeout_roots(takeout.root)]
        if request.param == "zipped":
            parts = [ZippedPart(ZipPlace(path)) for path in takeout.zipped()]
        source = TakeoutSource(parts, NOW)
        bring_in(source, Plan(owner), lambda: NOW, lambda *_: None, report)
        for photo in Photo.objects.filter(status="queued"):
            pipeline.analyse(photo, NOW)
        return report

    return once


def albums() -> dict[str, list[str]]:
    (grouping,) = [grouping for grouping in groupings() if grouping.kind == "albums"]
    names = dict(Photo.objects.values_list("pk", "original_name"))
    return {names[pk]: list(titles) for pk, titles in grouping.titles(names).items()}


def test_what_google_knows_of_a_photo_comes_with_it(takeout: Takeout, run: Run) -> None:
    takeout.put("Photos from 2019/x.jpg", jpeg())
    takeout.tell(
        "Photos from 2019/x.jpg.supplemental-metadata.json",
        description="At the <harbour>",
        geoData={"latitude": 48.8584, "longitude": 2.2945, "altitude": 33.0},
        people=[{"name": "Ann Lee"}, {"name": ""}, "nobody"],
        favorited=True,
        archived=True,
    )

    report = run()

    photo = Photo.objects.get()
    assert (report.became[Became.NEW], report.sidecars, report.left_out) == (1, 1, 0)
    assert (photo.description, photo.favorite, photo.archived) == ("At the <harbour>", True, True)
    assert (photo.latitude, photo.longitude, photo.altitude) == (48.8584, 2.2945, 33.0)
    assert (photo.taken_at, photo.taken_offset) == (at("2019-05-21 10:45:52"), 120)
    assert ("ann lee", "file") in photo.photo_tags.values_list("tag__name", "source")


def test_what_the_file_itself_says_of_date_and_place_wins(takeout: Takeout, run: Run) -> None:
    takeout.put("Photos from 2019/dated.jpg", jpeg(exif=DATED))
    takeout.tell("Photos from 2019/dated.jpg.json", geoData={"latitude": 48.8584, "longitude": 2.2945})
    takeout.put("Photos from 2019/placed.jpg", jpeg(exif=PLACED))
    takeout.tell("Photos from 2019/placed.jpg.json", geoData={"latitude": 48.8584, "longitude": 2.2945})

    run()

    dated = Photo.objects.get(original_name="dated.jpg")
    placed = Photo.objects.get(original_name="placed.jpg")
    assert (dated.taken_at, dated.taken_at_source, dated.latitude) == (at("2019-03-21 11:04:22"), "exif", 48.8584)
    assert (placed.latitude, placed.longitude) == (10.0, 20.0)


@pytest.mark.parametrize(
    ("name", "taken_at", "offset"),
    [
        ("x.jpg", at("2019-05-21 08:45:52"), 0),
        ("IMG_20190521_104552.jpg", at("2019-05-21 10:45:52"), 120),
        ("IMG_20190521_104612.jpg", at("2019-05-21 08:45:52"), 0),  # 20 seconds off are no zone
    ],
)
def test_without_a_place_the_name_tells_the_zone_or_it_stays_in_utc(
    takeout: Takeout, run: Run, name: str, taken_at: datetime, offset: int
) -> None:
    takeout.put(f"Photos from 2019/{name}", jpeg())
    takeout.tell(f"Photos from 2019/{name}.json", geoData={"latitude": 0.0, "longitude": 0.0})

    run()

    photo = Photo.objects.get()
    assert (photo.taken_at, photo.taken_offset, photo.latitude) == (taken_at, offset, None)


def test_notes_and_photos_of_one_folder_may_lie_in_several_archives(takeout: Takeout, run: Run) -> None:
    takeout.put("Boats/x.jpg", jpeg(), archive=1)
    takeout.tell("Boats/x.jpg.json", archive=2, favorited=True)
    takeout.put("Boats/metadata.json", json.dumps({"title": "Boats & more"}).encode(), archive=3)

    report = run()

    assert Photo.objects.get().favorite
    assert albums() == {"x.jpg": ["Boats & more"]}
    assert (report.files, report.sidecars) == (3, 2)


def test_albums_are_those_of_people_and_a_photo_in_two_folders_is_one(takeout: Takeout, run: Run) -> None:
    for folder, title in (("Photos from 2019", "Photos from 2019"), ("Boats", "Boats"), ("Untitled(1)", "")):
        takeout.put(f"{folder}/x.jpg", jpeg())
        takeout.tell(f"{folder}/x.jpg.json")
        takeout.put(f"{folder}/metadata.json", json.dumps({"title": title, "description": ""}).encode())

    report = run()

    assert (report.became[Became.NEW], report.became[Became.THERE]) == (1, 2)
    assert albums() == {"x.jpg": ["Boats"]}


def test_an_edited_twin_has_the_notes_of_the_first(takeout: Takeout, run: Run) -> None:
    takeout.put("Photos from 2019/x.jpg", jpeg(colour="red"))
    takeout.put("Photos from 2019/x-edited.jpg", jpeg(colour="blue"))
    takeout.tell("Photos from 2019/x.jpg.json", description="A boat", title="x.jpg")

    run()

    assert sorted(Photo.objects.values_list("original_name", "description")) == [
        ("x-edited.jpg", "A boat"),
        ("x.jpg", "A boat"),
    ]


def test_what_google_has_cut_gets_its_whole_name_back(takeout: Takeout, run: Run) -> None:
    name = "a photo with a name that is much longer than Google likes.jpg"
    takeout.put(f"Photos from 2019/{name[:47]}.jpg", jpeg())
    takeout.tell(f"Photos from 2019/{name[:46]}.json", title=name)
    takeout.put("Photos from 2019/x(1).jpg", jpeg(colour="blue"))
    takeout.tell("Photos from 2019/x.jpg(1).json", title="x.jpg")

    run()

    assert set(Photo.objects.values_list("original_name", flat=True)) == {name, "x.jpg"}


def test_what_was_in_google_s_trash_stays_out_and_lonely_notes_are_named(takeout: Takeout, run: Run) -> None:
    takeout.put("Trash/x.jpg", jpeg())
    takeout.tell("Trash/x.jpg.json", trashed=True)
    takeout.tell("Photos from 2019/gone.jpg.json")

    report = run()

    assert {Path(line["path"]).name: line["why"] for line in report.left()} == {
        "x.jpg": "It was in the trash at Google's.",
        "gone.jpg.json": "Google's notes of a file that is not in these folders.",
    }
    assert not Photo.objects.exists()


def test_a_second_run_takes_nothing_twice(takeout: Takeout, run: Run) -> None:
    takeout.put("Boats/x.jpg", jpeg())
    takeout.tell("Boats/x.jpg.json")
    run()

    assert (run().became[Became.THERE], Photo.objects.count(), Photo.objects.get().files.count()) == (1, 1, 1)


@pytest.mark.parametrize("seconds", [-62_135_596_800, 253_402_300_799])
def test_a_moment_at_an_end_of_the_calendar_ends_no_import(takeout: Takeout, run: Run, seconds: int) -> None:
    place = {"latitude": 40.7, "longitude": -74.0} if seconds < 0 else {"latitude": 35.7, "longitude": 139.7}
    takeout.put("Photos from 2019/x.jpg", jpeg())
    notes = {"title": "x.jpg", "photoTakenTime": {"timestamp": f"{seconds}"}, "geoData": place}
    takeout.put("Photos from 2019/x.jpg.json", json.dumps(notes).encode())

    assert run().became[Became.NEW] == 1


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"no json",
        b"[" * 100_000,
        b'{"photoTakenTime": 7}',
        b'{"photoTakenTime": {"timestamp": "x"}, "geoData": [], "people": 3, "title": 5, "description": null}',
        b'{"photoTakenTime": {"timestamp": "99999999999999999999"}, "geoData": {"latitude": 1e400, "longitude": 1}}',
    ],
    ids=range(7),
)
def test_notes_that_say_nothing_credible_keep_no_photo_out(takeout: Takeout, run: Run, said: bytes) -> None:
    takeout.put("Photos from 2019/x.jpg", jpeg())
    takeout.put("Photos from 2019/x.jpg.json", said)

    report = run()

    assert (report.became[Became.NEW], Photo.objects.get().latitude) == (1, None)


def test_notes_and_albums_are_told_apart(takeout: Takeout) -> None:
    photo = takeout.tell("Boats/x.jpg.json")
    album = takeout.put("Boats/metadata.json", b'{"title": "Boats", "date": {"timestamp": "1"}}')
    older = takeout.put("Boats/metadata(1).json", b'{"albumData": {"title": "Old boats"}}')

    said, *titled = [path.read_bytes() for path in (photo, album, older)]

    assert (notes_in(said) is not None, album_title_in(said)) == (True, None)
    assert (notes_in(titled[0]), *map(album_title_in, titled)) == (None, "Boats", "Old boats")


def test_a_takeout_is_known_by_its_folder(takeout: Takeout) -> None:
    path = takeout.put("Boats/x.jpg", jpeg(), archive=1)
    takeout.put("Boats/y.jpg", jpeg(), archive=2)
    root = path.parent.parent.parent

    assert len(takeout_roots(takeout.root)) == 2
    assert takeout_roots(root) == takeout_roots(root.parent) == [root]
    assert takeout_roots(root / "Google Photos") == [root / "Google Photos"]
    assert [is_takeout(ZipPlace(path)) for path in takeout.zipped()] == [True, True]
    assert takeout_roots(path.parent) == takeout_roots(takeout.root / "nowhere") == []
