from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.fakes import PALETTE, FakeEncoder
from photos import curation, pipeline, retagging
from photos.models import Photo, PhotoTag, Tag, VocabularyState, VocabularyWord
from photos.tests.factories import at
from photos.tests.interrupted import Interrupted, uploaded
from photos.tests.pictures import jpeg

pytestmark = pytest.mark.django_db

NOW = at("2024-05-01 12:00")
COLOURS = list(PALETTE)
MODEL = "fake@1-32d"


def seen_as(*colours: str) -> np.ndarray:
    """The vector of a picture that shows these colours, the first one most."""
    vector = np.zeros(32, dtype=np.float32)
    for place, colour in enumerate(colours):
        vector[COLOURS.index(colour)] = 1 - place / 10
    return vector


@pytest.fixture(autouse=True)
def tagged_under_todays_words() -> None:
    VocabularyState.applied_now(VocabularyState.now().current)


@pytest.fixture
def tagged(make_photo: Callable[..., Photo]) -> Callable[..., Photo]:
    """Make photos with a vector and the tags that today's words give them."""

    def make(*colours: str, **fields: Any) -> Photo:
        photo = make_photo(embedding=seen_as(*colours), **fields)
        retagging.retag(NOW)
        photo.refresh_from_db()
        return photo

    return make


def glowberry(**fields: Any) -> VocabularyWord:
    return VocabularyWord.objects.create(word="glowberry", prompts=["red"], threshold=0.3, **fields)


def retag() -> retagging.Retagged:
    return retagging.retag(NOW)


def test_a_new_word_comes_to_the_photos_that_show_it_and_to_no_other(tagged: Callable[..., Photo]) -> None:
    red, blue = tagged("red"), tagged("blue")
    glowberry()

    done = retag()

    assert (done.photos, done.changed, done.rows) == (2, 1, 1)
    assert set(red.tag_names) == {"red", "glowberry"}
    assert blue.tag_names == ["blue"]
    row = red.photo_tags.get(tag__name="glowberry")
    assert (row.source, row.model) == ("machine", MODEL)
    assert row.score > 0.9


def test_a_word_switched_off_or_deleted_leaves_every_photo(tagged: Callable[..., Photo]) -> None:
    glowberry()
    red, orange = tagged("red"), tagged("orange")
    VocabularyWord.objects.get(word="glowberry").delete()
    VocabularyWord.objects.create(word="orange", enabled=False)

    retag()

    assert red.tag_names == ["red"]
    assert orange.tag_names == []


def test_a_higher_threshold_takes_what_does_not_reach_it(tagged: Callable[..., Photo]) -> None:
    photo = tagged("red", "blue")
    assert "red" in photo.tag_names
    VocabularyWord.objects.create(word="red", threshold=1.0, edited=["threshold"])

    retag()

    assert "red" not in photo.tag_names


def test_what_people_and_files_said_and_every_refusal_stays(tagged: Callable[..., Photo]) -> None:
    photo = tagged("red", tags=["glowberry", "holiday"])
    photo.remove_tags(["red"])
    PhotoTag.objects.create(photo=photo, tag=Tag.objects.create(name="frost"), source=PhotoTag.Source.FILE)
    glowberry()
    before = set(PhotoTag.objects.values_list("pk", "tag__name", "source", "score", "rejected"))

    assert retag().changed == 0

    assert set(PhotoTag.objects.values_list("pk", "tag__name", "source", "score", "rejected")) == before


def test_a_list_that_a_person_set_as_a_whole_gets_no_word_and_loses_none(tagged: Callable[..., Photo]) -> None:
    photo = tagged("red")
    photo.set_tags(["red", "boat"])
    glowberry()
    VocabularyWord.objects.create(word="red", enabled=False)

    assert retag().changed == 0

    assert set(photo.tag_names) == {"red", "boat"}


def test_photos_in_the_archive_and_in_the_trash_are_tagged_too(tagged: Callable[..., Photo]) -> None:
    photos = [tagged("red", archived=True), tagged("red", trashed=True)]
    glowberry()

    retag()

    assert all("glowberry" in photo.tag_names for photo in photos)


