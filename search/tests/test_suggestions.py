from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from photos.tests.requesting import queries_of
from search.models import PastSearch, SavedSearch
from search.ranking.hybrid import find
from search.ranking.modes import Mode
from search.ranking.relevance import Relevance
from search.suggesting import history, tag_counts
from search.suggesting.suggestions import Kind, Suggestion, suggest
from search.tests.factories import NOW
from search.tests.test_pages import looks

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


def of_kind(kind: Kind, typed: str, user: User) -> list[str]:
    return [suggestion.label for suggestion in suggest(typed, user) if suggestion.kind is kind]


def by_label(label: str, typed: str, user: User) -> Suggestion:
    [found] = [suggestion for suggestion in suggest(typed, user) if suggestion.label == label]
    return found


def answers(text: str, user: User) -> list[int]:
    return [hit.photo.pk for hit in find(text, user, 50, Mode.HYBRID).hits if hit.relevance is Relevance.STRONG]


def test_tags_are_offered_the_commonest_first(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=["beach", "bee", "hot dog"])
    make_photo(tags=["bee"])

    assert of_kind(Kind.TAG, "be", owner) == ["bee", "beach"]
    assert of_kind(Kind.TAG, "BÉ", owner) == ["bee", "beach"]
    assert by_label("bee", "be", owner) == Suggestion(Kind.TAG, "tag:bee ", "bee", "2 photos", (0, 2))
    assert by_label("hot dog", "ho", owner).text == 'tag:"hot dog" '


