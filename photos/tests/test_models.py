from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from photos.embeddings import put_vector
from photos.models import Photo, Stage
from photos.tests.factories import at, make_user
from photos.tests.requesting import reads_vectors

NOON = at("2024-05-01 12:00")


def test_a_person_sees_their_own_photos_but_for_the_trash(owner: User, make_photo: Callable[..., Photo]) -> None:
    mine, trashed = make_photo(archived=True), make_photo(trashed=True)
    make_photo(owner=make_user("berta"))
    make_photo(owner=make_user("carla"), trashed=True)

    assert list(Photo.objects.visible_to(owner)) == [mine]
    assert list(Photo.objects.in_trash_of(owner)) == [trashed]


def test_lists_show_all_but_the_archived(owner: User, make_photo: Callable[..., Photo]) -> None:
    listed, archived = make_photo(), make_photo(archived=True)

    assert list(Photo.objects.visible_to(owner).listed()) == [listed]
    assert list(Photo.objects.visible_to(owner).archived()) == [archived]


def test_hidden_are_the_archived_and_the_trashed_whoever_they_belong_to(make_photo: Callable[..., Photo]) -> None:
    make_photo()
    hidden = [make_photo(archived=True), make_photo(trashed=True), make_photo(owner=make_user("eve"), archived=True)]

    assert list(Photo.objects.hidden().order_by("pk")) == hidden


def test_a_photo_is_embedded_by_every_model_it_has_a_vector_of(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(embedding=np.ones(4), model="m@1")
    make_photo(embedding=np.ones(4), model="m@3")
    put_vector(photo, np.ones(4), "m@2")

    assert [list(Photo.objects.embedded_by(model)) for model in ("m@1", "m@2")] == [[photo], [photo]]


def test_stale_is_what_another_model_has_embedded(make_photo: Callable[..., Photo]) -> None:
    make_photo(embedding=np.ones(4), model="m@1")
    stale = make_photo(embedding=np.ones(4), model="m@2")
    make_photo()

    assert list(Photo.objects.stale("m@1")) == [stale]


def test_a_listing_reads_tags_at_once_and_no_vector(make_photo: Callable[..., Photo]) -> None:
    for _ in range(3):
        make_photo(tags=["sea"], embedding=np.ones(4))

    with CaptureQueriesContext(connection) as captured:
        names = [photo.tag_names for photo in Photo.objects.for_listing()]

    assert names == [["sea"]] * 3
    assert len(captured) == 2
    assert not any(reads_vectors(entry["sql"]) for entry in captured.captured_queries)


def test_of_one_moment_the_later_row_comes_first(make_photo: Callable[..., Photo]) -> None:
    first, second = (make_photo(created_at=NOON, taken_at=NOON) for _ in range(2))

    assert list(Photo.objects.all()) == [second, first]
    assert list(Photo.objects.newest_taken()) == [second, first]


def test_what_a_person_says_is_remembered_as_theirs(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    photo.edit({"title": "Boat", "rating": 3})

    photo.refresh_from_db()
    assert (photo.title, photo.rating) == ("Boat", 3)
    assert photo.edited == ["rating", "title"]


def test_two_edits_at_the_same_time_are_both_remembered(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    one, other = (Photo.objects.get(pk=photo.pk) for _ in range(2))

    one.edit({"title": "Boat"})
    other.edit({"caption": "A boat."})

    photo.refresh_from_db()
    assert photo.edited == ["caption", "title"]
    assert (photo.title, photo.caption) == ("Boat", "A boat.")


def test_an_edit_touches_no_other_column(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    Photo.objects.filter(pk=photo.pk).update(camera_make="Nikon", status=Photo.Status.FAILED)

    photo.edit({"title": "Boat"})

    photo.refresh_from_db()
    assert (photo.camera_make, photo.status) == ("Nikon", Photo.Status.FAILED)


def test_what_is_not_for_a_person_to_set_is_refused(make_photo: Callable[..., Photo]) -> None:
    with pytest.raises(ValueError, match="not editable: sha256, status"):
        make_photo().edit({"title": "x", "status": "ready", "sha256": ""})


def test_a_date_keeps_the_wall_clock_and_its_offset(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()
    tokyo = timezone(timedelta(hours=9, minutes=30))

    photo.edit({"taken_at": datetime(2019, 3, 21, 11, 4, 22, tzinfo=tokyo)})

    photo.refresh_from_db()
    assert photo.taken_at == datetime(2019, 3, 21, 11, 4, 22, tzinfo=UTC)
    assert (photo.taken_offset, photo.taken_at_source) == (570, "human")
    assert photo.taken_locally.isoformat() == "2019-03-21T11:04:22+09:30"


def test_a_date_without_an_offset_has_none(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    photo.edit({"taken_at": datetime(2019, 3, 21, 11, 4, 22)})

    photo.refresh_from_db()
    assert photo.taken_offset is None
    assert photo.taken_locally.isoformat() == "2019-03-21T11:04:22"


def test_trash_and_back(owner: User, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    photo.trash(NOON)
    assert Photo.objects.get().trashed_at == NOON
    photo.restore()

    assert list(Photo.objects.visible_to(owner)) == [photo]


def test_a_rating_beyond_five_is_refused_by_the_database(make_photo: Callable[..., Photo]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_photo(rating=6)


def test_one_owner_has_the_same_bytes_once(make_photo: Callable[..., Photo]) -> None:
    make_photo(sha256="0" * 64)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_photo(sha256="0" * 64)

    make_photo(sha256="0" * 64, owner=make_user("berta"))


@pytest.mark.django_db(transaction=True)
def test_a_save_shares_the_fate_of_the_news_of_it(make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(title="before")

    def refuse(**_: object) -> None:
        raise RuntimeError("no news today")

    post_save.connect(refuse, sender=Photo)
    try:
        with pytest.raises(RuntimeError):
            photo.edit({"title": "after"})
    finally:
        post_save.disconnect(refuse, sender=Photo)

    assert Photo.objects.get().title == "before"


@pytest.mark.parametrize(
    ("states", "status", "error"),
    [
        (["done", "done", "done", "done"], "ready", ""),
        (["done", "queued", "done", "done"], "queued", ""),
        (["done", "running", "done", "done"], "queued", ""),
        (["done", "failed", "queued", "failed"], "failed", "why 1"),
    ],
)
def test_a_photo_is_in_the_state_of_its_stages(
    make_photo: Callable[..., Photo], states: list[str], status: str, error: str
) -> None:
    photo = make_photo()
    for number, (name, state) in enumerate(zip(Stage.ORDER, states, strict=True)):
        photo.stages.filter(name=name).update(status=state, error=f"why {number}" if state == "failed" else "")

    photo.settle()
    one = Photo.objects.values_list("status", "error").get()
    Photo.objects.update(status="", error="stale")
    Photo.objects.all().settle(datetime(2024, 5, 1, tzinfo=UTC))

    assert one == Photo.objects.values_list("status", "error").get() == (status, error)


def test_a_photo_is_named_by_its_title_or_else_its_file(make_photo: Callable[..., Photo]) -> None:
    assert str(make_photo(title="Boat")) == "Boat"
    assert str(make_photo(original_name="IMG 1.jpg")) == "IMG 1.jpg"
