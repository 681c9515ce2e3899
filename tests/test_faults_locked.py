"""Fault 53: another process holds the database by a real lock, for longer than anybody's patience or not so long."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.local import local_owner
from ai.encoders.base import Encoder
from ai.fakes import FakeEncoder
from jobs import worker
from jobs.duties import Duty, return_lost_jobs
from jobs.worker import Worker
from photos import storage
from photos.imports.importing import ImportHalted, Plan, bring_in
from photos.imports.report import Report
from photos.imports.taking import Manner
from photos.imports.walking import FolderSource
from photos.models import Photo
from photos.tasks import queue_left_behind
from photos.tests.interrupted import Interrupted
from photos.tests.locked import another_process
from photos.tests.pictures import jpeg
from photos.tests.requesting import post_photo, problem_of
from photos.tests.resuming import begun, offset_of, piece

pytestmark = pytest.mark.django_db(transaction=True)

RED = jpeg(colour="red", comment="while the database is locked")
A_MOMENT = 0.4  # seconds; a busy timeout of 20 seconds outlasts them as one of 20 outlasts 19
DUTIES = [Duty(timedelta(0), act) for act in (return_lost_jobs, queue_left_behind)]


@contextmanager
def held_for_a_moment() -> Iterator[None]:
    """Let another connection hold the lock and let go by itself."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], check_same_thread=False)) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(A_MOMENT, lambda: other.execute("ROLLBACK"))
        release.start()
        try:
            yield
        finally:
            release.join()


@contextmanager
def held() -> Iterator[None]:
    """Let another connection hold the lock for longer than ours waits."""
    with another_process() as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def assert_it_is_there_once() -> None:
    """Let workers come by hours later; then the photo is there, ready, once and whole, and nothing beside it."""
    later = timezone.now()
    for _ in range(4):
        later += timedelta(hours=3)
        Worker("later", DUTIES, clock=lambda now=later: now).run(once=True)  # type: ignore[misc]
    photo = Photo.objects.get()
    assert photo.status == Photo.Status.READY
    assert storage.sha256_of(storage.path_of(photo.original)) == photo.sha256 == hashlib.sha256(RED).hexdigest()
    told = StringIO()
    call_command("check_integrity", "--hashes", stdout=told)
    assert "0 problems" in told.getvalue()


@pytest.mark.usefixtures("media")
def test_53_an_upload_is_told_to_come_back_and_then_comes_in(client: Client) -> None:
    with held():
        refused = post_photo(client, RED)

    assert problem_of(refused) == (503, "database_busy")
    assert int(refused["Retry-After"]) > 0
    assert not Photo.objects.exists()
    assert post_photo(client, RED).status_code == 201
    assert_it_is_there_once()


@pytest.mark.usefixtures("media")
def test_53_the_last_piece_of_an_upload_is_not_lost_with_its_answer(client: Client) -> None:
    where = begun(client, len(RED))
    with held():
        refused = piece(client, where, 0, RED)

    assert problem_of(refused) == (503, "database_busy")
    assert int(refused["Retry-After"]) > 0
    assert offset_of(client, where) == len(RED)
    assert_it_is_there_once()


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize("send", [post_photo, lambda client, data: piece(client, begun(client, len(data)), 0, data)])
def test_53_who_can_wait_waits_and_succeeds(client: Client, send: Callable[[Client, bytes], Any]) -> None:
    begun_at = timezone.now()
    with held_for_a_moment():
        answer = send(client, RED)

    assert answer.status_code in {201, 204}
    assert timezone.now() - begun_at >= timedelta(seconds=A_MOMENT)
    assert_it_is_there_once()


@pytest.mark.usefixtures("media")
def test_53_a_worker_that_may_not_even_claim_goes_on_afterwards(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "TROUBLE_SECONDS", 0.0)
    assert post_photo(client, RED, headers={"Prefer": "respond-async"}).status_code == 202

    with held():
        Worker("waiting").run(once=True)

    assert Photo.objects.get().status == Photo.Status.QUEUED
    assert_it_is_there_once()


@pytest.mark.usefixtures("media")
def test_53_a_worker_that_may_not_write_what_it_has_made_does_it_again(
    client: Client, use_encoder: Callable[[Encoder], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "TROUBLE_SECONDS", 0.0)
    post_photo(client, RED, headers={"Prefer": "respond-async"})
    with another_process() as other:
        encoder = Interrupted(lambda: other.in_transaction or other.execute("BEGIN IMMEDIATE"))
        use_encoder(encoder)
        Worker("in the middle").run(once=True)
        other.execute("ROLLBACK")

    use_encoder(FakeEncoder())
    assert encoder.asked == 1
    assert Photo.objects.get().status == Photo.Status.QUEUED
    assert_it_is_there_once()


def move_in(folder: Path) -> None:
    plan = Plan(local_owner(), Manner.MOVE)
    bring_in(FolderSource([folder], False), plan, timezone.now, lambda *_: None, Report())


@pytest.mark.usefixtures("media", "owner")
def test_53_an_import_halts_with_its_files_where_they_were_and_then_takes_them(tmp_path: Path) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    (folder / "red.jpg").write_bytes(RED)

    with held(), pytest.raises(ImportHalted, match="locked"):
        move_in(folder)

    assert (folder / "red.jpg").read_bytes() == RED
    assert not Photo.objects.exists()
    with held_for_a_moment():
        move_in(folder)
    assert list(folder.iterdir()) == []
    assert_it_is_there_once()
