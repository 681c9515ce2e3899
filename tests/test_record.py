from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.test import Client, RequestFactory

from accounts.admin import PersonAdmin
from accounts.models import User
from accounts.record import Actor, AppendOnly, DestructiveAct, Where, acting
from accounts.sealing import seal, seal_after_migrations, unseal, unseal_for_migrations
from photos.models import Photo
from photos.tests.factories import make_user

pytestmark = pytest.mark.django_db

MakePhoto = Callable[..., Photo]
URL = "/admin/accounts/destructiveact/"


@pytest.fixture
def act(db: None) -> DestructiveAct:  # noqa: ARG001 - it opens the database
    with acting(Actor("berta", Where.API)):
        return DestructiveAct.record(DestructiveAct.What.DELETED, "boat.jpg", "ab" * 32, 7, 1)


@pytest.fixture
def sealed() -> None:
    seal()  # its triggers go with the transaction of the test


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE destructive_act SET who = 'nobody'",
        "DELETE FROM destructive_act",
        "UPDATE destructive_act SET who = who",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_recorded(act: DestructiveAct, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert DestructiveAct.objects.values_list("who", "where", "name", "photo_id").get() == (
        "berta", "api", "boat.jpg", 7,
    )  # fmt: skip
    assert act.pk


def test_no_code_changes_or_deletes_a_row(act: DestructiveAct) -> None:
    act.who = "nobody"

    for attempt in (
        act.save,
        act.delete,
        DestructiveAct.objects.all().delete,
        lambda: DestructiveAct.objects.update(who="nobody"),
    ):
        with pytest.raises(AppendOnly):
            attempt()

    assert DestructiveAct.objects.get().who == "berta"


def triggers() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'destructive_act'")
        return int(cursor.fetchone()[0])


def test_migrations_find_the_table_open_and_leave_it_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.sealing.WANTED", True)
    seal_after_migrations("default")
    seal_after_migrations("default")
    sealed = triggers()

    unseal_for_migrations("default", [])
    nothing_to_do = triggers()
    unseal_for_migrations("default", ["a migration"])

    assert (sealed, nothing_to_do, triggers()) == (2, 2, 0)


def test_a_photo_deleted_by_whatever_way_is_recorded(make_photo: MakePhoto) -> None:
    photo = make_photo()
    pk = photo.pk

    Photo.objects.all().delete()

    recorded = DestructiveAct.objects.get()
    assert (recorded.who, recorded.where, recorded.photo_id) == ("", "elsewhere", pk)
    assert (recorded.sha256, recorded.name, recorded.owner_id) == (photo.sha256, photo.original_name, photo.owner_id)


def test_a_deletion_that_is_undone_leaves_no_record(make_photo: MakePhoto) -> None:
    photo = make_photo()

    with pytest.raises(RuntimeError), transaction.atomic():
        photo.delete()
        raise RuntimeError

    assert Photo.objects.exists()
    assert not DestructiveAct.objects.exists()


@pytest.mark.usefixtures("sealed")
def test_the_record_outlives_the_person_whose_photos_were_deleted(make_photo: MakePhoto) -> None:
    berta = make_user("berta")
    make_photo(owner=berta)
    pk = berta.pk

    berta.delete()

    assert not User.objects.filter(username="berta").exists()
    assert DestructiveAct.objects.get().owner_id == pk
    unseal()


def test_who_deletes_a_person_in_the_admin_deletes_their_photos(
    rf: RequestFactory, make_photo: MakePhoto, owner: User
) -> None:
    for name in ("berta", "carla"):
        make_photo(owner=make_user(name))
    request = rf.post("/")
    request.user = owner
    page = PersonAdmin(User, admin.site)

    page.delete_model(request, User.objects.get(username="berta"))
    page.delete_queryset(request, User.objects.filter(username="carla"))

    assert list(DestructiveAct.objects.values_list("who", "where")) == [(owner.username, "admin")] * 2


@pytest.mark.parametrize(
    ("delete", "where"),
    [
        (lambda client, pk: client.delete(f"/photo/{pk}?permanent=true"), "api"),
        (lambda client, pk: client.post(f"/gallery/trash/{pk}/delete/"), "page"),
        (lambda client, _: client.post("/gallery/trash/empty/"), "page"),
    ],
)
def test_it_is_recorded_who_deleted_and_from_where(
    client: Client, make_photo: MakePhoto, owner: User, delete: Callable[[Client, int], object], where: str
) -> None:
    photo = make_photo(trashed=True)

    delete(client, photo.pk)

    recorded = DestructiveAct.objects.get()
    assert (recorded.who, recorded.where, recorded.sha256) == (owner.username, where, photo.sha256)


def test_the_admin_lists_and_searches_it(client: Client, act: DestructiveAct) -> None:
    DestructiveAct.record(DestructiveAct.What.STRAY, "house.jpg", "cd" * 32)

    everything = client.get(URL).text
    by_hash = client.get(URL, {"q": act.sha256}).text
    by_name = client.get(URL, {"q": "house"}).text

    assert "boat.jpg" in everything
    assert "house.jpg" in everything
    assert ("boat.jpg" in by_hash, "house.jpg" in by_hash) == (True, False)
    assert ("boat.jpg" in by_name, "house.jpg" in by_name) == (False, True)


def test_the_admin_changes_nothing_of_it(client: Client, act: DestructiveAct) -> None:
    assert client.get(f"{URL}add/").status_code == 403
    assert client.post(f"{URL}{act.pk}/change/", {"who": "x"}).status_code == 403
    assert client.post(f"{URL}{act.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(URL, {"action": "delete_selected", "_selected_action": [str(act.pk)], "post": "yes"})
    assert DestructiveAct.objects.count() == 1


@pytest.mark.parametrize("number", [1, 40])
def test_the_list_takes_the_same_queries_whatever_its_length(
    client: Client, owner: User, number: int, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for each in range(number):
        DestructiveAct.record(DestructiveAct.What.DELETED, f"{each}.jpg", "ab" * 32, each, owner.pk)

    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        assert client.get(URL).status_code == 200
