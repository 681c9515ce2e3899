"""Two people with jobs: neither sees, tries again or cancels the other's; staff that manages jobs does all of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from jobs.models import Run
from jobs.tests.test_models import in_threads
from photos.archives.tasks import import_archive
from photos.models import ArchiveImport, MergeRun, Photo, Reanalysis, Stage
from photos.own_jobs import jobs_of
from photos.retrying import try_all_again, try_one_again
from photos.standing_jobs import photos_for, work_for
from photos.tasks import (
    analyse_photo,
    describe_photo,
    find_duplicates,
    go_on_merging,
    hand_out,
    queue_photos,
    read_text,
    retag_library,
)
from photos.tests.factories import make_photo, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server_mode")]
PAGE = "/gallery/jobs/"
SECRET = "Traceback of a secret"


@pytest.fixture
def anna(client: Client, server_mode: Settings) -> User:
    assert server_mode
    anna = make_user("anna")
    client.force_login(anna)
    return anna


@pytest.fixture
def berta() -> User:
    return make_user("berta")


@pytest.fixture
def root() -> User:
    return make_user("root", is_staff=True, is_superuser=True)


def one_of_each(owner: User) -> int:
    """Queue a job of every kind that is somebody's; return how many that is."""
    now = timezone.now()
    for task in (analyse_photo, describe_photo, read_text):
        task.enqueue(make_photo(owner=owner).pk)
    import_archive.enqueue(ArchiveImport.objects.create(owner=owner, name="a.zip", bytes=1, created_at=now).pk)
    go_on_merging.enqueue(MergeRun.objects.create(owner=owner, until=0, total=0, started_at=now).pk)
    hand_out.enqueue(Reanalysis.objects.create(owner=owner, scope=Reanalysis.Scope.ALL, until=0, started_at=now).pk)
    find_duplicates.enqueue(owner.pk)
    return 7


def failed_job(owner: User) -> Run:
    """Save a job about a photo of theirs that has failed, and its photo with it."""
    photo = make_photo(owner=owner)
    queue_photos([photo.pk])
    run = Run.objects.select_related("job").get(subject=f"{photo.pk}")
    run.error = f"The reason of {owner}."
    run.save()
    run.job.status, run.job.finished_at, run.job.traceback = "FAILED", timezone.now(), SECRET
    run.job.save()
    return run


def failed_stage(owner: User) -> Stage:
    photo = make_photo(owner=owner)
    told = {"status": "failed", "error": f"The photo of {owner} is torn.", "traceback": SECRET}
    photo.stages.filter(name=Stage.Name.EMBEDDING).update(**told)
    photo.settle()
    return photo.stages.get(name=Stage.Name.EMBEDDING)


def status_of(run: Run) -> str:
    return str(Run.objects.select_related("job").get(pk=run.pk).job.status)


def test_jobs_of_every_kind_are_seen_by_whose_they_are_and_by_staff(anna: User, berta: User, root: User) -> None:
    count = one_of_each(anna)
    retag_library.enqueue()

    assert jobs_of(anna).count() == count
    assert jobs_of(berta).count() == 0
    assert jobs_of(root).count() == count + 1


def test_nobody_sees_what_failed_of_others(client: Client, anna: User, berta: User) -> None:
    assert anna
    failed_job(berta)
    failed_stage(berta)

    page = client.get(PAGE).content.decode()

    assert "berta" not in page
    assert "All is done" in page


@pytest.mark.parametrize("name", ["jobs_retry_jobs", "jobs_cancel"])
def test_anothers_job_is_not_there(client: Client, anna: User, berta: User, name: str) -> None:
    assert anna
    failed, waiting = failed_job(berta), failed_job(berta)
    Run.objects.filter(pk=waiting.pk).retry(timezone.now())

    answers = [client.post(reverse(f"photos:{name}"), {"job": run.pk}).status_code for run in (failed, waiting)]
    client.post(reverse(f"photos:{name}"), {"kind": analyse_photo.module_path})
    client.post(reverse(f"photos:{name}"), {"all": 1})

    assert answers == [404, 404]
    assert (status_of(failed), status_of(waiting)) == ("FAILED", "READY")


def test_anothers_photo_is_not_there(client: Client, anna: User, berta: User) -> None:
    assert anna
    stage = failed_stage(berta)

    one = client.post(reverse("photos:jobs_retry"), {"photo": stage.photo_id}).status_code
    all_of_them = client.post(reverse("photos:jobs_retry")).status_code
    first = client.post(reverse("photos:hurry", args=[stage.photo_id])).status_code

    stage.refresh_from_db()
    assert (one, all_of_them, first) == (404, 302, 404)
    assert stage.status == "failed"


