from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from ai.captioners.base import CaptionFailed
from ai.fakes import FakeCaptioner
from jobs.models import PROMPT, Pause, Run
from jobs.priorities import PERSON
from photos.models import Photo, Stage
from photos.tasks import queue_photos
from photos.tests.factories import make_user

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]
PAGE = "/gallery/jobs/"
SECOND = timedelta(seconds=1)
OF_STAFF = ["jobs_pause", "jobs_resume"]
OF_ALL = ["jobs_retry", "jobs_retry_jobs", "jobs_cancel"]


def text_of(client: Client) -> str:
    return str(client.get(PAGE).content.decode())


def broken(photo: Photo) -> Photo:
    photo.stages.filter(name=Stage.QUICK[0]).update(status=Stage.Status.FAILED, error="It is torn.")
    Photo.objects.filter(pk=photo.pk).update(status=Photo.Status.FAILED, error="It is torn.")
    return photo


def test_without_work_the_page_says_so_and_asks_seldom(client: Client) -> None:
    page = text_of(client)

    assert "All your photos are analysed, and nothing waits." in page
    assert 'hx-trigger="every 30s"' in page


@pytest.mark.parametrize("number", ["", "x", "9" * 30, "9" * 5000])
def test_what_is_no_number_of_a_photo_is_not_found(client: Client, number: str) -> None:
    assert client.post(reverse("photos:jobs_retry"), {"photo": number}).status_code == 404


def test_a_failed_photo_is_shown_with_its_reason_and_tried_again(client: Client, make_photo: MakePhoto) -> None:
    photo = broken(make_photo())

    before = text_of(client)
    client.post(reverse("photos:jobs_retry"), {"photo": photo.pk})

    assert "It is torn." in before
    assert f'href="{photo.get_absolute_url()}"' in before
    photo.refresh_from_db()
    assert photo.status == Photo.Status.QUEUED
    assert Run.objects.get().subject == str(photo.pk)
    assert 'hx-trigger="every 3s"' in text_of(client)


@pytest.mark.parametrize("name", OF_STAFF)
def test_only_staff_with_the_rights_acts_on_jobs(client: Client, server_mode: Settings, name: str) -> None:
    assert server_mode
    client.force_login(make_user("clerk", is_staff=True))

    assert client.post(reverse(f"photos:{name}")).status_code == 403


@pytest.mark.parametrize("name", [*OF_ALL, *OF_STAFF])
def test_a_form_of_another_site_does_nothing(name: str) -> None:
    assert Client(enforce_csrf_checks=True).post(reverse(f"photos:{name}")).status_code == 403


def test_staff_pauses_cancels_and_tries_again(client: Client, make_photo: MakePhoto) -> None:
    queue_photos([make_photo().pk])

    client.post(reverse("photos:jobs_pause"))
    assert Pause.objects.exists()
    assert f"Paused by {Pause.objects.get().by}" in text_of(client)
    assert "<span>Analysing photos <small>1</small>" in text_of(client)
    client.post(reverse("photos:jobs_resume"))
    assert client.post(reverse("photos:jobs_cancel"), {"job": "no id"}).status_code == 404
    client.post(reverse("photos:jobs_cancel"))
    assert Run.objects.get().cancelled_at is None
    client.post(reverse("photos:jobs_cancel"), {"kind": Run.objects.get().job.task_path})
    assert "Cancelled by" in text_of(client)
    client.post(reverse("photos:jobs_retry_jobs"), {"job": Run.objects.get().pk})

    assert not Pause.objects.exists()
    assert Run.objects.get().job.status == "READY"


def test_all_again_leaves_what_was_cancelled_and_one_by_one_does_not(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    queue_photos([photo.pk], stages=Stage.QUICK)
    Run.objects.cancel("anna", timezone.now())

    client.post(reverse("photos:jobs_retry_jobs"), {"all": 1})
    client.post(reverse("photos:jobs_retry"))
    left = Run.objects.filter(job__status="READY").count()
    client.post(reverse("photos:jobs_retry"), {"photo": photo.pk})

    assert left == 0
    assert Run.objects.get().job.status == "READY"
    assert Run.objects.get().job.priority == PERSON


def test_the_page_asks_no_more_for_more_jobs(
    client: Client, make_photo: MakePhoto, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        queue_photos([broken(make_photo()).pk])

    with django_assert_max_num_queries(25):
        client.get(PAGE)


def test_what_runs_and_waits_is_told_with_its_rate_and_the_time_left(client: Client, make_photo: MakePhoto) -> None:
    now = timezone.now()
    queue_photos([make_photo().pk for _ in range(8)])
    for _ in range(2):
        run = Run.objects.claim("a", now - 100 * SECOND)
        assert run is not None
        run.succeed(None, now - 50 * SECOND)
    Run.objects.claim("a", now)

    page = text_of(client)

    assert "<dt>At work</dt><dd>1</dd>" in page
    assert "<dt>Waiting</dt><dd>5</dd>" in page
    assert "1 job a minute</strong> · about 5 minutes left" in page


def test_where_nobody_is_at_work_it_says_so(client: Client, make_photo: MakePhoto) -> None:
    queue_photos([make_photo().pk])
    at_once = text_of(client)
    DBTaskResult.objects.update(enqueued_at=timezone.now() - PROMPT - SECOND)

    late = text_of(client)
    client.post(reverse("photos:jobs_pause"))

    assert "no worker seems to run" not in at_once
    assert "no worker seems to run" in late
    assert "no worker seems to run" not in text_of(client)


def test_htmx_gets_the_part_that_changes_and_what_was_done(client: Client, make_photo: MakePhoto) -> None:
    photo = broken(make_photo())

    answer = client.post(reverse("photos:jobs_retry"), {"photo": photo.pk}, headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in text
    assert "1 photo will be tried again." in text


def test_a_photo_that_somebody_opens_is_done_first(client: Client, make_photo: MakePhoto) -> None:
    bulk, opened = make_photo(), make_photo(status=Photo.Status.QUEUED)
    queue_photos([bulk.pk, opened.pk])

    page = client.get(opened.get_absolute_url()).content.decode()
    answer = client.post(reverse("photos:hurry", args=[opened.pk]))

    assert f'hx-post="{reverse("photos:hurry", args=[opened.pk])}" hx-trigger="load"' in page
    assert answer.status_code == 204
    run = Run.objects.claim("a", timezone.now())
    assert run is not None
    assert run.subject == str(opened.pk)


def test_a_description_asked_for_by_a_click_is_written_first(
    client: Client, make_photo: MakePhoto, fake_captioner: FakeCaptioner
) -> None:
    photo = make_photo()
    fake_captioner.error = CaptionFailed("no words")
    photo.stages.create(name=Stage.Name.DESCRIPTION, status=Stage.Status.FAILED)

    client.post(reverse("photos:analyze", args=[photo.pk]), {"stage": "description"})

    assert Run.objects.get().job.task_path.endswith("describe_photo")
    assert Run.objects.get().job.priority == PERSON
