from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.filters import allowed, is_fact
from search.language import parse
from search.language.grammar import DEEPEST, LONGEST, MOST_TERMS
from search.tests.factories import NOW
from search.tests.libraries import answers, random_library

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db

COMPARISONS = st.sampled_from(["", "<", "<=", ">", ">=", "="])
PERIODS = st.sampled_from(["2018", "2019", "2019-01", "2019-07-31", "2020-02-29", "2020-02", "2024-01-01", "2025"])
POINTS = st.sampled_from(
    ["48.8584,2.2945", "48.86,2.3", "-17.05,180", "-17,-179.99", "90,0", "-90,0", "0,0", "0.1,-0.1"]
)


def comparing(name: str, *numbers: str) -> st.SearchStrategy[str]:
    bounds = st.sampled_from(numbers)
    single = st.builds("{}:{}{}".format, st.just(name), COMPARISONS, bounds)
    return single | st.tuples(bounds, bounds).map(lambda pair: f"{name}:{'..'.join(sorted(pair, key=float))}")


def choosing(name: str, *values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values).map(lambda value: f'{name}:"{value}"')


FACTS = st.one_of(
    choosing("tag", "food", "Hot  Dog", "CAFÉ", "cafe", "НОЧЬ", "strasse", "sstraße", "nothing"),
    choosing("album", "best", "BEST", "sommer 2024", "Ete", "nothing"),
    choosing("camera", "canon", "Canon EOS", "eos r5 canon", "nikon d750", "apple", "senor", "uber", "%", "_"),
    choosing("lens", "macro", "MÁCRO", "50mm", "f/1.8", "zoom"),
    comparing("iso", "0", "100", "400", "799", "800", "3200"),
    comparing("f", "1.78", "1.8", "2.8", "8"),
    comparing("focal", "3.99", "4", "50", "200"),
    comparing("rating", "0", "1", "3", "5"),
    st.builds("{}:{}".format, st.sampled_from(["taken", "before", "after"]), PERIODS),
    st.sampled_from(["taken:2019..2020", "taken:..2019-07", "taken:2019-08..", "taken:2018-12-31..2019-01-01"]),
    st.builds("near:{},{}".format, POINTS, st.sampled_from(["1m", "500m", "3.3km", "20mi", "1000km", "20000km"])),
    choosing("color", "teal", "blue", "navy", "Türkis", "bordeaux", "red", "grey", "bw", "#1e90ff", "#777", "000088"),
    choosing("has", "gps", "caption", "text"),
    choosing("is", "favorite", "archived", "untagged", "failed", "animated", "motion", "panorama"),
    choosing("type", "jpg", "heic", "tif", "png"),
    choosing("orientation", "portrait", "landscape", "square"),
)
FILTERS = st.recursive(
    FACTS,
    lambda inner: st.one_of(
        inner.map("-({})".format),
        st.lists(inner, min_size=2, max_size=3).map(lambda several: " ".join(f"({one})" for one in several)),
        st.lists(inner, min_size=2, max_size=3).map(lambda several: " OR ".join(f"({one})" for one in several)),
    ),
    max_leaves=6,
)


def unsaved(owner: User, name: str) -> Photo:
    fields = {"filename": name, "sha256": name, "camera_make": name, "camera_model": name, "lens": name}
    return Photo(owner=owner, bytes=1, width=4, height=3, taken_at=NOW, **fields)


def found(text: str, user: User) -> list[str]:
    return sorted(allowed(parse(text), user).values_list("title", flat=True))


@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_random_filters_answer_what_a_look_at_every_photo_does(seed: int, owner: User) -> None:
    photos = random_library(seed, owner, make_user("eve"))

    # One library for all examples: none of them writes.
    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(FILTERS)
    def answer_alike(text: str) -> None:
        query = parse(text)
        assert set(allowed(query, owner).values_list("pk", flat=True)) == answers(query, photos, owner)

    answer_alike()


def test_random_libraries_answer_every_kind_of_fact(owner: User) -> None:
    photos = random_library(0, owner, make_user("eve"))
    queries = ["tag:food", "camera:canon", "lens:macro", "iso:800", "f:1.78", "focal:50", "rating:3", "taken:2019"]
    queries += ["before:2019", "after:2019", "near:48.86,2.3,5km", "near:-17,180,20km", "has:gps", "is:archived"]
    queries += [
        "is:untagged",
        "is:failed",
        "is:favorite",
        "type:heic",
        "orientation:portrait",
        "color:teal",
        "color:#1e90ff",
        "color:bw",
    ]

    numbers = {text: len(answers(parse(text), photos, owner)) for text in queries}

    assert [text for text, number in numbers.items() if not 0 < number < len(photos) / 2] == []


