from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from ai.fakes import PALETTE
from jobs.models import Run
from jobs.progress import Progress, progress_of
from jobs.worker import Worker
from photos import retagging
from photos.models import Photo, VocabularyState, VocabularyWord
from photos.tasks import queue_retagging, retag_left_behind, retag_library

pytestmark = pytest.mark.django_db

RED = [float(colour == "red") for colour in PALETTE] + [0.0] * 20


@pytest.fixture(autouse=True)
def tagged_under_todays_words() -> None:
    VocabularyState.applied_now(VocabularyState.now().current)


def glowberry() -> VocabularyWord:
    return VocabularyWord.objects.create(word="glowberry", prompts=["red"], threshold=0.3)


def jobs() -> list[Run]:
    return list(Run.objects.filter(job__task_path=retag_library.module_path))


def test_many_edits_make_one_job_that_brings_them_to_the_photos(
    make_photo: Callable[..., Photo], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    photo = make_photo(embedding=RED)

    with django_capture_on_commit_callbacks(execute=True):
        word = glowberry()
        for threshold in (0.4, 0.5, 0.6):
            word.edit({"threshold": threshold})
        VocabularyWord.objects.filter(word__startswith="d").switch(False)

    assert [(run.job.queue_name, run.job.status) for run in jobs()] == [("embed", "READY")]
    while Worker("a").step():
        pass
    assert set(photo.tag_names) == {"red", "glowberry"}
    assert progress_of(jobs()[0].pk) == Progress(1, 1, "1 of 1 photos")
    assert not retagging.is_needed()


def test_an_edit_while_the_job_runs_is_brought_to_the_photos_by_the_same_job(
    make_photo: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = make_photo(embedding=RED)
    glowberry()
    queue_retagging()
    retag = retagging.retag
    passes: list[retagging.Retagged] = []

    def edited_meanwhile(*args: object) -> retagging.Retagged:
        if not passes:
            VocabularyWord.objects.create(word="glowcherry", prompts=["red"], threshold=0.3)
            queue_retagging()
        passes.append(retag(*args))  # type: ignore[arg-type]
        if len(passes) == 1:
            VocabularyWord.objects.filter(word="glowberry").switch(False)
        return passes[-1]

    monkeypatch.setattr(retagging, "retag", edited_meanwhile)

    Worker("a").step()

    assert len(passes) == 2
    assert set(photo.tag_names) == {"red", "glowcherry"}
    assert len(jobs()) == 1


def test_where_nothing_changed_no_job_is_queued() -> None:
    queue_retagging()
    retag_left_behind(timezone.now())

    assert jobs() == []


def test_what_no_job_is_left_for_is_queued_within_a_minute() -> None:
    glowberry()
    assert jobs() == []  # as if the queue had been lost

    retag_left_behind(timezone.now())
    retag_left_behind(timezone.now())

    assert len(jobs()) == 1


def test_without_an_encoder_it_waits_and_fails_nothing(no_encoder: Path) -> None:
    assert not no_encoder.exists()
    glowberry()
    queue_retagging()

    Worker("a").step()
    retag_left_behind(timezone.now())

    assert [run.job.status for run in jobs()] == ["SUCCESSFUL"]
    assert retagging.is_needed()


KILLED_MIDWAY = """
import os, signal, sys
import django; django.setup()
from django.utils import timezone
from photos import retagging
retagging.PHOTOS_AT_ONCE = 3
retagging.retag(timezone.now(), lambda done, total: done >= 6 and os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.django_db(transaction=True)
def test_a_pass_that_is_killed_leaves_every_photo_whole_and_the_next_one_ends_it(
    make_photo: Callable[..., Photo], running_environment: dict[str, str]
) -> None:
    photos = [make_photo(embedding=RED) for _ in range(12)]
    glowberry()

    killed = subprocess.run([sys.executable, "-c", KILLED_MIDWAY], env=running_environment, check=False)

    assert killed.returncode == -9
    done = [set(photo.tag_names) for photo in photos]
    assert done.count({"red", "glowberry"}) == 6
    assert done.count(set()) == 6
    assert retagging.is_needed()
    retagging.retag(timezone.now())
    assert all(set(photo.tag_names) == {"red", "glowberry"} for photo in photos)


@pytest.fixture
def running_environment() -> dict[str, str]:
    """What another process needs in order to work on the test's database."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "cloudzy.settings",
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
    }
