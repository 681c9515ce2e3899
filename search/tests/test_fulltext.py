from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from django.db import connection

from photos.models import Photo, PhotoTag, RecognisedText, Tag
from search.fulltext import Fts5Index, PlainIndex, Term, TextIndex, text_index
from search.fulltext.mirrors import MIRRORS, PHOTO_TEXT
from search.tests.factories import NOW

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]
both = pytest.mark.parametrize("index", [Fts5Index(), PlainIndex()], ids=["fts5", "plain"])


def found(index: TextIndex, *terms: str | Term, limit: int = 10, allowed: list[int] | None = None) -> list[int]:
    asked = [term if isinstance(term, Term) else Term(term) for term in terms]
    among = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    candidates = index.candidates(asked, limit, among)
    assert (candidates.scores > 0).all()
    return candidates.ids.tolist()


@both
def test_a_word_is_found_in_every_field(make_photo: MakePhoto, index: TextIndex) -> None:
    fields = (
        "title", "caption", "description", "original_name", "camera_make", "camera_model", "lens", "software", "city",
        "region", "country", "artist", "copyright",
    )  # fmt: skip
    photos = [make_photo(**{field: "the zebra"}) for field in fields]
    make_photo(title="a horse")

    assert sorted(found(index, "zebra", limit=20)) == [photo.pk for photo in photos]


@both
def test_tags_that_show_are_found_and_rejected_ones_are_not(make_photo: MakePhoto, index: TextIndex) -> None:
    tagged, rejected = make_photo(tags=["zebra"]), make_photo(tags=["zebra"])
    rejected.remove_tags(["zebra"])

    assert found(index, "zebra") == [tagged.pk]


@both
def test_a_tag_that_says_the_same_is_found_in_its_own_words(make_photo: MakePhoto, index: TextIndex) -> None:
    tagged, titled, rejected = make_photo(tags=["dog"]), make_photo(title="Hunde!"), make_photo(tags=["dog"])
    rejected.remove_tags(["dog"])

    assert sorted(found(index, Term("hunde", tags=frozenset({"dog"})))) == [tagged.pk, titled.pk]


@both
def test_what_is_read_in_pictures_is_found_and_followed(make_photo: MakePhoto, index: TextIndex) -> None:
    sign = make_photo(title="A sign")
    RecognisedText.objects.create(photo=sign, text="Harbour\nStreet 14", lines=[], model="made", read_at=NOW)

    assert found(index, "harbour", "sign") == [sign.pk]
    RecognisedText.objects.update(text="Gate 15")
    assert (found(index, "harbour"), found(index, "gate")) == ([], [sign.pk])
    RecognisedText.objects.all().delete()
    assert found(index, "gate") == []
    assert index.drift() == 0


@both
def test_where_a_term_is_written_is_told_of_given_photos_tags_apart(make_photo: MakePhoto, index: TextIndex) -> None:
    written, tagged = make_photo(caption="a zebra"), make_photo(tags=["zebra"])
    elsewhere = make_photo(caption="a zebra")
    ids = np.array([written.pk, tagged.pk], dtype=np.int64)

    assert index.written(Term("zebra"), ids).tolist() == [written.pk]
    assert elsewhere.pk not in index.written(Term("zebra"), ids)


def test_beginnings_do_not_count_where_a_term_must_be_written_itself(make_photo: MakePhoto) -> None:
    plural, begins = make_photo(caption="suns"), make_photo(caption="sunset")

    ids = np.array([plural.pk, begins.pk], dtype=np.int64)

    assert Fts5Index().written(Term("sun"), ids).tolist() == [plural.pk]


@both
def test_every_word_has_to_be_there_be_it_in_different_places(make_photo: MakePhoto, index: TextIndex) -> None:
    photo = make_photo(title="Zebra", tags=["river"])
    make_photo(title="Zebra")
    make_photo(tags=["river"])

    assert found(index, "zebra", "river") == [photo.pk]


@both
def test_the_title_counts_more_than_the_file_name_and_a_tag_more_than_both(
    make_photo: MakePhoto, index: TextIndex
) -> None:
    name, title, tag = make_photo(original_name="zebra.jpg"), make_photo(title="Zebra"), make_photo(tags=["zebra"])
    for number in range(20):
        make_photo(title=f"nothing {number}")

    assert found(index, "zebra") == [tag.pk, title.pk, name.pk]


