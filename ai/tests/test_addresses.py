from __future__ import annotations

import pytest

from ai.addresses import AddressRefused, checked, resolve


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%lo",
        "224.0.0.1",
        "ff02::1",
        "0.0.0.0",  # noqa: S104
        "::",
        "255.255.255.255",
        "240.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
    ],
)
def test_an_address_that_no_service_of_ones_own_has_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="captions leads to"):
        checked("captions", 80, lambda *_: ["127.0.0.1", address])


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.0.0.2", "192.168.1.5", "172.17.0.1", "fd12::1", "1.1.1.1", "2606:4700::1111"]
)
def test_this_machine_private_ranges_and_the_public_net_are_allowed(address: str) -> None:
    assert checked("captions", 80, lambda *_: [address]) == [address]


def test_numbers_in_disguise_are_seen_through() -> None:
    with pytest.raises(AddressRefused):
        checked("2852039166", 80)  # 169.254.169.254 as one number


def test_the_machine_resolves_its_own_name() -> None:
    assert set(resolve("localhost", 80)) <= {"127.0.0.1", "::1"}
