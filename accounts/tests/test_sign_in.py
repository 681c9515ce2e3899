from __future__ import annotations

import base64
from http.cookies import Morsel
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server_mode")]

PASSWORD = "a good long password"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def sign_in(client: Client, **fields: str) -> Any:
    return client.post("/accounts/sign-in/", {"username": "anna", "password": PASSWORD, **fields}, secure=True)


def test_the_api_answers_an_anonymous_call_with_401_and_a_challenge(client: Client) -> None:
    answer = client.get("/api", secure=True)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_api_takes_name_and_password(client: Client, anna: User) -> None:
    answer = client.post("/api", secure=True, headers=basic(anna.username, PASSWORD))

    assert answer.json() == {"user": "anna"}


@pytest.mark.parametrize("credentials", [("anna", "wrong"), ("nobody", PASSWORD), ("anna", "")])
def test_the_api_refuses_wrong_credentials(client: Client, anna: User, credentials: tuple[str, str]) -> None:  # noqa: ARG001
    answer = client.get("/api", secure=True, headers=basic(*credentials))

    assert answer.status_code == 401


def test_the_api_refuses_a_person_who_was_deactivated(client: Client, anna: User) -> None:
    anna.is_active = False
    anna.save(update_fields=["is_active"])

    assert client.get("/api", secure=True, headers=basic("anna", PASSWORD)).status_code == 401


def test_an_anonymous_page_leads_to_the_sign_in_form_and_back(client: Client) -> None:
    answer = client.get("/page?q=a%26b", secure=True, headers={"Accept": BROWSER})

    target = urlsplit(answer.headers["Location"])
    assert (answer.status_code, target.netloc, target.path) == (302, "", "/accounts/sign-in/")
    assert parse_qs(target.query) == {"next": ["/page?q=a%26b"]}


def test_a_fragment_sends_the_whole_page_to_the_sign_in_form(client: Client) -> None:
    answer = client.get(
        "/page", secure=True, headers={"HX-Request": "true", "HX-Current-URL": "https://testserver/gallery/"}
    )

    assert answer.headers["HX-Redirect"] == "/accounts/sign-in/?next=/gallery/"


@pytest.mark.parametrize("address", ["http://[", "", "//", "https://testserver"])
def test_a_fragment_of_no_page_is_sent_to_the_sign_in_form_too(client: Client, address: str) -> None:
    answer = client.get("/page", secure=True, headers={"HX-Request": "true", "HX-Current-URL": address})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/sign-in/?next=/page"


def test_the_sign_in_form_has_labels_and_a_token(client: Client) -> None:
    form = client.get("/accounts/sign-in/", secure=True).content.decode()

    assert "csrfmiddlewaretoken" in form
    assert 'for="id_username"' in form and 'for="id_password"' in form


def test_signing_in_leads_to_the_page_that_was_asked_for(client: Client, anna: User) -> None:  # noqa: ARG001
    answer = sign_in(client, next="/page?q=1")

    assert answer.headers["Location"] == "/page?q=1"
    assert client.get("/page", secure=True).content.startswith(b"anna")


@pytest.mark.parametrize(
    "target",
    ["//evil.com", "https://evil.com/", "http:evil.com", "/\\evil.com", "javascript:alert(1)", "\thttps://a.b"],
)
def test_signing_in_never_leads_to_another_site(client: Client, anna: User, target: str) -> None:  # noqa: ARG001
    answer = sign_in(client, next=target)

    assert answer.headers["Location"] == "/"


def test_a_wrong_password_does_not_sign_in(client: Client, anna: User) -> None:  # noqa: ARG001
    answer = sign_in(client, password="wrong")

    assert answer.status_code == 200
    assert "correct username and password" in answer.content.decode()
    assert client.get("/page", secure=True).status_code == 302


def test_the_session_id_changes_at_sign_in_and_its_cookie_is_closed(
    client: Client,
    anna: User,  # noqa: ARG001
    server_mode: Settings,
) -> None:
    client.session.save()
    before = client.cookies[server_mode.SESSION_COOKIE_NAME].value

    cookie: Morsel[str] = sign_in(client).cookies[server_mode.SESSION_COOKIE_NAME]

    assert cookie.value != before
    assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax"


def test_a_changed_password_ends_the_sessions_of_other_browsers(client: Client, anna: User) -> None:
    client.force_login(anna)

    anna.set_password("another good password")
    anna.save()

    assert client.get("/page", secure=True).status_code == 302


def test_signing_out_is_a_post(client: Client, anna: User) -> None:
    client.force_login(anna)

    assert client.get("/accounts/sign-out/", secure=True).status_code == 405
    assert client.post("/accounts/sign-out/", secure=True).headers["Location"] == "/accounts/sign-in/"
    assert client.get("/page", secure=True).status_code == 302


@pytest.mark.parametrize("path", ["/page", "/api", "/accounts/sign-out/"])
def test_a_session_without_the_token_cannot_change_anything(anna: User, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)

    answer = client.post(path, secure=True, headers={"Referer": "https://testserver/"})

    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_name_and_password_need_no_token(anna: User) -> None:
    answer = Client(enforce_csrf_checks=True).post("/api", secure=True, headers=basic(anna.username, PASSWORD))

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/page", "/api"])
@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}, {"Origin": "https://evil.com"}]
)
def test_a_change_asked_for_by_another_site_is_refused(
    client: Client, anna: User, path: str, headers: dict[str, str]
) -> None:
    client.force_login(anna)

    answer = client.post(path, secure=True, headers=headers)

    assert answer.status_code == 403
    assert "another site" in answer.json()["detail"]


def test_a_change_from_the_address_people_open_is_served_under_any_host(client: Client, anna: User) -> None:
    client.force_login(anna)

    answer = client.post(
        "/api", secure=True, headers={"Origin": "https://photos.example.org", "Host": "localhost:8000"}
    )

    assert answer.status_code == 200


def test_plain_http_is_sent_to_https_and_https_is_remembered(client: Client) -> None:
    plain = client.get("/page", headers={"Host": "photos.example.org"})
    encrypted = client.get("/page", secure=True)

    assert plain.headers["Location"] == "https://photos.example.org/page"
    assert encrypted.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_another_host_is_refused(client: Client) -> None:
    assert client.get("/page", secure=True, headers={"Host": "evil.com"}).status_code == 400


def test_the_admin_is_closed_to_who_is_not_staff(client: Client, anna: User) -> None:
    anonymous = client.get("/admin/accounts/user/", secure=True)
    client.force_login(anna)
    signed_in = client.get("/admin/accounts/user/", secure=True)

    assert (anonymous.status_code, signed_in.status_code) == (302, 302)
    assert "/admin/login/" in signed_in.headers["Location"]


def test_the_admin_is_open_to_who_is_staff(client: Client, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(is_staff=True, is_superuser=True)
    client.force_login(anna)

    answer = client.get("/admin/accounts/user/", secure=True)

    assert answer.status_code == 200
    assert "anna" in answer.content.decode()
