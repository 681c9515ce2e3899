from __future__ import annotations

import random
import threading
from collections.abc import Callable

import numpy as np
import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from photos.models import Photo
from photos.tests.factories import make_user
from search.facts import allowed as kept_answers
from search.facts import log
from search.facts.allowed import allowed_ids
from search.facts.changes import FactChange
from search.facts.log import changed, position
from search.facts.watching import uninstall
from search.filters import holding
from search.language import And, Node, Not, Or, parse
from search.language.fields import operators
from search.language.kinds import Fact
from search.models import Library
from search.signals import watch_facts
from search.tests.changes import change
from search.tests.libraries import random_library

MakePhoto = Callable[..., Photo]

EVERYTHING = [parse(example).root for one in operators() if isinstance(one, Fact) for example in one.examples]
FACTS = [
    *EVERYTHING,
    *(parse(text).root for text in ("tag:café", "-tag:foodx", "camera:canon", "camera:apple", "lens:macro", "iso:100")),
    *(
        parse(text).root
        for text in ("f:2.8", "album:best", "album:ete", "near:48.86,2.3,1km", "is:failed", "-is:untagged", "type:heic")
    ),
]


def some_filter(chance: random.Random, depth: int = 2) -> Node:
    if depth == 0 or chance.random() < 0.4:
        return chance.choice(FACTS)
    if chance.random() < 0.2:
        return Not(some_filter(chance, depth - 1))
    children = tuple(some_filter(chance, depth - 1) for _ in range(2))
    return And(children) if chance.random() < 0.5 else Or(children)


def fresh(filters: list[Node], user: User, with_archive: bool) -> list[int]:
    return list(holding(filters, user, with_archive).order_by("pk").values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_equals_what_the_database_would_say(seed: int, owner: User) -> None:
    chance, stranger = random.Random(seed), make_user("eve")
    random_library(seed, owner, stranger, count=50)
    Library.position()
    filters = [(some_filter(chance), chance.random() < 0.3) for _ in range(20)]

    for _ in range(25):
        change(chance)
        for fact, with_archive in chance.sample(filters, 6):
            user = chance.choice([owner, owner, stranger])
            found = allowed_ids([fact], user, with_archive)
            assert found.dtype == np.int64
            assert found.tolist() == fresh([fact], user, with_archive), str(fact)


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_asked_for_once_and_then_only_about_what_changed(make_photo: MakePhoto, owner: User) -> None:
    photos = [make_photo(iso=800) for _ in range(3)]
    fact = parse("iso:800 camera:canon OR iso:800").root
    Library.position()
    allowed_ids([fact], owner, False)

    with CaptureQueriesContext(
        connection,
    ) as unchanged:
        assert allowed_ids([fact], owner, False).tolist() == [photo.pk for photo in photos]
    Photo.objects.filter(pk=photos[1].pk).update(iso=100)
    with CaptureQueriesContext(connection) as mended:
        assert allowed_ids([fact], owner, False).tolist() == [photos[0].pk, photos[2].pk]

    assert len(unchanged) == 1  # how far the log reaches
    assert f"json_each('[{photos[1].pk}]')" in mended[-1]["sql"]


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_is_seen_within_and_kept_for_nobody(make_photo: MakePhoto, owner: User) -> None:
    photo, fact = make_photo(iso=800), parse("iso:800").root
    Library.position()
    assert allowed_ids([fact], owner, False).tolist() == [photo.pk]

    with transaction.atomic():
        Photo.objects.update(iso=100)
        assert allowed_ids([fact], owner, False).tolist() == []
        transaction.set_rollback(True)
    newer = make_photo(iso=800)  # its change has the number of the one taken back

    assert allowed_ids([fact], owner, False).tolist() == [photo.pk, newer.pk]


@pytest.mark.django_db(transaction=True)
def test_what_another_process_writes_is_seen_at_once(make_photo: MakePhoto, owner: User) -> None:
    photo, fact = make_photo(iso=800), parse("iso:800").root
    Library.position()
    allowed_ids([fact], owner, False)

    def write() -> None:
        Photo.objects.filter(pk=photo.pk).update(iso=100)
        connections.close_all()

    other = threading.Thread(target=write)
    other.start()
    other.join()

    assert allowed_ids([fact], owner, False).tolist() == []


@pytest.mark.django_db(transaction=True)
def test_without_a_whole_log_nothing_is_kept(
    make_photo: MakePhoto, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, fact = make_photo(iso=800), parse("iso:800").root
    Library.position()
    before = position()
    assert before
    allowed_ids([fact], owner, False)

    uninstall()
    Photo.objects.update(iso=100)
    assert position() is None
    assert allowed_ids([fact], owner, False).tolist() == []
    watch_facts(using="default")
    after = position()
    assert after
    assert changed(before, after) is None
    assert allowed_ids([fact], owner, False).tolist() == []

    Photo.objects.update(iso=800)
    monkeypatch.setattr(FactChange, "KEPT", 1)
    make_photo()
    FactChange.prune()
    assert allowed_ids([fact], owner, False).tolist() == [photo.pk]


@pytest.mark.django_db(transaction=True)
def test_very_many_changes_make_it_anew(make_photo: MakePhoto, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    photos, fact = [make_photo(iso=800) for _ in range(4)], parse("iso:800").root
    Library.position()
    allowed_ids([fact], owner, False)
    monkeypatch.setattr(log, "MOST_CHANGED", 2)

    Photo.objects.exclude(pk=photos[0].pk).update(iso=100)

    with CaptureQueriesContext(connection) as asked:
        assert allowed_ids([fact], owner, False).tolist() == [photos[0].pk]
    assert "json_each" not in asked[-1]["sql"]


@pytest.mark.django_db(transaction=True)
def test_another_library_is_another_log(make_photo: MakePhoto, owner: User) -> None:
    photo, fact = make_photo(iso=800), parse("iso:800").root
    Library.position()
    allowed_ids([fact], owner, False)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER search_fact_photo_updated")  # a copy of another state of the rows is put in place
        Photo.objects.update(iso=100)
    watch_facts(using="default")
    FactChange.objects.all().delete()
    FactChange.objects.create(pk=10_000, photo_id=photo.pk + 1)
    Library.objects.all().delete()
    Library.position()

    assert allowed_ids([fact], owner, False).tolist() == []


def test_what_is_kept_stays_within_its_room(db: None, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert db is None
    monkeypatch.setattr(kept_answers, "position", lambda: log.Position("made", 0, 0))
    monkeypatch.setattr(kept_answers, "_kept", kept_answers.Kept(5_000))

    for iso in range(100, 200):
        allowed_ids([parse(f"iso:{iso}").root], owner, False)

    assert 3_000 < kept_answers._kept.nbytes <= 5_000
