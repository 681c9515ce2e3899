from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from jobs.models import Pause, Run
from jobs.pause import EVERYTHING
from jobs.priorities import PERSON
from jobs.worker import Worker
from photos import reanalysis
from photos.models import Photo, Reanalysis, Stage
from photos.models.stage import CANCELLED
from photos.tasks import YOUNG, analyse_again, queue_left_behind, queue_photos
from photos.tests.factories import make_photo
from photos.tests.pictures import jpeg
from photos.tests.requesting import post_photo
from photos.uploads import accept_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(owner: User) -> Photo:
    return accept_upload(ContentFile(jpeg(), name="a.jpg"), owner, timezone.now(), queued=True).photo


def work() -> None:
    worker = Worker("a")
    while worker.step():
        pass


def test_a_photo_whose_job_was_cancelled_says_so_and_is_analysed_when_somebody_asks(queued: Photo) -> None:
    Run.objects.cancel("anna", timezone.now())
    queued.refresh_from_db()
    told = (queued.status, queued.error)
    queue_left_behind(timezone.now() + 2 * YOUNG)
    left_alone = not Worker("a").step()

    queue_photos([queued.pk], stages=Stage.QUICK)
    work()
    queued.refresh_from_db()

    assert told == ("failed", CANCELLED)
    assert left_alone
    assert (queued.status, queued.error) == ("ready", "")


def test_a_photo_that_was_analysed_before_becomes_that_again(queued: Photo, owner: User) -> None:
    work()
    wanted = reanalysis.Wanted(Reanalysis.Scope.ALL, [Stage.Name.THUMBNAILS])
    analyse_again(owner, wanted, timezone.now())
    Worker("a").step()
    analysing = Run.objects.filter(subject=f"{queued.pk}", job__task_path__endswith="analyse_photo")

    assert analysing.cancel("anna", timezone.now()) == 1
    queued.refresh_from_db()
    assert queued.status == "ready"
    assert set(queued.stages.values_list("status", flat=True)) == {"done"}


def test_an_upload_goes_before_photos_that_nobody_waits_for(client: Client, queued: Photo) -> None:
    post_photo(client, headers={"Prefer": "respond-async"}, data=jpeg((40, 30)))
    priorities = dict(Run.objects.values_list("subject", "job__priority"))

    assert priorities.pop(str(queued.pk)) == 0
    assert list(priorities.values()) == [PERSON]


def test_health_says_what_is_paused_since_when_and_by_whom(client: Client) -> None:
    pause = Pause.objects.begin(EVERYTHING, "anna", timezone.now())

    problems = client.get("/health").json()["problems"]

    assert f"Background work is paused by anna since {pause.at:%Y-%m-%d %H:%M} UTC: all of it." in problems


def test_the_job_of_a_photo_can_be_tried_again(queued: Photo) -> None:
    Run.objects.cancel("anna", timezone.now())

    Run.objects.retry(timezone.now())
    work()
    queued.refresh_from_db()

    assert (queued.status, queued.error) == ("ready", "")


def test_photos_follow_their_jobs_in_a_few_statements_however_many_they_are(owner: User) -> None:
    counts = []
    for _ in range(2):
        ids = [make_photo(owner=owner).pk for _ in range(3)]
        queue_photos(ids, stages=Stage.QUICK)
        with CaptureQueriesContext(connection) as asked:
            Run.objects.cancel("anna", timezone.now())
            Run.objects.retry(timezone.now())
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert set(Photo.objects.values_list("status", "error")) == {("queued", "")}
