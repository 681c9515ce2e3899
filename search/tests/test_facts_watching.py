from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import User
from albums.models import Album
from photos.models import Photo, PhotoTag, RecognisedText, Tag
from photos.tests.factories import at, make_user
from search.facts.changes import FactChange
from search.facts.sources import Source, of_photo, watched
from search.facts.watching import install, triggers, uninstall
from search.filters import allowed
from search.language import operators, parse
from search.language.kinds import Fact, NumberFact

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db

EXAMPLES = [example for operator in operators() if isinstance(operator, Fact) for example in operator.examples]


def news(act: Callable[[], object]) -> list[int]:
    """Return what is in the log of what was done, each photo once."""
    last = FactChange.objects.order_by("pk").last()
    act()
    logged = FactChange.objects.filter(pk__gt=last.pk if last else 0)
    return sorted(set(logged.values_list("photo_id", flat=True)))


@pytest.mark.parametrize(
    "fields",
    [
        {"taken_at": at("2001-01-01 00:00")},
        {"camera_make": "Canon"},
        {"lens": "Macro"},
        {"iso": 800},
        {"rating": 3},
        {"favorite": True},
        {"archived": True},
        {"trashed_at": at("2001-01-01 00:00")},
        {"latitude": 1.0},
        {"status": "failed"},
        {"width": 1},
        {"caption": "A dog."},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_changed_fact_is_news_of_its_photo_and_the_same_once_more_is_not(
    make_photo: MakePhoto, fields: dict[str, object]
) -> None:
    photo, _ = make_photo(), make_photo()
    photos = Photo.objects.filter(pk=photo.pk)

    assert news(lambda: photos.update(**fields)) == [photo.pk]
    assert news(lambda: photos.update(**fields)) == []


def test_what_no_fact_reads_is_no_news(make_photo: MakePhoto) -> None:
    photo = make_photo(caption="A dog.")

    assert news(lambda: Photo.objects.update(caption="A cat.", title="x", updated_at=at("2001-01-01 00:00"))) == []
    assert news(lambda: PhotoTag.objects.create(photo=photo, tag=Tag.objects.create(name="a"))) == [photo.pk]
    assert news(lambda: PhotoTag.objects.update(score=0.3, model="other")) == []


def test_tags_and_read_text_are_news_whoever_writes_them(make_photo: MakePhoto) -> None:
    photo, other = make_photo(), make_photo()
    tag = Tag.objects.create(name="dog")

    assert news(lambda: PhotoTag.objects.bulk_create([PhotoTag(photo=photo, tag=tag)])) == [photo.pk]
    again = [PhotoTag(photo=photo, tag=tag), PhotoTag(photo=other, tag=tag)]
    assert news(lambda: PhotoTag.objects.bulk_create(again, ignore_conflicts=True)) == [other.pk]
    assert news(lambda: PhotoTag.objects.filter(photo=photo).update(rejected=True)) == [photo.pk]
    assert news(lambda: PhotoTag.objects.filter(photo=photo).delete()) == [photo.pk]
    assert news(lambda: PhotoTag.objects.update(photo=photo)) == [photo.pk, other.pk]
    read = {"text": "EXIT", "lines": [], "model": "made", "read_at": at("2024-01-01 00:00")}
    assert news(lambda: RecognisedText.objects.create(photo=photo, **read)) == [photo.pk]
    assert news(lambda: RecognisedText.objects.update(text="WAY OUT")) == []
    assert news(lambda: RecognisedText.objects.all().delete()) == [photo.pk]
    assert news(lambda: Photo.objects.filter(pk=other.pk).update(owner=make_user("eve"))) == [other.pk]


def test_a_tag_with_another_name_is_news_of_everything(make_photo: MakePhoto) -> None:
    make_photo(tags=["dog"])

    assert news(lambda: Tag.objects.update(name="hound")) == [FactChange.EVERY]
    assert news(lambda: Tag.objects.update(name="hound")) == []


def test_a_photo_that_comes_and_goes_is_news(make_photo: MakePhoto) -> None:
    new = news(make_photo)
    photo = Photo.objects.get()

    assert new == [photo.pk]
    assert news(lambda: Photo.objects.all().delete()) == [photo.pk]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_column_that_a_filter_reads_is_watched(owner: User, make_photo: MakePhoto, example: str) -> None:
    photo = make_photo(tags=["food", "hot dog"], camera_make="canon", camera_model="eos iphone", lens="macro ef 50mm")
    for title in ("summer 2024", "best"):
        Album.objects.named(owner, title).add([photo.pk])
    watched_columns = {(source.table, name) for source in watched() for name in (*source.columns, source.photo)}
    watched_tables = {source.table for source in watched()}

    sql = str(allowed(parse(example), owner).order_by().values("pk").query)

    tables = {alias or table: table for table, alias in re.findall(r'(?:FROM|JOIN) "(\w+)"(?: (U\d+))?', sql)}
    read = {(tables[alias], name) for alias, name in re.findall(r'"?(\w+)"?\."(\w+)"', sql)}
    assert set(tables.values()) <= watched_tables
    assert read - watched_columns <= {("tag", "id"), ("photo", "id"), ("photo_tag", "id")}


def test_an_operator_brings_its_own_tables(make_photo: MakePhoto) -> None:
    photo, title = make_photo(), of_photo("title")
    shelves = Source("teaching_example", ("positive",))
    bytes_of = NumberFact(name="bytes", help="Size.", examples=("bytes:1",), column="bytes", reads=(title, shelves))

    assert {"search_fact_teaching_example_inserted", "search_fact_photo_updated"} <= set(triggers(bytes_of.sources))
    assert install([*watched(), *bytes_of.sources])
    assert news(lambda: Photo.objects.update(bytes=5)) == news(lambda: Photo.objects.update(title="new")) == [photo.pk]


def test_triggers_are_made_where_they_are_missing_or_others_and_then_everything_is_news() -> None:
    assert not install(watched())

    uninstall()
    assert news(lambda: install(watched())) == [FactChange.EVERY]
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER search_fact_photo_updated")
    assert news(lambda: install(watched())) == [FactChange.EVERY]
    assert not install(watched())


def test_the_log_forgets_its_beginning_and_counts_on(make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FactChange, "KEPT", 2)
    photos = [make_photo() for _ in range(4)]
    newest = FactChange.objects.order_by("pk").last()
    assert newest

    assert FactChange.prune() >= 2
    assert [change.photo_id for change in FactChange.objects.order_by("pk")] == [photos[2].pk, photos[3].pk]
    Photo.objects.filter(pk=photos[0].pk).update(rating=1)
    assert FactChange.objects.order_by("pk").last() == FactChange(pk=newest.pk + 1)
