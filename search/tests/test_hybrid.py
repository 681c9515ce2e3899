from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Embedding, Photo, VocabularyWord
from photos.tests.factories import at, make_user
from search.errors import BadQuery, NotAnalysed
from search.language import QueryError
from search.ranking.hybrid import Found, find
from search.ranking.modes import Mode

pytestmark = pytest.mark.django_db

Paint = Callable[..., Photo]
every_mode = pytest.mark.parametrize("mode", list(Mode))


def found(text: str, user: User, mode: Mode = Mode.HYBRID) -> list[int]:
    return ids(find(text, user, 50, mode))


def ids(answer: Found) -> list[int]:
    return [hit.photo.pk for hit in answer.hits]


def test_a_photo_that_both_rankings_know_is_before_those_that_one_knows(paint: Paint, owner: User) -> None:
    written, alike = paint("blue", caption="A red boat"), paint("red")
    both = paint("red", caption="A red boat")

    answer = find("red", owner, 5, Mode.HYBRID)

    assert ids(answer)[0] == both.pk
    assert set(ids(answer)[1:]) == {written.pk, alike.pk}
    assert answer.hits[0].matched_by == ("caption", "semantic")
    assert [hit.score for hit in answer.hits] == sorted((hit.score for hit in answer.hits), reverse=True)


def test_the_text_as_a_tag_or_title_is_above_all(paint: Paint, owner: User) -> None:
    alike = paint("red", caption="Red, red, red")
    tagged, titled = paint("blue", tags=["red"]), paint("green", title="Red")

    assert set(found("red", owner)[:2]) == {tagged.pk, titled.pk}
    assert found("red", owner)[2] == alike.pk


def test_fewer_results_are_the_beginning_of_more(paint: Paint, owner: User) -> None:
    for number in range(12):
        paint("red", *["blue"] * (number % 4), caption="red" if number % 3 else "")

    whole = found("red", owner)

    assert [ids(find("red", owner, count, Mode.HYBRID)) for count in (1, 5, 9)] == [whole[:1], whole[:5], whole[:9]]


def test_distances_are_exact_also_of_photos_found_by_words(paint: Paint, owner: User) -> None:
    photo = paint("blue", "red", tags=["red"])
    unseen = paint("blue", tags=["red"])
    Embedding.objects.filter(photo=unseen).delete()

    hybrid = {hit.photo.pk: hit.distance for hit in find("red", owner, 5, Mode.HYBRID).hits}
    (nearest,) = find("red", owner, 5).hits

    assert nearest.photo.pk == photo.pk
    assert hybrid == {photo.pk: nearest.distance, unseen.pk: 2.0}


@every_mode
def test_an_excluded_word_takes_what_is_more_like_it_or_tagged_or_says_so_and_only_that(
    paint: Paint, owner: User, mode: Mode
) -> None:
    kept = [paint("red", tags=["red"]), paint("red", "red", "blue", tags=["red"])]
    paint("blue", "blue", "red", tags=["red"])
    paint("red", tags=["red", "blue"])
    paint("red", tags=["red"], caption="Not blue.")
    paint("red", tags=["red"], title="Blues")
    kept.append(paint("red", tags=["red", "blueprint"], caption="bluebells"))

    assert sorted(found("red -blue", owner, mode)) == sorted(photo.pk for photo in kept)


@every_mode
def test_an_excluded_phrase_goes_by_what_is_written_alone(paint: Paint, owner: User, mode: Mode) -> None:
    paint("red", caption="red: a dark blue sea")
    kept = paint("red", "blue", "blue", caption="red: a blue, dark sea")

    assert found('red -"dark blue"', owner, mode) == [kept.pk]


@every_mode
def test_a_phrase_must_stand_there_as_it_is(paint: Paint, owner: User, mode: Mode) -> None:
    exact = paint("red", caption="A red bicycle.")
    paint("red", caption="A bicycle, red.")

    assert found('"red bicycle"', owner, mode) == [exact.pk]


@every_mode
def test_or_unites_and_brackets_bind(paint: Paint, owner: User, mode: Mode) -> None:
    red, blue = paint("red", tags=["red", "pet"]), paint("blue", tags=["blue", "pet"])
    paint("green", tags=["green", "pet"])
    stray = paint("red", tags=["red"])

    assert set(found("red OR blue", owner, mode)[:3]) == {red.pk, blue.pk, stray.pk}
    assert set(found("(red OR blue) tag:pet", owner, mode)[:2]) == {red.pk, blue.pk}
    assert stray.pk not in found("(red OR blue) tag:pet", owner, mode)


@every_mode
def test_facts_are_exact_and_alone_bring_the_newest_first(paint: Paint, owner: User, mode: Mode) -> None:
    old = paint("red", tags=["pet"], iso=800, taken_at=at("2001-01-01 12:00"))
    new = paint("red", tags=["pet"], iso=1600, taken_at=at("2002-01-01 12:00"))
    paint("red", tags=["pet"], iso=100)

    answer = find("tag:pet iso:>=800", owner, 5, mode)

    assert ids(answer) == [new.pk, old.pk]
    assert answer.hits[0].matched_by == ("tag:pet", "iso:>=800")
    assert set(found("pet OR red iso:>=800", owner, mode)) >= {old.pk, new.pk}


@every_mode
def test_like_a_photo_is_others_than_it_and_can_be_weighed_against_words(paint: Paint, owner: User, mode: Mode) -> None:
    one, twin, mixed, blue = paint("red"), paint("red"), paint("red", "blue"), paint("blue")

    assert found(f"similar:{one.pk}", owner, mode)[:2] == [twin.pk, mixed.pk]
    assert found(f"similar:{one.pk} + 0.5:blue", owner, mode)[:2] == [mixed.pk, twin.pk]
    assert found(f"similar:{mixed.pk} - 0.9:red", owner, mode)[0] == blue.pk


