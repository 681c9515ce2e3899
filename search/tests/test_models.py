from __future__ import annotations

import pytest
from django.db import transaction

from search.models import IndexChange, Library

pytestmark = pytest.mark.django_db


def test_a_new_library_has_an_identity_that_stays() -> None:
    first, newest = Library.position()

    assert newest == 0
    assert Library.position() == (first, 0)


def test_a_change_moves_the_position() -> None:
    IndexChange.record(7)

    _, newest = Library.position()

    assert newest == IndexChange.objects.get(photo_id=7).pk


def test_a_second_change_of_a_photo_replaces_the_first_under_a_higher_id() -> None:
    IndexChange.record(7)
    first = IndexChange.objects.get().pk
    IndexChange.record(8)

    IndexChange.record(7)

    assert IndexChange.objects.get(photo_id=7).pk > first
    assert IndexChange.objects.count() == 2


def test_ids_of_changes_are_never_used_again() -> None:
    IndexChange.record(7)
    last = IndexChange.objects.get().pk
    IndexChange.objects.all().delete()

    IndexChange.record(8)

    assert IndexChange.objects.get().pk > last


def test_reading_past_a_cursor_gives_each_changed_photo_once_in_order() -> None:
    IndexChange.record(9)
    _, cursor = Library.position()
    for photo_id in (8, 7, 8):
        IndexChange.record(photo_id)
    _, newest = Library.position()

    changed = IndexChange.objects.photos_past(cursor, newest, "m@1-4d")

    assert changed.tolist() == [7, 8]
    assert changed.dtype == "int64"
    assert IndexChange.objects.count_past(cursor, "m@1-4d") == 2


def test_a_change_shares_the_fate_of_the_transaction_it_is_in() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        IndexChange.record(7)
        raise ZeroDivisionError

    assert not IndexChange.objects.exists()
