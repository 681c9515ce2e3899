from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db.models.signals import pre_delete
from PIL import Image

from accounts.local import local_owner
from photos.tests.together import at_once
from search.models import ShownPicture
from search.ranking.pictures import forget_expired, show
from search.tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

PICTURE = Image.new("RGB", (64, 64), "red")


def test_pictures_shown_at_once_are_bounded_whoever_was_first() -> None:
    owner = local_owner()
    for _ in range(3):
        acts = [partial(show, PICTURE, owner, NOW + timedelta(seconds=second)) for second in range(4)]

        assert at_once(*acts, partial(forget_expired, NOW)) == []

    assert ShownPicture.objects.filter(owner=owner).count() == ShownPicture.MOST


def test_what_breaks_off_leaves_the_pictures_as_they_were() -> None:
    owner = local_owner()
    kept = show(PICTURE, owner, NOW - ShownPicture.LIFETIME)

    def break_off(**_: object) -> None:
        raise ConnectionError

    pre_delete.connect(break_off, sender=ShownPicture)
    try:
        with pytest.raises(ConnectionError):
            show(PICTURE, owner, NOW)
    finally:
        pre_delete.disconnect(break_off, sender=ShownPicture)

    assert list(ShownPicture.objects.values_list("token", flat=True)) == [kept.token]
