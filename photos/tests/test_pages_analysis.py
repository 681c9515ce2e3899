from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from jobs.models import PROMPT, Run
from jobs.worker import Worker
from photos.forms import MAX_SELECTED
from photos.models import Photo, Reanalysis, Stage
from photos.tasks import queue_unread, read_text
from photos.tests.factories import make_user

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

HTMX = {"HX-Request": "true"}
PAGE = "/analysis/"


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def start(client: Client, **fields: Any) -> str:
    return text_of(client.post(reverse("photos:analysis_start"), fields, follow=True))


def work() -> None:
    while Worker("a").step():
        pass


def test_the_gallery_leads_to_the_analysis(client: Client, make_photo: MakePhoto) -> None:
    make_photo()

    assert f'href="{PAGE}"' in text_of(client.get(reverse("photos:gallery")))


def test_all_photos_are_analysed_again_and_the_page_tells_how_far_it_is(client: Client, make_photo: MakePhoto) -> None:
    photos = [make_photo(), make_photo()]

    begun = start(client, scope="all", stage=["embedding", "metadata"])
    work()
    done = text_of(client.get(PAGE))

    assert "being analysed" in begun
    assert 'hx-trigger="every 2s"' in begun
    assert "2 of 2" in done
    assert 'hx-trigger="every 2s"' not in done
    assert Stage.objects.filter(photo__in=photos, attempts=1, status="done").count() == 6  # with the captions


def test_selected_photos_are_first_asked_about_and_then_analysed(client: Client, make_photo: MakePhoto) -> None:
    first, second, third = make_photo(), make_photo(), make_photo()

    question = text_of(client.post(reverse("photos:analysis_choose"), {"photo": [first.pk, second.pk]}))
    sent_along = re.findall(r'name="photo" value="(\d+)"', question)
    start(client, scope="chosen", photo=sent_along, stage=["caption"])
    work()

    assert "Analyse 2 photos once more" in question
    assert not Stage.objects.filter(photo=third, attempts__gt=0).exists()
    assert Stage.objects.filter(attempts=1, name="caption").count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"scope": "all"},
        {"scope": "chosen", "stage": "caption"},
        {"scope": "everything", "stage": "caption"},
        {"scope": "all", "stage": "magic"},
        {"scope": "chosen", "stage": "caption", "photo": list(range(1, MAX_SELECTED + 2))},
    ],
)
def test_what_means_nothing_is_refused_in_words(client: Client, owner: User, fields: dict[str, Any]) -> None:
    assert owner

    page = start(client, **fields)

    assert 'class="notice error"' in page
    assert not Reanalysis.objects.exists()


def test_the_text_in_all_pictures_is_read_again_where_it_is_read(
    client: Client, make_photo: MakePhoto, settings: Settings
) -> None:
    text = Stage.objects.create(photo=make_photo(), name=Stage.Name.TEXT, status=Stage.Status.DONE)
    refused = start(client, scope="all", stage="text")
    settings.CLOUDZY_OCR = "fake"

    start(client, scope="all", stage="text")
    work()
    queue_unread(timezone.now())

    text.refresh_from_db()
    assert "not one of the available choices" in refused
    assert (text.status, text.reanalysis) == (Stage.Status.QUEUED, Reanalysis.objects.get())
    assert Run.objects.unfinished(read_text).count() == 1


def test_choosing_nothing_leads_back_to_the_gallery(client: Client, owner: User) -> None:
    assert owner

    page = text_of(client.post(reverse("photos:analysis_choose"), follow=True))

    assert "Select some photos first." in page


def test_a_second_one_at_the_same_time_is_refused_in_words(client: Client, make_photo: MakePhoto) -> None:
    make_photo()
    start(client, scope="all", stage="caption")

    page = start(client, scope="all", stage="caption")

    assert "analysed again already" in page
    assert Reanalysis.objects.count() == 1


