from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server_mode")]

STRANGER, PROXY, SECOND_PROXY = "203.0.113.9", "10.0.0.2", "172.20.1.1"


def seen(client: Client, peer: str, **headers: str) -> str:
    """Return what a view saw of a signed-in request: user, address, scheme."""
    client.force_login(User.objects.get_or_create(username="anna")[0])
    answer = client.get("/page", REMOTE_ADDR=peer, headers=headers)
    return answer.content.decode() or f"{answer.status_code} {answer.headers['Location']}"


def test_a_trusted_proxy_is_believed(client: Client) -> None:
    words = seen(client, PROXY, **{"X-Forwarded-For": "198.51.100.4", "X-Forwarded-Proto": "https"})

    assert words == "anna 198.51.100.4 https"


def test_a_forged_scheme_from_anybody_else_is_ignored(client: Client) -> None:
    words = seen(client, STRANGER, **{"X-Forwarded-Proto": "https"})

    assert words == "301 https://testserver/page"


def test_a_forged_address_from_anybody_else_is_ignored(client: Client) -> None:
    client.force_login(User.objects.create(username="anna"))

    answer = client.get("/page", REMOTE_ADDR=STRANGER, secure=True, headers={"X-Forwarded-For": "127.0.0.1"})

    assert answer.content.decode() == f"anna {STRANGER} https"


@pytest.mark.parametrize(
    ("chain", "client_address"),
    [
        ("198.51.100.4", "198.51.100.4"),
        (f"198.51.100.4, {SECOND_PROXY}", "198.51.100.4"),
        ("127.0.0.1, 198.51.100.4", "198.51.100.4"),
        (f"{SECOND_PROXY}, 198.51.100.4, {SECOND_PROXY}", "198.51.100.4"),
        ("2001:db8::7", "2001:db8::7"),
        (SECOND_PROXY, PROXY),
        ("not an address", PROXY),
        ("", PROXY),
    ],
)
def test_the_client_is_the_last_address_no_trusted_proxy_has(client: Client, chain: str, client_address: str) -> None:
    words = seen(client, PROXY, **{"X-Forwarded-For": chain, "X-Forwarded-Proto": "https"})

    assert words == f"anna {client_address} https"


def test_a_forged_host_is_refused_also_from_a_trusted_proxy(client: Client) -> None:
    answer = client.get(
        "/page",
        REMOTE_ADDR=PROXY,
        headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.b", "Host": "evil.com"},
    )

    assert answer.status_code == 400
