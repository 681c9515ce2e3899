from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from accounts.local import local_owner
from accounts.models import User


@pytest.mark.django_db
def test_the_local_owner_is_one_row_without_a_usable_password() -> None:
    first, second = local_owner(), local_owner()

    assert first.pk == second.pk
    assert first.username == "owner"
    assert not first.has_usable_password()
    assert first.is_staff and first.is_superuser


@pytest.mark.django_db
def test_the_local_owner_stays_the_same_under_another_name() -> None:
    owner = local_owner()
    owner.username = "anna"
    owner.save(update_fields=["username"])

    assert local_owner().pk == owner.pk


@pytest.mark.django_db
def test_a_person_who_has_the_name_already_is_not_taken_for_the_local_owner() -> None:
    person = User.objects.create_user("owner", password="secret")

    owner = local_owner()

    assert owner.pk != person.pk
    assert owner.username == "owner-2"


@pytest.mark.django_db
def test_a_deleted_local_owner_comes_back_as_a_new_row() -> None:
    local_owner().delete()

    assert local_owner().pk is not None
    assert User.objects.filter(is_local_owner=True).count() == 1


@pytest.mark.django_db
def test_the_database_refuses_a_second_local_owner() -> None:
    local_owner()

    with pytest.raises(IntegrityError):
        User.objects.create(username="second", is_local_owner=True)


@pytest.mark.django_db(transaction=True)
def test_two_threads_asking_at_once_get_one_local_owner() -> None:
    start = Barrier(2)

    def ask() -> int:
        start.wait()
        try:
            return local_owner().pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(ask) for _ in range(2)]
        owners = {future.result() for future in asked}

    assert len(owners) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("local_mode")
def test_the_local_owner_may_use_the_admin_without_signing_in(client: Client) -> None:
    answer = client.get("/admin/accounts/user/")

    assert answer.status_code == 200
    assert "Select user to change" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("local_mode")
def test_a_session_of_somebody_else_counts_for_nothing_in_local_mode(client: Client, anna: User) -> None:
    client.force_login(anna)

    assert client.get("/api").json() == {"user": "owner"}


@pytest.mark.django_db
@pytest.mark.usefixtures("local_mode")
def test_the_sign_in_page_leads_to_the_photos_in_local_mode(client: Client) -> None:
    answer = client.get("/accounts/sign-in/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"
