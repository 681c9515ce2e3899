"""A library leaves by `export` and comes back by `import_photos`: nothing of it is another one then."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from PIL import ExifTags

from accounts.models import User
from albums.models import Album
from photos import curation, pipeline, storage, teaching
from photos.arrival import Arrival, Sidecar
from photos.exports import xmp
from photos.exports.journal import HEADER, RECORDS
from photos.imports.exported import ExportSource, NotAnExport
from photos.imports.importing import Plan, bring_in
from photos.imports.report import Report
from photos.imports.taking import Became, Manner
from photos.metadata import Face
from photos.models import Photo, PhotoFace, PhotoFile, TeachingExample
from photos.tests.factories import at
from photos.tests.pictures import exif, jpeg
from photos.uploads import accept_upload

NOW = at("2023-10-23 12:00")
DATED = exif({ExifTags.Base.Model: "D750"}, {ExifTags.Base.DateTimeOriginal: "2019:03:21 11:04:22"})


@pytest.fixture
def library(owner: User, media: Path) -> list[Photo]:  # noqa: ARG001 - a media folder of its own
    """Four photos of which much is known, in two albums with an order of their own, and one in the trash."""
    photos = []
    for number, colour in enumerate(("red", "green", "blue", "white", "black")):
        data = jpeg((60, 40), colour, exif=DATED if number % 2 else b"")
        sidecars = (Sidecar("p.xmp", xmp.packet(Photo(taken_at_source="upload"), ["dog"])),) if number == 3 else ()
        arrival = Arrival(NOW - timedelta(days=number), f"Trips/{colour}", sidecars)
        file = ContentFile(data, name=f"a {colour} photo.jpg")
        accepted = accept_upload(file, owner, NOW + timedelta(seconds=number), arrival=arrival)
        photos.append(pipeline.analyse(accepted.photo, NOW))
    one, two, three, four, trashed = photos
    now = timezone.now()
    curation.edit_photo(one, {"title": "A boat", "rating": 4, "favorite": True, "tags": ["boat", "sea"]}, now)
    curation.edit_photo(two, {"caption": "Mine", "description": "Two\nlines", "archived": True}, now)
    curation.edit_photo(three, {"taken_at": at("1999-12-31 23:59"), "location": {"latitude": 1.5, "longitude": 2}}, now)
    curation.retag(four, now, remove=[name for name in four.tag_names if name != "dog"])
    Photo.objects.filter(pk=four.pk).update(authors={"description": "seer"}, description="Seen")
    teaching.mark(teaching.word_named("regatta"), [one], True, now)
    teaching.mark(teaching.word_named("regatta"), [two], False, now)
    with_edits(two)
    PhotoFace.objects.inherit(three, [Face("Ada", 0.1, 0.2, 0.3, 0.4)], NOW)
    Album.objects.named(owner, "Trips / Best").add([three.pk, one.pk, two.pk, trashed.pk])
    Album.objects.named(owner, "Boats").add([one.pk])
    trashed.trash(now)
    return [pipeline.analyse(photo, now) for photo in photos[:4]]


def with_edits(photo: Photo) -> None:
    """Give a photo another version, and the video of a motion photo."""
    files = {
        "edited": ("p-edited.JPG", jpeg((80, 20), "pink")),
        "motion": ("p.MP4", b"what it did"),
        "sidecar": ("q.xmp", xmp.packet(Photo(taken_at=NOW, taken_at_source="sidecar", title="Of a merge"), [])),
    }
    for kind, (name, data) in files.items():
        incoming = storage.prepare() / name
        incoming.write_bytes(data)
        sha256, stored = storage.sha256_of(incoming), storage.keep(incoming, Path(name).suffix.lower())
        PhotoFile.objects.create(photo=photo, kind=kind, name=name, stored=stored, sha256=sha256, bytes=len(data))
    photo.files.filter(kind="sidecar").update(inherited_at=NOW)
    photo.files.filter(kind="edited").update(format="jpeg", width=80, height=20)
    Photo.objects.filter(pk=photo.pk).update(has_motion=True)


@pytest.fixture
def few(owner: User, media: Path) -> list[Photo]:  # noqa: ARG001 - a media folder of its own
    """Three photos of which little is known, and that nobody has looked at."""
    files = [ContentFile(jpeg((60, 40), colour), name=f"{colour}.jpg") for colour in ("red", "white", "blue")]
    red, white, blue = (accept_upload(file, owner, NOW).photo for file in files)
    red.edit({"title": "A boat", "favorite": True})
    white.add_tags(["dog"])
    Album.objects.named(owner, "Boats").add([red.pk])
    Album.objects.named(owner, "All").add([blue.pk, red.pk, white.pk])
    return [red, white, blue]


def told(owner: User) -> dict[str, Any]:
    """Tell everything of a library that is not found again by looking at the pictures."""
    left_out = {"id", "owner_id", "image", "updated_at", "trashed_at"}
    photos: dict[str, Any] = {}
    for photo in Photo.objects.visible_to(owner):
        columns = {name: value for name, value in vars(photo).items() if name[0] != "_" and name not in left_out}
        tags = photo.photo_tags.order_by("tag__name")
        files = photo.files.order_by("pk")
        photos[photo.sha256] = {
            **columns,
            "tags": list(tags.values_list("tag__name", "source", "model", "score", "rejected")),
            "shown": photo.tag_names,
            "files": [
                (file.kind, file.name, file.sha256, file.bytes, file.format, file.width, file.height, file.inherited_at)
                for file in files
            ],
            "faces": [(face.marked, face.inherited_at) for face in photo.faces.order_by("pk")],
            "bytes": storage.sha256_of(storage.path_of(photo.original)),
            "bytes beside": [storage.sha256_of(storage.path_of(file.stored)) for file in files],
            "examples": list(
                TeachingExample.objects.filter(photo=photo).values_list("word__word", "positive", "marked_at")
            ),
        }
    albums = {album.title: [photo.sha256 for photo in album.photos] for album in Album.objects.visible_to(owner)}
    return photos | {"albums": {"of": albums}}


def emptied() -> None:
    for photo in Photo.objects.all():
        curation.purge(photo)
    Album.objects.all().delete()


def originals() -> set[Path]:
    return {path for path in storage.media_root().glob("originals/*/*") if path.is_file()}


def taken_in(folder: Path, owner: User, manner: Manner = Manner.COPY) -> Report:
    report = Report()
    bring_in(ExportSource(folder), Plan(owner, manner), lambda: NOW + timedelta(days=99), lambda *_: None, report)
    return report


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("layout", ["date", "albums"])
def test_everything_that_was_known_comes_back(owner: User, tmp_path: Path, layout: str) -> None:
    before = told(owner)
    assert ("dog", "file", "", 1.0, False) in [tag for facts in before.values() for tag in facts.get("tags", ())]
    call_command("export", str(tmp_path / "export"), "--layout", layout)
    emptied()

    report = taken_in(tmp_path / "export", owner)
    for photo in Photo.objects.all():
        pipeline.analyse(photo, timezone.now())

    assert (report.became[Became.NEW], report.left_out, report.sidecars) == (4, 0, 4)
    after = told(owner)
    for sha256, facts in before.items():
        assert after[sha256] == facts
    assert list(after) == list(before)


@pytest.mark.usefixtures("library")
def test_a_second_import_changes_nothing_and_a_person_s_words_of_meanwhile_stay(owner: User, tmp_path: Path) -> None:
    call_command("export", str(tmp_path / "export"))
    photo = Photo.objects.visible_to(owner).get(title="A boat")
    curation.edit_photo(photo, {"title": "A ship"}, timezone.now())
    before = told(owner)

    report = taken_in(tmp_path / "export", owner)

    assert (report.became[Became.NEW], report.became[Became.THERE]) == (0, 4)
    assert told(owner) == before


@pytest.mark.usefixtures("library")
def test_moving_takes_originals_and_what_belongs_to_them_out_of_the_export(owner: User, tmp_path: Path) -> None:
    call_command("export", str(tmp_path / "export"))
    emptied()

    taken_in(tmp_path / "export", owner, Manner.MOVE)

    left = {path.suffix for path in (tmp_path / "export").rglob("*") if path.is_file()}
    assert left == {".xmp", ".json", ".jsonl"}
    assert PhotoFile.objects.count() == 4


@pytest.mark.usefixtures("few")
def test_an_altered_file_is_not_taken_for_the_exported_one(owner: User, tmp_path: Path) -> None:
    call_command("export", str(tmp_path / "export"))
    emptied()
    path = next((tmp_path / "export").rglob("red.jpg"))
    path.write_bytes(jpeg((60, 40), "yellow"))

    report = taken_in(tmp_path / "export", owner)

    (line,) = report.left()
    assert (line["path"], line["why"]) == (
        str(path),
        "It is not the file that was exported: its bytes have changed.",
    )
    assert Photo.objects.count() == 2


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        (RECORDS, lambda data: data.replace(b"A boat", b"A tank"), "is damaged"),
        (HEADER, lambda data: data[:-9], "is damaged"),
        (HEADER, lambda data: data.replace(b'"format": 1', b'"format": 9'), "another version"),
        (HEADER, None, "broke off"),
    ],
)
def test_a_damaged_export_is_refused_before_anything_is_taken(
    owner: User, tmp_path: Path, name: str, damage: Callable[[bytes], bytes] | None, said: str
) -> None:
    call_command("export", str(tmp_path / "export"))
    emptied()
    path = tmp_path / "export" / name
    if damage:
        path.write_bytes(damage(path.read_bytes()))
    else:
        path.unlink()

    with pytest.raises(NotAnExport, match=said):
        taken_in(tmp_path / "export", owner)

    assert not Photo.objects.exists()


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    "change",
    [
        {"path": "../../outside.jpg"},
        {"taken_at": "yesterday"},
        {"latitude": "north"},
        {"edited": "title"},
        {"rating": 99},
        {"tags": [{"name": "x", "source": "nobody", "model": "", "score": 1, "rejected": False}]},
        {"tags": [{"name": "x"}]},
        {"authors": 1},
        {"created_at": None},
        {"faces": {}},
        {"faces": [{"name": "Ada"}]},
        {"faces": [{"name": "", "left": "nan", "top": 0, "width": 1, "height": 1, "inherited_at": str(NOW)}]},
        {"faces": [{"name": "", "left": 0.9, "top": 0, "width": 1, "height": 1, "inherited_at": str(NOW)}]},
    ],
    ids=lambda change: "".join(change),
)
def test_a_record_that_cannot_be_is_named_and_the_others_are_taken(
    owner: User, tmp_path: Path, change: dict[str, Any]
) -> None:
    folder = tmp_path / "export"
    call_command("export", str(folder))
    emptied()
    before = originals()
    first, second, *others = (folder / RECORDS).read_text().splitlines()
    (folder / RECORDS).write_text("\n".join([first, json.dumps(json.loads(second) | change), *others]) + "\n")
    header = json.loads((folder / HEADER).read_text()) | {"records_sha256": storage.sha256_of(folder / RECORDS)}
    (folder / HEADER).write_text(json.dumps(header))

    report = taken_in(folder, owner)

    assert (report.became[Became.NEW], report.failed) == (2, 1)
    assert len(originals() - before) == Photo.objects.count() + PhotoFile.objects.count()


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("selection", "titles"),
    [
        (["--album", "Boats"], ["red.jpg"]),
        (["--query", "is:favorite"], ["red.jpg"]),
        (["--query", "is:favorite OR tag:dog"], ["red.jpg", "white.jpg"]),
    ],
)
def test_a_selection_leaves_alone(tmp_path: Path, selection: list[str], titles: list[str]) -> None:
    call_command("export", str(tmp_path / "export"), *selection)

    lines = (tmp_path / "export" / RECORDS).read_text().splitlines()[1:]
    assert [json.loads(line)["original_name"] for line in lines] == titles


def test_photos_are_selected_by_number(few: list[Photo], tmp_path: Path, owner: User) -> None:
    call_command("export", str(tmp_path / "export"), "--ids", f"{few[2].pk},{few[1].pk}", "--owner", owner)

    header = json.loads((tmp_path / "export" / HEADER).read_text())
    assert header["photos"] == 2
    assert [len(group["photos"]) for group in header["groups"]["albums"]] == [2]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--query", "boat"], "Name facts only"),
        (["--query", "rating:many"], "rating"),
        (["--album", "nowhere"], "There is no album"),
        (["--ids", "1,x"], "are no numbers"),
        (["--owner", "nobody"], "There is no user"),
    ],
)
def test_a_selection_that_is_none_is_refused(tmp_path: Path, options: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("export", str(tmp_path / "export"), *options)

    assert not (tmp_path / "export").exists()