@both
def test_only_allowed_photos_are_found_and_no_more_than_the_limit(make_photo: MakePhoto, index: TextIndex) -> None:
    photos = [make_photo(title="zebra", tags=["zebra"]).pk for _ in range(6)]

    assert found(index, "zebra", allowed=photos[1:3]) == photos[1:3]
    assert found(index, "zebra", "zebra", allowed=photos[1:3]) == photos[1:3]
    assert len(found(index, "zebra", limit=4)) == 4
    assert found(index, "zebra", allowed=[]) == []


@both
@pytest.mark.parametrize(
    "text", ["", " ", "'", '"', '"""', 'a"b OR 1=1', "*", "-", "NEAR(", "title:zebra", "AND", "^", "😀", "%", "\u202e"]
)
def test_nothing_somebody_types_breaks_the_search(make_photo: MakePhoto, index: TextIndex, text: str) -> None:
    make_photo(title="zebra")

    index.candidates([Term(text), Term(text, exact=True)], 10)

    assert connection.is_usable()


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("dogs", "dog"),
        ("dog", "dogs"),
        ("berries", "berry"),
        ("berry", "berries"),
        ("church", "churches"),
        ("knives", "knife"),
        ("children", "child"),
        ("sun", "sunset"),
        ("Zürich", "zurich"),
        ("cafe", "café"),
        ("DOG", "Dog"),
        ("img_2019", "IMG_2019_beach.jpg"),
    ],
)
def test_plurals_beginnings_accents_and_case_are_forgiven(make_photo: MakePhoto, asked: str, written: str) -> None:
    caption, tag = make_photo(caption=f"This is {written} here"), make_photo(tags=[written])

    assert sorted(found(Fts5Index(), asked)) == [caption.pk, tag.pk]


def test_what_stands_in_quotes_is_exact(make_photo: MakePhoto) -> None:
    index = Fts5Index()
    exact, turned, plural = (make_photo(caption=text) for text in ("A red bike.", "Bike, red", "red bikes"))

    assert found(index, Term("red bike", exact=True)) == [exact.pk]
    assert found(index, Term("bikes", exact=True)) == [plural.pk]
    assert sorted(found(index, "red", "bike")) == [exact.pk, turned.pk, plural.pk]


def test_the_word_itself_comes_before_words_that_begin_with_it(make_photo: MakePhoto) -> None:
    begins, itself = make_photo(caption="a sunset"), make_photo(caption="a sun")
    for number in range(20):
        make_photo(caption=f"a moon {number}")

    assert found(Fts5Index(), "sun") == [itself.pk, begins.pk]


@pytest.mark.parametrize(
    ("typed", "meant"), [("zbra", ["zebra"]), ("zebar", ["zebra"]), ("zebraa", ["zebra"]), ("hippopotmaos", [])]
)
def test_typos_are_answered_with_words_that_are_written(make_photo: MakePhoto, typed: str, meant: list[str]) -> None:
    make_photo(title="A zebra")
    make_photo(tags=["zebra crossing"])

    assert Fts5Index().suggestions(typed) == meant


def test_the_more_frequent_of_equally_near_words_is_suggested_first(make_photo: MakePhoto) -> None:
    make_photo(title="boat")
    for _ in range(3):
        make_photo(caption="a goat and a boot")

    assert Fts5Index().suggestions("boxt") == ["boot", "boat"]
    assert Fts5Index().suggestions("boat") == ["boot"]
    assert Fts5Index().suggestions("cat") == []


def test_the_index_follows_whoever_writes(make_photo: MakePhoto) -> None:
    index, photo = Fts5Index(), make_photo(title="zebra", tags=["river"])

    Photo.objects.filter(pk=photo.pk).update(title="horse")
    Tag.objects.filter(name="river").update(name="lake")

    assert (found(index, "zebra"), found(index, "horse")) == ([], [photo.pk])
    assert (found(index, "river"), found(index, "lake")) == ([], [photo.pk])
    PhotoTag.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE photo SET caption = 'a giraffe' WHERE id = %s", [photo.pk])
    assert (found(index, "lake"), found(index, "giraffe")) == ([], [photo.pk])
    photo.delete()
    assert found(index, "horse") == []
    assert index.drift() == 0


