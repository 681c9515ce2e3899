from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from photos import storage, thumbnails
from photos.models import ModelMigration
from photos.tests.factories import make_user
from photos.tests.migrated import NEW, OLD, active_key, begin, migrated, upload, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_encoder", "owner")]

URL = "/admin/photos/modelmigration/"


@pytest.fixture
def staff(server_mode: Settings) -> Callable[..., Client]:
    """Sign in somebody with these permissions."""
    assert server_mode

    def sign_in(*permissions: str) -> Client:
        user: User = make_user("somebody", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def test_the_page_of_an_empty_library_names_the_encoder_that_waits(client: Client) -> None:
    page = client.get(reverse("admin:photos_modelmigration_changelist"))

    assert page.status_code == 200
    assert "The library is read with fake" in page.text
    assert "<button" not in page.text.partition("<form method")[2].partition("</form>")[0]


def test_the_page_tells_how_far_a_migration_is_and_can_end_it(client: Client) -> None:
    upload("red")
    migration = begin()

    page = client.get(URL)
    assert f"{OLD} to {NEW}" in page.text
    assert "Cancel the migration" in page.text and "Switch to" not in page.text
    page = client.post(URL, {"action": "cancel"}, follow=True)

    migration.refresh_from_db()
    assert migration.state == "cancelled"
    assert "What is embedded stays" in page.text


def test_what_is_ready_is_compared_and_can_be_switched_to_and_back(client: Client) -> None:
    upload("red", "blue")
    work(begin(review=True))

    page = client.get(URL)
    assert "100 % of the ten best photos stay" in page.text
    assert "Switch to other" in page.text
    client.post(URL, {"action": "switch"})
    assert active_key() == NEW
    assert "Go back to fake" in client.get(URL).text

    client.post(URL, {"action": "rollback"})

    assert active_key() == OLD


def test_photos_that_could_not_be_embedded_are_named(client: Client) -> None:
    lost, *_ = upload("red", "blue", "green")
    thumbnails.remove(storage.media_root(), lost.original)
    storage.path_of(lost.original).unlink()
    work(begin())

    assert f'<a href="{lost.get_absolute_url()}">' in client.get(URL).text


@pytest.mark.parametrize("action", ["switch", "cancel", "rollback"])
def test_what_cannot_be_done_is_told(action: str, client: Client) -> None:
    upload("red")

    page = client.post(URL, {"action": action}, follow=True)

    assert 'class="error"' in page.text
    assert active_key() == OLD


def test_a_row_leads_to_the_page_and_is_neither_added_nor_deleted(client: Client) -> None:
    migrated("red")
    row = ModelMigration.objects.get()

    assert client.get(f"{URL}{row.pk}/change/", follow=True).redirect_chain[-1][0] == "../.."
    assert client.get(f"{URL}add/").status_code == 403
    assert client.post(f"{URL}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_unknown_action_is_refused(client: Client) -> None:
    assert client.post(URL, {"action": "settle"}).status_code == 403


def test_a_change_needs_the_token_of_the_form() -> None:
    assert Client(enforce_csrf_checks=True).post(URL, {"action": "cancel"}).status_code == 403


def test_who_may_not_see_migrations_does_not(staff: Callable[..., Client]) -> None:
    assert staff("view_photo").get(URL).status_code == 403


def test_who_may_see_but_not_change_has_no_buttons(staff: Callable[..., Client]) -> None:
    upload("red")
    migration = begin()
    client = staff("view_modelmigration")

    assert "Cancel the migration" not in client.get(URL).text
    assert client.post(URL, {"action": "cancel"}).status_code == 403

    migration.refresh_from_db()
    assert migration.is_running


def test_a_stranger_is_asked_to_sign_in(server_mode: Settings, client: Client) -> None:
    assert server_mode

    assert client.get(URL).status_code == 302
    assert client.post(URL, {"action": "cancel"}).status_code in {302, 403}