def test_an_empty_box_offers_the_latest_searches_and_the_commonest_tags(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(tags=["bee", "sea"], embedding=looks("red"))
    make_photo(tags=["sea"])
    for text in ("bee", "red"):
        history.remember(owner, text, [photo.pk], NOW)

    offered = [(suggestion.kind, suggestion.label) for suggestion in suggest("", owner)]

    assert offered == [(Kind.PAST, "red"), (Kind.PAST, "bee"), (Kind.TAG, "sea"), (Kind.TAG, "bee")]


def test_past_searches_begin_with_what_was_typed_and_come_first(make_photo: MakePhoto, owner: User) -> None:
    photo = make_photo(tags=["red", "reed"], embedding=looks("red"))
    for text in ("red tag:reed", "Red", "reed"):
        assert history.remember(owner, text, [photo.pk], NOW)

    assert of_kind(Kind.PAST, "re", owner) == ["reed", "Red", "red tag:reed"]
    assert of_kind(Kind.PAST, "red ta", owner) == ["red tag:reed"]
    assert of_kind(Kind.PAST, "red tag:reed", owner) == []
    assert suggest("re", owner)[0].text == "reed"


def test_a_past_search_without_results_is_not_offered(make_photo: MakePhoto, owner: User) -> None:
    trashed, untagged = make_photo(tags=["sea"]), make_photo(tags=["bee"])
    history.remember(owner, "sea", [trashed.pk], NOW)
    history.remember(owner, "tag:bee", [untagged.pk], NOW)
    PastSearch.objects.remember(owner, "moon:full", [untagged.pk], NOW)
    assert of_kind(Kind.PAST, "", owner) == ["tag:bee", "sea"]

    trashed.trash(NOW)
    untagged.remove_tags(["bee"])
    make_photo()  # news, so that nothing is remembered from before

    assert of_kind(Kind.PAST, "", owner) == []


def test_words_of_titles_and_of_captions_that_somebody_wrote_are_offered(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="Grandma Bertha's beans", caption="A bench, photographed in May.")
    make_photo(caption="Bertha and Bernd", edited=["caption"])
    make_photo(caption="A bear", authors={"caption": "seer"}, tags=["bear"])

    assert of_kind(Kind.WORD, "be", owner) == ["bertha", "beans", "bernd"]
    assert of_kind(Kind.TAG, "be", owner) == ["bear"]
    assert of_kind(Kind.WORD, "b", owner) == []  # one letter begins half of all words
    assert of_kind(Kind.WORD, "bertha", owner) == []
    assert by_label("bertha", "gran be", owner).text == "gran bertha "


def test_nothing_of_anybody_else_is_offered(make_photo: MakePhoto, owner: User) -> None:
    anna = make_user("anna")
    photo = make_photo(owner=anna, title="secret seaside", tags=["secretly"])
    history.remember(anna, "secret", [photo.pk], NOW)
    make_photo(title="secretary", tags=["secreted"], trashed=True)
    make_photo(title="secrecy", tags=["secretion"], archived=True)

    assert suggest("secre", owner) == []
    assert suggest("", owner) == []
    assert [suggestion.kind for suggestion in suggest("secre", anna)] == [Kind.PAST, Kind.TAG, Kind.WORD]


def test_what_is_offered_has_results_together_with_what_stands_before(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=["dog", "beach"], title="Bella")
    make_photo(tags=["cat", "bed"], title="Beanie", rating=5)

    assert of_kind(Kind.TAG, "dog be", owner) == ["beach"]
    assert of_kind(Kind.WORD, "dog be", owner) == ["bella"]
    assert of_kind(Kind.TAG, "rating:5 be", owner) == ["bed"]
    assert of_kind(Kind.TAG, "dog OR be", owner) == ["beach", "bed"]
    assert by_label("beach", "dog be", owner).text == "dog tag:beach "
    assert of_kind(Kind.TAG, "rating:many be", owner) == []
    for typed in ("", "be", "dog be", "rating:5 be", "dog OR be"):
        for suggestion in suggest(typed, owner):
            assert suggestion.kind is Kind.FIELD or answers(suggestion.text, owner), suggestion


def test_what_cannot_be_stored_is_as_if_it_had_not_been_typed(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=["beach"])

    assert of_kind(Kind.TAG, "b\x00e", owner) == ["beach"]


@pytest.mark.parametrize("typed", ['"be', 'tag:"be', "-be", "be ", "(", ")", "2:be", "be)", "\\be"])
def test_where_no_word_is_being_typed_none_is_offered(make_photo: MakePhoto, owner: User, typed: str) -> None:
    make_photo(tags=["beach"], title="Bella")

    assert of_kind(Kind.WORD, typed, owner) == []
    assert of_kind(Kind.TAG, typed, owner) == []


def test_the_language_is_offered_behind_what_has_results(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=["tango"])

    offered = [(suggestion.kind, suggestion.label) for suggestion in suggest("ta", owner)]

    assert offered == [(Kind.TAG, "tango"), (Kind.FIELD, "tag:"), (Kind.FIELD, "taken:")]
    assert of_kind(Kind.VALUE, "tag:ta", owner) == ["tag:tango"]


def test_values_are_those_that_have_results(make_photo: MakePhoto, owner: User) -> None:
    make_photo(tags=["dog"], camera_model="Canon EOS R5", favorite=True)
    make_photo(tags=["cat"], camera_model="Canon G7", width=6, height=8)
    make_photo(tags=["dog"], camera_model="Canon secret", owner=make_user("anna"), archived=True)

    assert of_kind(Kind.VALUE, "is:", owner) == ["is:favorite"]
    assert of_kind(Kind.VALUE, "orientation:", owner) == ["orientation:landscape", "orientation:portrait"]
    assert of_kind(Kind.VALUE, "camera:can", owner) == ['camera:"Canon EOS R5"', 'camera:"Canon G7"']
    assert of_kind(Kind.VALUE, "dog camera:can", owner) == ['camera:"Canon EOS R5"']
    assert of_kind(Kind.VALUE, "dog orientation:", owner) == ["orientation:landscape"]
    assert of_kind(Kind.VALUE, "dog -orientation:", owner) == ["orientation:portrait", "orientation:square"]
    assert of_kind(Kind.VALUE, "cat tag:", owner) == ["tag:cat"]
    assert of_kind(Kind.VALUE, "iso:many tag:", owner) == []
    make_photo(tags=["old"], archived=True)
    assert of_kind(Kind.VALUE, "is:", owner) == ["is:archived", "is:favorite"]
    assert of_kind(Kind.VALUE, "dog is:", owner) == ["is:favorite"]
    assert of_kind(Kind.VALUE, "old is:", owner) == ["is:archived"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("(be", {"tag:beach", "tag:bed", "bella"}),
        ("dog OR (be", {"tag:beach", "tag:bed", "bella"}),
        ("dog (cat OR be", {"tag:beach", "bella"}),
        ("(cat OR dog) be", {"tag:beach", "tag:bed", "bella"}),
        ("-be", {"tag:beach", "tag:bed"}),
        ("dog -be", {"tag:beach"}),
        ("-(rating:5 be", {"tag:beach", "tag:bed"}),
        ("(tag:be", {"tag:beach", "tag:bed"}),
        ("rating:5 (tag:dog OR tag:be", {"tag:bed"}),
        ("cat OR -(dog tag:be", {"tag:beach", "tag:bed"}),
        ("-(-tag:be", {"tag:beach", "tag:bed"}),
        ("dog taken:20", {"taken:2019"}),
        ("(cat OR dog) taken:", {"taken:2020", "taken:2019"}),
        ("dog -rating:", set()),
        ("tag:dog -taken:", set()),
        ("-taken:", {"taken:2019", "taken:2020"}),
    ],
)
def test_within_brackets_and_excluded_it_is_offered_too(
    make_photo: MakePhoto, owner: User, typed: str, offered: set[str]
) -> None:
    make_photo(tags=["dog", "beach"], title="Bella", taken_at="2019-07-01T12:00:00Z")
    make_photo(tags=["dog"], taken_at="2019-07-01T12:00:00Z")
    make_photo(tags=["cat", "bed"], rating=5, taken_at="2020-07-01T12:00:00Z")

    suggestions = [suggestion for suggestion in suggest(typed, owner) if suggestion.kind is not Kind.FIELD]

    assert {suggestion.text.rpartition(" ")[0].rpartition(" ")[2].strip("-(") for suggestion in suggestions} == offered
    for suggestion in suggestions:
        closed = suggestion.text + ")" * (typed.count("(") - typed.count(")"))
        assert answers(closed, owner), closed