def test_a_photo_that_lacks_a_fact_is_found_by_its_exclusion(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="bare")
    make_photo(title="full", camera_model="Canon", iso=800, latitude=1.0, longitude=2.0, rating=4, tags=["dog"])

    for text in ["-camera:canon", "-iso:>=100", "-near:1,2,1km", "-rating:4", "-tag:dog", "-(iso:800 tag:dog)"]:
        assert found(text, owner) == ["bare"]
    assert found("-(-iso:800)", owner) == ["full"]


def test_words_rule_out_nothing(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="a", tags=["dog"])
    make_photo(title="b", tags=["cat"])

    for text in [
        "horse",
        "-horse",
        '"horse"',
        "horse OR tag:dog",
        "-(horse tag:dog)",
        "similar:5",
        "similar:5 - 2:horse",
    ]:
        assert found(text, owner) == ["a", "b"], text
    for text in [
        "horse tag:dog",
        "tag:dog -horse",
        "-(horse OR tag:cat)",
        "(horse OR tag:x) tag:dog",
        "similar:5 tag:dog",
    ]:
        assert found(text, owner) == ["a"], text


def test_whether_facts_decide_alone_is_told() -> None:
    assert is_fact(parse("tag:dog OR -(iso:100 is:failed)").root)
    assert not is_fact(parse("tag:dog beach").root)
    assert not is_fact(parse("tag:dog -similar:3").root)


def test_only_ones_own_photos_are_allowed_and_never_the_trash(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="mine", tags=["dog"])
    make_photo(title="hers", tags=["dog"], owner=make_user("eve"))
    make_photo(title="thrown away", tags=["dog"], trashed=True)

    for text in ["tag:dog", "-tag:cat", "tag:dog OR -tag:dog", "is:archived OR tag:dog"]:
        assert found(text, owner) == ["mine"]


def test_the_archive_is_looked_into_where_the_query_names_it(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="kept", tags=["dog"], archived=True)
    make_photo(title="shown", tags=["dog"])
    make_photo(title="hers", archived=True, owner=make_user("eve"))

    assert found("tag:dog", owner) == ["shown"]
    assert found("is:archived", owner) == ["kept"]
    assert found("-is:archived", owner) == ["shown"]
    assert found("tag:dog (is:archived OR -is:archived)", owner) == ["kept", "shown"]


def test_a_rejected_tag_is_no_tag(make_photo: MakePhoto, owner: User) -> None:
    make_photo(title="a", tags=["dog"]).remove_tags(["dog"])

    assert found("tag:dog", owner) == []
    assert found("-tag:dog", owner) == found("is:untagged", owner) == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        " ".join(["tag:dog"] * MOST_TERMS),
        " OR ".join([f"lens:e{number % 10}" for number in range(MOST_TERMS)]),
        " ".join(['camera:"a b c d e"'] * (LONGEST // 20)),
        " ".join(["-near:1,2,3km"] * MOST_TERMS),
        "-(" * DEEPEST + "iso:5 OR f:2" + ")" * DEEPEST,
        "".join(f"tag:a (iso:{number} OR " for number in range(DEEPEST)) + "tag:b" + ")" * DEEPEST,
    ],
)
def test_the_largest_queries_are_answered(text: str, owner: User) -> None:
    Photo.objects.bulk_create(unsaved(owner, f"a b c d e {number}") for number in range(400))

    assert allowed(parse(text), owner).count() in (0, 400)


def test_a_filter_costs_a_bounded_number_of_queries(
    make_photo: MakePhoto, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        make_photo(camera_model=f"Canon {number}", lens=f"Macro {number}", tags=[f"dog {number}"])

    with django_assert_max_num_queries(5):  # one for tags, two for cameras, one for lenses and the answer
        assert allowed(parse("tag:dog -camera:eos -lens:zoom iso:>=100 near:1,2,3km"), owner).count() == 0


def test_days_are_found_by_the_index_of_days(owner: User) -> None:
    plan = allowed(parse("taken:2019..2021"), owner).explain()

    assert "photo_by_taken" in plan
