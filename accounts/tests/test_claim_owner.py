from __future__ import annotations

import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.local import local_owner
from accounts.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "a good long password"


def claim(monkeypatch: pytest.MonkeyPatch, username: str, password: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    call_command("claim_owner", username, "--password-stdin", stdout=io.StringIO())


def test_the_owner_of_the_photos_gets_a_name_and_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = local_owner()

    claim(monkeypatch, "anna", PASSWORD)

    owner.refresh_from_db()
    assert (owner.username, owner.check_password(PASSWORD)) == ("anna", True)
    assert local_owner().pk == owner.pk


@pytest.mark.usefixtures("server_mode")
def test_the_claimed_owner_signs_in_in_server_mode(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    claim(monkeypatch, "anna", PASSWORD)

    assert client.login(username="anna", password=PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "password1", "annabella"])
def test_a_weak_password_is_refused(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    with pytest.raises(CommandError):
        claim(monkeypatch, "annabella", password)

    assert not local_owner().has_usable_password()


@pytest.mark.parametrize("username", ["", "a name with spaces", "taken"])
def test_a_name_that_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch, username: str) -> None:
    User.objects.create_user("taken")

    with pytest.raises(CommandError):
        claim(monkeypatch, username, PASSWORD)

    assert local_owner().username == "owner"
