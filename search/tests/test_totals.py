from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from photos.models import ColourName, Photo, PhotoTag, Tag
from photos.tests.factories import at, make_user
from search.facets import facets, keeping
from search.facets.keeping import Counter, FreshCounter, KeptCounter, counter
from search.idlists import ids_of
from search.models import Library
from search.ranking.answers import strong_ids
from search.ranking.modes import Mode
from search.ranking.totals import Totals, totals
from search.tests.changes import change
from search.tests.libraries import random_library

MakePhoto = Callable[..., Photo]

QUERIES = [
    "tag:food",
    "-tag:work",
    "iso:>=100",
    "dog",
    "dog OR tag:cafe",
    "is:archived",
    "exit -tag:food",
    "camera:canon",
]


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(keeping, "_kept", None)
    yield


def counted(found: Totals, name: str) -> dict[str, int]:
    [group] = [group for group in found.groups if group.facet.name == name]
    return {value.name: value.count for value in group.values}


def assert_right(user: User, mode: Mode, text: str) -> int:
    """Click on everything: each count is how many answers the narrowed query has."""
    found, clicks = totals(text, user, mode), 0
    assert found.total == len(strong_ids(text, user, mode))
    for group in found.groups:
        counts = [value.count for value in group.values]
        assert counts == sorted(counts, reverse=True)
        for value in group.values:
            if not value.is_asked:
                assert len(strong_ids(value.query, user, mode)) == value.count, (text, value)
                clicks += 1
    return clicks


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_every_count_is_what_a_click_finds_whatever_happens_to_the_library(seed: int, owner: User) -> None:
    chance, stranger = random.Random(seed), make_user("eve")
    for photo in random_library(seed, owner, stranger, count=40):
        if chance.random() < 0.5:
            ColourName.objects.put(photo, chance.sample(["red", "teal", "blue"], 2))
    Library.position()
    clicks = 0

    for _ in range(6):
        for _ in range(3):
            change(chance)
        clicks += assert_right(chance.choice([owner, stranger]), chance.choice(list(Mode)), chance.choice(QUERIES))

    assert isinstance(counter(), KeptCounter)
    assert clicks > 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_counts_as_what_is_read_anew(seed: int, owner: User) -> None:
    chance = random.Random(seed)
    random_library(seed, owner, make_user("eve"), count=50)
    Library.position()

    for _ in range(12):
        change(chance)
        ids = ids_of(Photo.objects.filter(pk__gte=chance.choice([0, 10, 30])))
        for facet in facets():
            assert counter().counts(facet, ids, owner) == FreshCounter().counts(facet, ids, owner)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [FreshCounter, KeptCounter])
def test_a_counter_counts(make_photo: MakePhoto, owner: User, kind: type[Counter]) -> None:
    Library.position()
    photos = [
        make_photo(tags=["café", "dog"], taken_at=at("2019-12-31 23:59"), camera_make="Canon", camera_model="EOS R5"),
        make_photo(tags=["cafe", "café"], taken_at=at("2020-01-01 00:00"), camera_make="Canon", camera_model="EOS R50"),
        make_photo(tags=["dog"], taken_at=at("2020-06-01 00:00"), camera_make="", camera_model=""),
        make_photo(tags=["dog"], taken_at=at("0999-06-01 00:00"), camera_make="Apple", camera_model="iPhone 7"),
    ]
    photos[2].remove_tags(["dog"])
    ids = np.array([photo.pk for photo in photos])
    counting = FreshCounter() if kind is FreshCounter else counter()
    assert isinstance(counting, kind)

    found = {facet.name: counting.counts(facet, ids, owner) for facet in facets()}

    assert found["tags"] == {"cafe": 2, "dog": 2}
    assert found["years"] == {"0999": 1, "2019": 1, "2020": 2}
    assert found["cameras"] == {"Canon EOS R5": 2, "Canon EOS R50": 1, "Apple iPhone 7": 1}
    assert counting.counts(facets()[0], ids[:1], owner) == {"café": 1, "dog": 1}
    assert counting.counts(facets()[0], ids[:0], owner) == {}
    assert "0999" not in counted(totals("-tag:nothing", owner, Mode.HYBRID), "years")


@pytest.mark.django_db
def test_values_lead_to_a_narrower_query_and_those_asked_for_to_a_wider_one(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=["dog", "hot dog"], caption="A beach")
    make_photo(tags=["dog"], caption="A beach")

    found = totals("beach tag:dog", owner, Mode.TEXT)

    [tags] = [group for group in found.groups if group.facet.name == "tags"]
    dog, hot_dog = tags.values
    assert found.total == 2
    assert (dog.name, dog.count, dog.is_asked, dog.query) == ("dog", 2, True, "beach")
    assert (hot_dog.name, hot_dog.count, hot_dog.is_asked) == ("hot dog", 1, False)
    assert hot_dog.query == 'beach tag:dog tag:"hot dog"'
    assert totals("tag:dog", owner, Mode.TEXT).groups[0].values[0].query == ""
    long = " ".join(["beach", *(f"-tag:{'x' * 40}{number}" for number in range(4))])  # 193 characters
    assert totals(long, owner, Mode.TEXT).groups[0].values[0].query == ""


@pytest.mark.django_db
def test_a_facet_has_fifty_values_by_count_and_name(make_photo: MakePhoto, owner: User) -> None:
    photos = [make_photo() for _ in range(2)]
    tags = Tag.objects.bulk_create(Tag(name=f"tag {number:02}") for number in range(60))
    PhotoTag.objects.bulk_create(PhotoTag(photo=photos[0], tag=tag) for tag in tags)
    PhotoTag.objects.create(photo=photos[1], tag=tags[59])

    found = counted(totals("-tag:nothing", owner, Mode.TEXT), "tags")

    assert list(found) == ["tag 59", *(f"tag {number:02}" for number in range(49))]


@pytest.mark.django_db
def test_other_people_s_photos_count_for_nobody_else(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=["dog"], caption="A beach", camera_model="R5")
    make_photo(tags=["secret"], caption="A beach", camera_model="R500", owner=make_user("eve"))
    make_photo(tags=["gone"], caption="A beach", trashed=True)

    found = totals("beach", owner, Mode.TEXT)

    assert found.total == 1
    assert (counted(found, "tags"), counted(found, "cameras")) == ({"dog": 1}, {"R5": 1})


@pytest.mark.django_db(transaction=True)
def test_photos_are_read_once_and_then_only_those_that_changed(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(tags=["dog"])
    Library.position()
    totals("tag:dog", owner, Mode.TEXT)

    with CaptureQueriesContext(connection) as unchanged:
        counter()
    photo.add_tags(["cat"])
    with CaptureQueriesContext(connection) as mended:
        counter()

    assert len(unchanged) == 1
    assert all(f"'[{photo.pk}]'" in query["sql"] for query in mended if "pairs(" in query["sql"])
    assert counted(totals("tag:dog", owner, Mode.TEXT), "tags") == {"cat": 1, "dog": 1}
