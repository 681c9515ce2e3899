from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from photos.tests.requesting import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server_mode")]

LIST = "/admin/photos/photo/"


def staff(client: Client, *permissions: str) -> User:
    """Sign in somebody of the staff who has these permissions and no others."""
    user = make_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return user


def test_staff_without_a_permission_sees_no_photo_of_others(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(owner=make_user("berta"))
    staff(client)

    assert client.get(LIST).status_code == 403
    assert client.get(reverse("admin:photos_photo_thumbnail", args=[photo.pk, 512])).status_code == 403


@pytest.mark.parametrize("action", ["move_to_trash", "archive", "remove_tags", "analyse_again"])
def test_staff_that_may_only_look_changes_nothing(
    client: Client, make_photo: Callable[..., Photo], action: str
) -> None:
    photo = make_photo(owner=make_user("berta"), tags=["sea"])
    staff(client, "view_photo")

    client.post(LIST, {"action": action, "_selected_action": [photo.pk], "tags": "sea"})

    photo.refresh_from_db()
    assert (photo.trashed_at, photo.archived, photo.tag_names) == (None, False, ["sea"])
    assert read(client.get(reverse("admin:photos_photo_thumbnail", args=[photo.pk, 512]))).startswith(b"RIFF")


def test_staff_that_may_change_photos_curates_those_of_others(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(owner=make_user("berta"))
    staff(client, "view_photo", "change_photo")

    client.post(LIST, {"action": "archive", "_selected_action": [photo.pk]})

    photo.refresh_from_db()
    assert photo.archived