def test_what_waits_is_cancelled_by_the_button_of_the_page(client: Client, make_photo: MakePhoto) -> None:
    make_photo()
    number = re.search(r'name="number" value="(\d+)"', start(client, scope="all", stage="caption"))
    assert number

    page = text_of(client.post(reverse("photos:analysis_cancel"), {"number": number[1]}, follow=True))

    assert "What was not begun stays as it was." in page
    assert Reanalysis.objects.get().cancelled


@pytest.mark.parametrize("number", ["", "0", "x", "99999999999999999999", "1000000"])
def test_a_number_that_is_no_reanalysis_cancels_nothing(client: Client, make_photo: MakePhoto, number: str) -> None:
    make_photo()
    start(client, scope="all", stage="caption")

    client.post(reverse("photos:analysis_cancel"), {"number": number})

    assert Reanalysis.objects.get().ended_at is None


def test_failures_show_their_reasons_and_are_tried_again_one_by_one_or_all(
    client: Client, make_photo: MakePhoto
) -> None:
    photos = [make_photo(status=Photo.Status.FAILED) for _ in range(3)]
    Stage.objects.filter(name="thumbnails").update(status="failed", attempts=3, error="It is cut off.")

    before = text_of(client.get(PAGE))
    again = client.post(reverse("photos:repeat", args=[photos[0].pk]), {"stage": "thumbnails", "next": PAGE})
    left = text_of(client.get(PAGE)).count("It is cut off.")
    start(client, scope="failed")
    work()

    assert (before.count("It is cut off."), again.headers["Location"], left) == (3, PAGE, 2)
    assert not Stage.objects.filter(status="failed").exists()


def test_without_a_worker_the_page_says_what_to_run(client: Client, make_photo: MakePhoto) -> None:
    make_photo()
    start(client, scope="all", stage="caption")
    long_ago = timezone.now() - 2 * PROMPT - timedelta(seconds=1)
    Reanalysis.objects.update(started_at=long_ago)
    fresh = text_of(client.get(PAGE))

    DBTaskResult.objects.update(enqueued_at=long_ago)

    assert "manage.py worker" not in fresh
    assert "<code>manage.py worker</code>" in text_of(client.get(PAGE))


def test_the_page_costs_the_same_queries_for_one_photo_as_for_many(
    client: Client, make_photo: MakePhoto, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_photo()
    start(client, scope="all", stage="caption")
    work()
    with django_assert_num_queries(6) as few:
        client.get(PAGE)
    for _ in range(30):
        make_photo()
    Stage.objects.filter(name="metadata").update(status="failed")

    with django_assert_num_queries(6) as many:
        client.get(PAGE)

    assert not any('"embedding"' in query["sql"] for query in [*few.captured_queries, *many.captured_queries])


def test_nobody_sees_or_stops_what_another_has_analysed(client: Client, make_photo: MakePhoto, owner: User) -> None:
    assert owner
    stranger = make_user("stranger")
    photo = make_photo(owner=stranger, original_name="secret.jpg")
    photo.stages.filter(name="metadata").update(status="failed", error="A secret reason.")
    row = Reanalysis.objects.create(owner=stranger, scope="all", total=1, until=9, started_at=timezone.now())

    client.post(reverse("photos:analysis_cancel"), {"number": row.pk})
    page = text_of(client.get(PAGE))

    row.refresh_from_db()
    assert row.ended_at is None
    assert "secret" not in page
    assert "being analysed" not in page


def test_a_change_without_a_token_is_refused(make_photo: MakePhoto) -> None:
    make_photo()
    strict = Client(enforce_csrf_checks=True)

    for name in ("start", "cancel", "choose"):
        answer = strict.post(reverse(f"photos:analysis_{name}"), {"scope": "all", "stage": "caption"})
        assert answer.status_code == 403
    assert not Reanalysis.objects.exists()


@pytest.mark.parametrize("name", ["start", "cancel", "choose"])
def test_nothing_is_begun_by_looking(client: Client, owner: User, name: str) -> None:
    assert owner

    assert client.get(reverse(f"photos:analysis_{name}")).status_code == 405