def test_the_archive_is_looked_into_by_those_who_name_it(paint: Paint, owner: User) -> None:
    shown = paint("red", tags=["red"])
    archived = paint("red", archived=True, tags=["red"], caption="away")

    for mode in Mode:
        assert found("red", owner, mode) == [shown.pk]
        assert found("red is:archived", owner, mode) == [archived.pk]
        assert found("is:archived", owner, mode) == [archived.pk]
        assert set(found("red (is:archived OR -is:archived)", owner, mode)) == {shown.pk, archived.pk}


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.TEXT])
@pytest.mark.parametrize("text", ["isoo:100 red", "iso:many", "(red", 'a "b', "similar:zero"])
def test_what_cannot_be_read_is_refused_and_by_meaning_it_is_plain_text(
    paint: Paint, owner: User, mode: Mode, text: str
) -> None:
    paint("red")

    with pytest.raises(QueryError):
        find(text, owner, 5, mode)
    find(text, owner, 5)


@every_mode
def test_a_photo_to_be_like_must_be_ones_own_and_analysed(
    paint: Paint, make_photo: Callable[..., Photo], owner: User, mode: Mode
) -> None:
    theirs, raw = paint("red", owner=make_user("eve")), make_photo()

    for photo_id in (theirs.pk, 4711):
        with pytest.raises(BadQuery, match=f"there is no photo {photo_id}"):
            find(f"similar:{photo_id}", owner, 5, mode)
    with pytest.raises(NotAnalysed):
        find(f"similar:{raw.pk}", owner, 5, mode)


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.TEXT])
def test_a_typo_is_mended_by_what_is_written_on_ones_own_photos(paint: Paint, owner: User, mode: Mode) -> None:
    zebra = paint("white", caption="A zebra in the savannah")
    paint("white", owner=make_user("eve"), caption="giraffes")

    answer = find("zebar savanah", owner, 5, mode)

    assert (ids(answer), answer.corrected) == ([zebra.pk], "zebra savannah")
    assert find("girafes", owner, 5, mode).corrected == ""
    assert find("zebra", owner, 5, mode).corrected == ""
    assert find('"zebar"', owner, 5, mode).hits == []


def test_other_people_s_words_do_not_stand_before_ones_own_in_mending_a_typo(paint: Paint, owner: User) -> None:
    zebra = paint("white", caption="A zebra")
    paint("white", owner=make_user("eve"), caption=" ".join(f"zeba{letter}" for letter in "bcdefghijklmnopq"))

    answer = find("zebar", owner, 5, Mode.HYBRID)

    assert (ids(answer), answer.corrected) == ([zebra.pk], "zebra")


def test_a_word_of_the_library_is_no_typo_of_what_is_written(paint: Paint, owner: User) -> None:
    VocabularyWord.objects.update_or_create(word="goat", defaults={"enabled": True})
    paint("white", caption="A boat")

    assert find("goat", owner, 5, Mode.HYBRID).corrected == ""


def test_what_a_person_took_away_is_not_shown_for_that_word_unless_it_is_written(paint: Paint, owner: User) -> None:
    taken, written = paint("red", tags=["red"]), paint("red", tags=["red"], title="My red boat")
    for photo in (taken, written):
        photo.remove_tags(["red"])

    assert found("red", owner) == [written.pk]


def test_other_peoples_photos_are_in_no_answer_whatever_the_filter(paint: Paint, owner: User) -> None:
    eve = make_user("eve")
    fields = {"tags": ["red", "pet"], "title": "red", "caption": "a red pet", "iso": 800, "favorite": True}
    for _ in range(3):
        paint("red", owner=eve, **fields)
        paint("red", trashed=True, **fields)
    mine = paint("red", **fields)
    queries = [
        "red", '"red pet"', "tag:pet", "iso:800", "red tag:pet", "red -blue", "-blue", "red OR pet", "is:favorite",
        "red (is:archived OR iso:800)", "-tag:blue", f"similar:{mine.pk}", f"similar:{mine.pk} + 2:pet", "rde",
    ]  # fmt: skip

    for mode in Mode:
        for text in queries:
            assert set(found(text, owner, mode)) <= {mine.pk}, (mode, text)


def test_facts_that_leave_many_photos_filter_as_exactly(
    paint: Paint, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {paint("red", tags=["red"], iso=800 if number % 2 else 100).pk for number in range(10)}
    expected = {mode: found("red iso:800", owner, mode) for mode in Mode}

    monkeypatch.setattr("search.ranking.rankings.MOST_LISTED", 2)

    assert {mode: found("red iso:800", owner, mode) for mode in Mode} == expected
    assert all(len(answer) == 5 and set(answer) < wanted for answer in expected.values())


@pytest.mark.parametrize(
    ("text", "most"),
    [("red", 24), ("red boat", 32), ("red tag:red", 24), ("red -blue", 38), ("tag:red", 11), ("red OR blue", 48)],
)
def test_the_number_of_queries_does_not_grow_with_the_library(
    paint: Paint, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries, text: str, most: int
) -> None:
    paint("red", tags=["red"], caption="boat")
    found(text, owner)
    with django_assert_max_num_queries(most) as few:
        found(text, owner)
    cost = len(few)
    for number in range(20):
        paint("red", tags=["red", f"tag {number}"], caption="boat")
    found(text, owner)

    with django_assert_max_num_queries(cost):
        assert len(found(text, owner)) == 21
