from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
from django.db import connections

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.facets import facets
from search.facets.keeping import FreshCounter, counter
from search.facts.allowed import allowed_ids
from search.filters import holding
from search.idlists import ids_of
from search.language import parse
from search.models import Library
from search.tests.libraries import random_library

FILTERS = [parse(text).root for text in ("rating:>=3", "-tag:food", "is:favorite OR iso:100", "camera:canon")]


@pytest.mark.django_db(transaction=True)
def test_threads_that_write_and_read_leave_nothing_wrong_behind(owner: User) -> None:
    photos = [photo.pk for photo in random_library(1, owner, make_user("eve"), count=40)]
    Library.position()
    failed: list[Exception] = []

    def write(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(25):
            chosen = Photo.objects.filter(pk__in=chance.sample(photos, 3))
            chosen.update(rating=chance.choice([None, 2, 5]), iso=chance.choice([100, 800]))
            chosen.update(favorite=chance.random() < 0.5)

    def read(_: int) -> None:
        for _ in range(25):
            for fact in FILTERS:
                allowed_ids([fact], owner, False)
            counter().counts(facets()[0], ids_of(Photo.objects.all()), owner)

    def guarded(act: Callable[[int], None], seed: int) -> None:
        try:
            act(seed)
        except Exception as exc:
            failed.append(exc)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guarded, args=(act, seed)) for act in (write, read) for seed in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    for fact in FILTERS:
        assert allowed_ids([fact], owner, False).tolist() == ids_of(holding([fact], owner, False)).tolist()
    every = ids_of(Photo.objects.all())
    for facet in facets():
        assert counter().counts(facet, every, owner) == FreshCounter().counts(facet, every, owner)