def test_in_a_large_library_the_common_tags_are_known_by_the_newest_photos(
    make_photo: MakePhoto, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_counts, "SAMPLE", 3)
    monkeypatch.setattr(tag_counts, "MOST_COUNTED", 3)
    for _ in range(4):
        make_photo(tags=["bee"])
    make_photo(tags=["bear"], trashed=True)
    make_photo(tags=["bell", "beach"], archived=True)
    make_photo(tags=["beetle"], owner=make_user("anna"))
    make_photo(tags=["beach"])
    photo = make_photo(tags=["beach", "bench"])
    make_photo(tags=["tree"])

    assert of_kind(Kind.TAG, "be", owner) == ["beach", "bench", "bee"]
    assert by_label("bee", "be", owner).help == "3+ photos"
    photo.remove_tags(["bench"])
    assert of_kind(Kind.TAG, "be", owner) == ["beach", "bee"]


def test_the_page_is_told_all_of_it(client: Client, make_photo: MakePhoto) -> None:
    make_photo(tags=["beach"])

    [offered] = client.get(reverse("search:completions"), {"q": "bea"}).json()["completions"]

    assert (offered.pop("swatch"), offered.pop("address")) == ("", "")
    assert offered == {"kind": "tag", "text": "tag:beach ", "label": "beach", "help": "1 photo", "mark": [0, 3]}


@pytest.mark.parametrize("typed", ["x" * 300, "((((", '"""', "\\", "\ud83d", "-", "OR", "dog OR", "a" * 199 + ":"])
def test_whatever_is_typed_is_answered(client: Client, owner: User, typed: str) -> None:
    assert owner
    assert client.get(reverse("search:completions"), {"q": typed.encode("utf-8", "replace")}).status_code == 200


def test_offering_costs_the_same_queries_however_many(
    client: Client, make_photo: MakePhoto, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def fill(count: int) -> None:
        for number in range(count):
            photo = make_photo(tags=["beach", f"bee {number}"], title=f"Bella{number} bean{number}")
            PastSearch.objects.remember(owner, f"beach {number}", [photo.pk], NOW)

    fill(10)
    path: Any = reverse("search:completions")
    cost = len(queries_of(client, path, q="be"))
    fill(20)

    with django_assert_max_num_queries(cost):
        client.get(path, {"q": "be"})


def test_the_page_has_an_icon_and_a_word_for_every_kind() -> None:
    script = (settings.BASE_DIR / "static" / "js" / "completions.js").read_text()
    icons = (settings.BASE_DIR / "static" / "icons.svg").read_text()

    shown = dict(re.findall(r'^  (\w+): \["([\w-]+)", "[^"]+"\],$', script, re.MULTILINE))

    assert sorted(shown) == sorted(Kind)
    assert all(f'id="{icon}"' in icons for icon in shown.values())


def test_the_empty_box_begins_with_what_is_pinned_and_leads_to_it(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(embedding=looks("red"), tags=["sea"])
    owner, anna = photo.owner, make_user("anna")
    history.remember(owner, "sea", [photo.pk], NOW)
    for user, query in ((owner, "blue"), (owner, "red"), (anna, "green")):
        SavedSearch.objects.create(owner=user, name=f"All {query}", query=query, pinned=query != "blue")
    [pinned] = SavedSearch.objects.of(owner).pinned()

    first, second, *_ = client.get(reverse("search:completions"), {"q": " "}).json()["completions"]

    assert (first["kind"], first["label"], first["address"]) == ("pinned", "All red", pinned.get_absolute_url())
    assert (second["kind"], second["address"]) == ("past", "")
    assert of_kind(Kind.PINNED, "re", owner) == []