def test_everybody_tries_their_own_again_and_cancels_it(client: Client, anna: User, berta: User) -> None:
    hers, other = failed_job(anna), failed_job(berta)

    page = client.get(PAGE).content.decode()
    client.post(reverse("photos:jobs_retry_jobs"), {"all": 1})
    retried = status_of(hers)
    client.post(reverse("photos:jobs_cancel"), {"kind": analyse_photo.module_path})

    assert "The reason of anna." in page
    assert "Pause all jobs" not in page
    assert retried == "READY"
    assert (status_of(hers), status_of(other)) == ("FAILED", "FAILED")
    assert Run.objects.get(pk=hers.pk).error == "Cancelled by anna."


def test_where_it_broke_is_for_staff_alone(client: Client, anna: User, root: User) -> None:
    where = reverse("photos:jobs_traceback", args=[failed_job(anna).pk])
    where_in_a_photo = reverse("photos:jobs_stage_traceback", args=[failed_stage(anna).pk])

    hers = [client.get(url) for url in (where, where_in_a_photo)]
    her_page = client.get(PAGE).content.decode()
    client.force_login(root)
    theirs = [client.get(url).content.decode() for url in (where, where_in_a_photo)]
    page = client.get(PAGE).content.decode()

    assert [answer.status_code for answer in hers] == [403, 403]
    assert "raceback" not in her_page
    assert all(SECRET in text for text in theirs)
    assert (where in page, where_in_a_photo in page, SECRET in page) == (True, True, False)


def test_staff_that_may_not_manage_jobs_is_as_everybody(client: Client, anna: User) -> None:
    where = reverse("photos:jobs_traceback", args=[failed_job(anna).pk])
    client.force_login(make_user("clerk", is_staff=True))

    assert client.get(where).status_code == 403
    assert "anna" not in client.get(PAGE).content.decode()


def test_the_pace_of_ones_own_photos_is_that_of_no_others(anna: User, berta: User, root: User) -> None:
    now = timezone.now()
    queue_photos([make_photo(owner=berta).pk for _ in range(4)])
    queue_photos([make_photo(owner=anna).pk])
    while run := Run.objects.claim("a", now):
        if run.subject in {str(pk) for pk in Photo.objects.visible_to(berta).values_list("pk", flat=True)[:2]}:
            run.succeed(None, now)

    assert (photos_for(anna, now).pace.count, photos_for(anna, now).pace.per_second) == (1, 0)
    assert photos_for(berta, now).pace.count == 2
    assert photos_for(berta, now).pace.per_second > 0
    assert (work_for(anna, now).pace.count, work_for(root, now).pace.count) == (1, 3)


def test_a_person_alone_retries_what_was_called_off(anna: User) -> None:
    now = timezone.now()
    broken, called_off = failed_stage(anna).photo, make_photo(owner=anna)
    queue_photos([called_off.pk], stages=Stage.QUICK)
    Run.objects.filter(subject=f"{called_off.pk}").cancel("anna", now)

    assert try_all_again(Photo.objects.visible_to(anna), now) == 1
    assert status_of(Run.objects.get(subject=f"{broken.pk}")) == "READY"
    assert status_of(Run.objects.get(subject=f"{called_off.pk}")) == "FAILED"
    try_one_again(called_off, now)
    assert set(Photo.objects.values_list("status", "error")) == {("queued", "")}


def test_trying_many_photos_again_takes_as_many_statements_as_a_few(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photos.retrying.MOST", 12)
    counts: list[int] = []
    for number in (3, 30):
        for _ in range(number):
            failed_stage(anna)
        with CaptureQueriesContext(connection) as asked:
            counts.append(try_all_again(Photo.objects.visible_to(anna), timezone.now()))
        counts.append(len(asked))

    assert counts == [3, counts[1], 12, counts[1]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", [try_all_again, None])
def test_two_who_try_photos_again_at_once_queue_each_once(anna: User, again: Callable[..., int] | None) -> None:
    photos = [failed_stage(anna).photo for _ in range(3)]

    def press(_: str) -> None:
        if again:
            again(Photo.objects.visible_to(anna), timezone.now())
        for photo in photos if not again else []:
            try_one_again(photo, timezone.now())

    in_threads(2, press)

    assert sorted(Run.objects.values_list("subject", flat=True)) == sorted(f"{photo.pk}" for photo in photos)