def test_photos_of_another_model_and_without_a_vector_are_left_alone(
    tagged: Callable[..., Photo], make_photo: Callable[..., Photo]
) -> None:
    other = make_photo(embedding=seen_as("red"), model="other@1-32d")
    none = make_photo()
    tagged("blue")
    glowberry()

    assert retag().photos == 1
    assert other.tag_names == none.tag_names == []


def test_no_file_is_opened(tagged: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    photo = tagged("red")
    (settings.MEDIA_ROOT / photo.original).unlink()
    monkeypatch.setattr(FakeEncoder, "embed_images", None)
    glowberry()

    retag()

    assert "glowberry" in photo.tag_names


def test_only_what_changes_is_written(tagged: Callable[..., Photo]) -> None:
    for _ in range(5):
        tagged("red")
        tagged("blue")
    glowberry()
    retag()
    ids = dict(PhotoTag.objects.values_list("pk", "score"))

    with CaptureQueriesContext(connection) as queries:
        assert retag() == retagging.Retagged(10, 0, 0)

    assert dict(PhotoTag.objects.values_list("pk", "score")) == ids
    writes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [sql for sql in writes if "vocabulary_state" not in sql] == []


def test_a_probability_that_moves_visibly_is_written_and_one_that_hardly_moves_is_not(
    tagged: Callable[..., Photo],
) -> None:
    photo = tagged("red")
    row = photo.photo_tags.get()
    true = row.score
    for moved, written in ((true - 0.001, False), (true - 0.1, True)):
        PhotoTag.objects.filter(pk=row.pk).update(score=moved)

        assert bool(retag().rows) is written

        assert (PhotoTag.objects.get().pk, PhotoTag.objects.get().score) == (row.pk, true if written else moved)


def test_captions_made_of_the_tags_follow_them_and_those_of_people_do_not(tagged: Callable[..., Photo]) -> None:
    free, theirs, same = tagged("red"), tagged("red"), tagged("blue")
    theirs.edit({"caption": "Our house"})
    Photo.objects.filter(pk=same.pk).update(caption="As it was.")
    glowberry()

    retag()

    for photo in (free, theirs, same):
        photo.refresh_from_db()
    assert "glowberry" in free.caption
    assert free.updated_at == NOW
    assert theirs.caption == "Our house"
    assert same.caption == "As it was.", "its tags have not changed"


def test_no_transaction_writes_more_rows_than_it_may(
    make_photo: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retagging, "ROWS_AT_ONCE", 6)
    photos = [make_photo(embedding=seen_as("red", "blue")) for _ in range(10)]
    sizes: list[int] = []
    write = retagging._Pass.write

    def measured(self: Any, wanted: Any) -> retagging.Retagged:
        done = write(self, wanted)
        sizes.append(done.rows + done.changed)
        return done

    monkeypatch.setattr(retagging._Pass, "write", measured)

    retag()

    assert all("red" in photo.tag_names for photo in photos)
    assert len(sizes) > 1
    assert max(sizes) <= 6


def test_progress_is_told(make_photo: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retagging, "PHOTOS_AT_ONCE", 2)
    for _ in range(5):
        make_photo(embedding=seen_as("red"))
    told: list[tuple[int, int]] = []

    retagging.retag(NOW, lambda done, total: told.append((done, total)))

    assert told == [(2, 5), (4, 5), (5, 5)]


def test_what_was_broken_off_is_done_by_the_next_pass(
    make_photo: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retagging, "PHOTOS_AT_ONCE", 2)
    photos = [make_photo(embedding=seen_as("red")) for _ in range(6)]
    glowberry()

    def kill(done: int, _: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retagging.retag(NOW, kill)
    assert retagging.is_needed()
    assert ["glowberry" in photo.tag_names for photo in photos] == [True] * 4 + [False] * 2

    done = retag()

    assert (done.photos, done.changed) == (6, 2)
    assert all("glowberry" in photo.tag_names for photo in photos)
    assert not retagging.is_needed()


def test_words_that_change_meanwhile_leave_it_needed(tagged: Callable[..., Photo]) -> None:
    photo = tagged("red")
    glowberry()

    def change_words(*_: int) -> None:
        VocabularyWord.objects.filter(word="glowberry").delete()

    retagging.retag(NOW, change_words)

    assert retagging.is_needed()
    retag()
    assert not retagging.is_needed()
    assert photo.tag_names == ["red"]


@pytest.mark.usefixtures("no_encoder")
def test_without_an_encoder_it_says_so_and_stays_needed() -> None:
    glowberry()

    with pytest.raises(EncoderUnavailable):
        retag()

    assert retagging.is_needed()


def test_tags_from_file_names_are_left_alone(settings: Settings, make_photo: Callable[..., Photo]) -> None:
    settings.CLOUDZY_ENCODER = "placeholder"
    photo = make_photo(embedding=np.ones(512), model="placeholder@1-512d")
    VocabularyState.renew()

    assert retag() == retagging.Retagged(0, 0, 0)
    assert photo.tag_names == []
    assert not retagging.is_needed()


def test_the_number_of_queries_does_not_grow_with_the_photos(
    make_photo: Callable[..., Photo], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(40):
        make_photo(embedding=seen_as("red"))

    with django_assert_max_num_queries(30):
        retag()


# Together with people


@pytest.fixture
def before_writing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen after the pass has seen what is to be written, and before it writes."""

    def arrange(meanwhile: Callable[[], object]) -> None:
        write = retagging._Pass.write

        def interrupted(self: Any, wanted: Any) -> retagging.Retagged:
            meanwhile()
            return write(self, wanted)

        monkeypatch.setattr(retagging._Pass, "write", interrupted)

    return arrange


def refuse(photo: Photo) -> None:
    photo.add_tags(["glowberry"])
    photo.remove_tags(["glowberry"])


Decide = Callable[[Photo], object]
DECISIONS: dict[str, tuple[Decide, set[str]]] = {
    "refuses the word": (refuse, {"red"}),
    "says the word": (lambda photo: photo.add_tags(["glowberry"]), {"red", "glowberry"}),
    "sets the whole list": (lambda photo: photo.set_tags(["boat"]), {"boat"}),
    "refuses another": (lambda photo: photo.remove_tags(["red"]), {"glowberry"}),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_what_a_person_decides_while_it_runs_counts(
    tagged: Callable[..., Photo], before_writing: Callable[[Callable[[], object]], None], decision: str
) -> None:
    photo = tagged("red")
    glowberry()
    decide, expected = DECISIONS[decision]
    before_writing(lambda: decide(Photo.objects.get()))

    retag()

    assert set(photo.tag_names) == expected
    said = photo.photo_tags.filter(tag__name="glowberry", rejected=False, source=PhotoTag.Source.HUMAN)
    assert said.count() == (decision == "says the word")


def test_a_photo_deleted_meanwhile_is_passed_over(
    tagged: Callable[..., Photo], before_writing: Callable[[Callable[[], object]], None]
) -> None:
    photo, other = tagged("red"), tagged("red")
    glowberry()
    before_writing(lambda: curation.purge(Photo.objects.get(pk=photo.pk)))

    retag()

    assert "glowberry" in other.tag_names


def test_a_photo_that_was_being_analysed_while_words_changed_gets_them_too(
    use_encoder: Callable[[Encoder], None],
) -> None:
    def change_words() -> None:
        glowberry()
        retag()

    use_encoder(Interrupted(change_words))

    photo = pipeline.analyse(uploaded(jpeg(colour="red")), NOW)

    assert photo.tag_names == ["red"]
    assert retagging.is_needed()
    retag()
    assert set(Photo.objects.get().tag_names) == {"red", "glowberry"}


@pytest.mark.django_db(transaction=True)
def test_a_person_who_refuses_words_all_the_while_never_sees_one_again(make_photo: Callable[..., Photo]) -> None:
    photos = [make_photo(embedding=seen_as("red")) for _ in range(30)]
    retag()
    glowberry()
    stop = threading.Event()

    def keep_retagging() -> None:
        try:
            while not stop.is_set():
                VocabularyWord.objects.filter(word="glowberry").update(threshold=0.31)
                retag()
        finally:
            connection.close()

    thread = threading.Thread(target=keep_retagging)
    thread.start()
    try:
        for photo in photos:
            with transaction.atomic():
                photo.add_tags(["glowberry"])
                photo.remove_tags(["glowberry", "red"])
    finally:
        stop.set()
        thread.join()
    retag()

    assert [photo.tag_names for photo in photos] == [[]] * 30