def test_drift_is_counted_and_a_rebuild_mends_it(make_photo: MakePhoto) -> None:
    index = Fts5Index()
    wrong, missing = make_photo(title="zebra"), make_photo(title="zebra")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_text SET title = 'horse' WHERE rowid = %s", [wrong.pk])
        cursor.execute("DELETE FROM search_text WHERE rowid = %s", [missing.pk])
        cursor.execute("INSERT INTO search_text (rowid, title) VALUES (4711, 'zebra')")

    assert index.drift() == 3
    index.rebuild()

    assert index.drift() == 0
    assert found(index, "zebra") == [wrong.pk, missing.pk]


def test_triggers_lost_by_a_migration_come_back_and_what_they_missed_with_them(make_photo: MakePhoto) -> None:
    photo = make_photo(title="zebra")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER search_text_updated")
    Photo.objects.filter(pk=photo.pk).update(title="horse")
    assert found(text_index(), "horse") == []

    installed = [mirror.install() for mirror in MIRRORS]

    assert installed == [True, False, False]
    assert found(text_index(), "horse") == [photo.pk]


def test_an_index_of_an_earlier_version_is_made_anew_with_what_it_lacked(make_photo: MakePhoto) -> None:
    earlier = replace(PHOTO_TEXT, columns={"title": "{row}.title"}, watched=("title",))
    with connection.cursor() as cursor:
        for name in (*PHOTO_TEXT.triggers, PHOTO_TEXT.vocabulary, PHOTO_TEXT.name):
            cursor.execute(f"DROP {'TRIGGER' if name in PHOTO_TEXT.triggers else 'TABLE'} {name}")
    assert earlier.install()
    photo = make_photo(title="zebra", city="Lisbon")

    assert PHOTO_TEXT.install()

    assert found(text_index(), "lisbon") == found(text_index(), "zebra") == [photo.pk]
    assert not PHOTO_TEXT.install()
    assert PHOTO_TEXT.drift() == 0


def test_a_change_of_other_columns_costs_the_index_nothing(make_photo: MakePhoto) -> None:
    photo = make_photo(title="zebra")
    with connection.cursor() as cursor:
        before = cursor.execute("SELECT count(*), sum(length(block)) FROM search_text_data").fetchone()

    Photo.objects.filter(pk=photo.pk).update(rating=5, trashed_at=NOW, title="zebra")

    with connection.cursor() as cursor:
        assert cursor.execute("SELECT count(*), sum(length(block)) FROM search_text_data").fetchone() == before
    assert PHOTO_TEXT.drift() == 0


@pytest.mark.parametrize(
    ("asked", "written"), [("寺", "京都の寺"), ("の寺", "京都の寺"), ("ทะเล", "ภาพทะเลสวย"), ("ビーチ", "夏のビーチで")]
)
def test_words_of_scripts_without_spaces_are_found_within(make_photo: MakePhoto, asked: str, written: str) -> None:
    titled, tagged = make_photo(title=written), make_photo(tags=[written])
    make_photo(title="temple")
    index = Fts5Index()

    assert sorted(found(index, asked)) == [titled.pk, tagged.pk]
    assert index.written(Term(asked), np.array([titled.pk, tagged.pk])).tolist() == [titled.pk]


@both
def test_every_photo_with_the_words_is_told_however_many_they_are(
    make_photo: MakePhoto, index: TextIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("fts5", "plain"):
        monkeypatch.setattr(f"search.fulltext.{module}.POOL", 2)
    zebras = [make_photo(title="the zebra") for _ in range(4)]
    tagged = make_photo(tags=["zebra"], caption="horse")
    make_photo(tags=["zebra"]).remove_tags(["zebra"])

    assert index.every([Term("zebra")]).tolist() == [*(photo.pk for photo in zebras), tagged.pk]
    assert index.every([Term("zebra"), Term("horse")]).tolist() == [tagged.pk]
    assert index.every([Term("unicorn")]).tolist() == []
    assert index.every([Term("the zebra", exact=True)]).tolist() == [photo.pk for photo in zebras]
