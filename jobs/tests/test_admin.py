from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Pause, Run
from jobs.tests import tasks
from jobs.tests.conftest import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(admin_client: Client, settings: object) -> Client:
    instead = {"accounts.middleware.ActAsLocalOwner": "accounts.middleware.SignInRequired"}
    settings.MIDDLEWARE = [instead.get(name, name) for name in settings.MIDDLEWARE]  # type: ignore[attr-defined]
    return admin_client


def act(client: Client, action: str) -> int:
    chosen = [str(pk) for pk in Run.objects.values_list("pk", flat=True)]
    return client.post("/admin/jobs/run/", {"action": action, "_selected_action": chosen}).status_code


def test_staff_cancels_jobs_and_tries_them_again(staff: Client, clock: Clock) -> None:
    tasks.write.enqueue("file")

    assert act(staff, "cancel") == 302
    assert Run.objects.get().error == "Cancelled by admin."
    assert act(staff, "retry") == 302
    run = Run.objects.claim("a", clock())
    assert run is not None
    assert (run.attempts, run.error, run.cancelled_at) == (1, "", None)


def test_what_waits_already_is_not_queued_twice(clock: Clock) -> None:
    for _ in range(2):
        tasks.write.enqueue("file")
        Run.objects.cancel("anna", clock())

    assert Run.objects.retry(clock()) == 1
    assert Run.objects.retry(clock()) == 0


def test_jobs_are_not_made_changed_or_deleted_by_hand(staff: Client) -> None:
    tasks.write.enqueue("file")
    pk = Run.objects.get().pk

    assert staff.get(f"/admin/jobs/run/{pk}/change/").status_code == 200
    assert staff.post(f"/admin/jobs/run/{pk}/change/", {"error": "x"}).status_code == 403
    assert staff.post(f"/admin/jobs/run/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get("/admin/jobs/run/add/").status_code == 403


def test_a_row_pauses_and_without_it_work_goes_on(staff: Client, clock: Clock) -> None:
    tasks.write.enqueue("file")
    staff.post("/admin/jobs/pause/add/", {"what": ""})
    pause = Pause.objects.get()
    held = Run.objects.claim("a", clock())
    staff.post(f"/admin/jobs/pause/{pause.pk}/delete/", {"post": "yes"})

    assert (pause.by, held) == ("admin", None)
    assert Run.objects.claim("a", clock()) is not None


def test_who_is_no_staff_sees_and_changes_nothing(staff: Client) -> None:
    tasks.write.enqueue("file")
    staff.force_login(get_user_model().objects.create_user("anna"))

    assert act(staff, "cancel") == 302
    assert staff.post("/admin/jobs/pause/add/", {"what": ""}).status_code == 302
    assert Run.objects.get().cancelled_at is None
    assert not Pause.objects.exists()


def test_the_list_costs_the_same_however_many_there_are(staff: Client) -> None:
    counts = []
    for _ in range(2):
        tasks.write.enqueue("file")
        with CaptureQueriesContext(connection) as asked:
            assert staff.get("/admin/jobs/run/").status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]
