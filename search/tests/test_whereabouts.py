from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from photos.metadata import Face
from photos.models import Photo, PhotoFace
from photos.tests.factories import make_user
from search.filters import allowed
from search.language import operator_of, parse
from search.suggesting.suggestions import Kind, suggest

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]

PARIS = {"city": "Paris", "region": "Île-de-France", "country": "France"}
NEW_YORK = {"city": "New York City", "region": "New York", "country": "United States"}
DESERT = {"country": "Algeria"}


def mark(photo: Photo, *names: str) -> Photo:
    PhotoFace.objects.put(photo, [Face(name, 0.1, 0.1, 0.2, 0.2) for name in names])
    return photo


@pytest.fixture
def library(make_photo: MakePhoto) -> None:
    mark(make_photo(title="paris", **PARIS), "Marie Curie", "Anna")
    mark(make_photo(title="york", **NEW_YORK), "Anna Smith", "")
    make_photo(title="desert", **DESERT)
    mark(make_photo(title="crowd"), "")
    make_photo(title="nowhere")
    mark(make_photo(title="hers", owner=make_user("eve"), city="Oslo"), "Zoë")


def found(text: str, owner: User) -> set[str]:
    return set(allowed(parse(text), owner).values_list("title", flat=True))


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("place:paris", {"paris"}),
        ("place:FRANCE", {"paris"}),
        ('place:"ile de france"', {"paris"}),
        ('place:"Paris, France"', {"paris"}),
        ('place:"paris algeria"', set()),
        ('place:"new york"', {"york"}),
        ("city:york", {"york"}),
        ("place:yor", set()),
        ("country:algeria", {"desert"}),
        ("place:oslo", set()),
        ("-place:france", {"york", "desert", "crowd", "nowhere"}),
        ("place:paris OR place:algeria", {"paris", "desert"}),
        ("person:anna", {"paris", "york"}),
        ('person:"anna smith"', {"york"}),
        ("who:curie", {"paris"}),
        ("person:zoe", set()),
        ("-person:anna", {"desert", "crowd", "nowhere"}),
        ("has:people", {"paris", "york", "crowd"}),
        ("-has:faces", {"desert", "nowhere"}),
        ("has:people place:york", {"york"}),
    ],
)
def test_places_and_people_are_found_by_their_words(text: str, titles: set[str], owner: User) -> None:
    assert found(text, owner) == titles


@pytest.mark.usefixtures("library")
def test_names_of_ones_own_photos_are_offered_the_commonest_first(make_photo: MakePhoto, owner: User) -> None:
    mark(make_photo(city="Pau", region="Nouvelle-Aquitaine", country="France"), "Anna")
    place, person = operator_of("place"), operator_of("person")
    assert place is not None
    assert person is not None

    assert place.complete("", owner)[0] == "France"
    assert list(place.complete("pa", owner)) == ["Paris", "Pau"]
    assert list(person.complete("an", owner)) == ["Anna", "Anna Smith"]
    assert list(place.complete("os", owner)) == list(person.complete("zo", owner)) == []


@pytest.mark.usefixtures("library")
def test_places_and_people_are_suggested_while_one_types(owner: User) -> None:
    offered = {(one.kind, one.text) for typed in ("par", "ann") for one in suggest(typed, owner)}

    assert (Kind.PLACE, "place:Paris ") in offered
    assert (Kind.PERSON, "person:Anna ") in offered
    assert (Kind.PERSON, 'person:"Anna Smith" ') in offered


@pytest.mark.usefixtures("library")
def test_the_count_of_a_place_or_person_is_what_its_field_finds(client: Client, owner: User) -> None:
    facets = client.get("/search/facets", {"q": "-place:nowhere", "mode": "hybrid"}).json()

    assert {entry["name"]: entry["count"] for entry in facets["places"]} == {
        "Paris": 1,
        "Île-de-France": 1,
        "France": 1,
        "New York City": 1,
        "New York": 1,
        "United States": 1,
        "Algeria": 1,
    }
    assert facets["people"] == [
        {"name": "Anna", "count": 2},
        {"name": "Anna Smith", "count": 1},
        {"name": "Marie Curie", "count": 1},
    ]
    for field, name in (("place", "places"), ("person", "people")):
        for entry in facets[name]:
            assert len(found(f'{field}:"{entry["name"]}"', owner)) == entry["count"]


def test_somebody_marked_twice_is_counted_once(client: Client, make_photo: MakePhoto, owner: User) -> None:
    mark(make_photo(title="mirror", owner=owner), "Anna", "Anna", "anna")

    facets = client.get("/search/facets", {"q": "has:people", "mode": "hybrid"}).json()

    assert facets["people"] == [{"name": "Anna", "count": 1}]


def test_places_and_artists_are_found_by_plain_words(client: Client, make_photo: MakePhoto) -> None:
    there = make_photo(**PARIS, artist="Ansel Adams")

    for word in ("paris", "ansel"):
        answer = client.get("/search", {"q": word, "mode": "text"}).json()

        assert [result["photo_id"] for result in answer["results"]] == [there.pk]
