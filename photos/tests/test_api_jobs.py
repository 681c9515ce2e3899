from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from jobs.models import Run
from jobs.priorities import PERSON
from jobs.runs import STATES
from photos.tasks import queue_photos, retag_library
from photos.tests.factories import make_photo
from photos.tests.requesting import link_to_next, post, problem_of, queries_of
from photos.tests.test_own_jobs import SECRET, anna, berta, failed_job, root

__all__ = ["anna", "berta", "root"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server_mode")]


def jobs(client: Client, **query: Any) -> list[dict[str, Any]]:
    return list(client.get("/jobs", query).json())


def test_a_job_tells_what_became_of_it(client: Client, anna: User) -> None:
    run = failed_job(anna)

    [job] = jobs(client)

    assert (job["id"], job["title"], job["state"]) == (str(run.pk), "Analysing photos", "failed")
    assert (job["photo"], job["error"], job["message"]) == (int(run.subject), "The reason of anna.", "")
    assert "traceback" not in job
    assert client.get(f"/jobs/{run.pk}").json() == job | {"traceback": None}


def test_the_list_goes_page_by_page_from_the_newest(client: Client, anna: User) -> None:
    photos = [make_photo(owner=anna).pk for _ in range(5)]
    for photo in photos:
        queue_photos([photo])
    seen: list[int] = []
    where: str | None = "/jobs?limit=2"

    while where:
        response = client.get(where)
        seen += [job["photo"] for job in response.json()]
        where = link_to_next(response)

    assert seen == photos[::-1]


def test_jobs_are_chosen_by_their_state(client: Client, anna: User) -> None:
    now = timezone.now()
    ids = [make_photo(owner=anna).pk for _ in range(5)]
    queue_photos(ids)
    done, _, stopping = [Run.objects.claim("a", now) for _ in range(3)]
    assert done
    assert stopping
    done.succeed(None, now)
    Run.objects.filter(pk=stopping.pk).cancel("anna", now)
    Run.objects.filter(subject=str(ids[-1])).cancel("anna", now)
    failed_job(anna)

    found = {state: [job["state"] for job in jobs(client, state=state)] for state in STATES}

    assert found == {state: [state] for state in STATES}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "asleep"),
        ("limit", 0),
        ("limit", 101),
        ("cursor", "x"),
        ("cursor", "MSAy"),
        ("cursor", "MjAyNCA"),
        ("order", "up"),
    ],
)
@pytest.mark.usefixtures("anna")
def test_a_wrong_parameter_is_named(client: Client, name: str, value: Any) -> None:
    response = client.get("/jobs", {name: value})

    assert problem_of(response) == (400, "bad_request")
    assert list(response.json()["errors"]) == [name]


def test_one_is_tried_again_and_cancelled_over_http(client: Client, anna: User) -> None:
    run = failed_job(anna)

    early = post(client, f"/jobs/{run.pk}/cancel")
    retried = post(client, f"/jobs/{run.pk}/retry")
    again = post(client, f"/jobs/{run.pk}/retry")
    cancelled = post(client, f"/jobs/{run.pk}/cancel")
    late = post(client, f"/jobs/{run.pk}/cancel")

    assert [problem_of(response) for response in (early, again, late)] == [(409, "conflict")] * 3
    assert (retried.json()["state"], cancelled.json()["state"]) == ("waiting", "cancelled")
    assert Run.objects.get().job.priority == PERSON


@pytest.mark.parametrize("way", ["", "/retry", "/cancel"])
def test_what_is_not_theirs_is_as_what_is_not_there(client: Client, anna: User, berta: User, way: str) -> None:
    assert anna
    theirs = failed_job(berta)
    before = Run.objects.values().get()

    for pk in (theirs.pk, UUID(int=1)):
        response = post(client, f"/jobs/{pk}{way}") if way else client.get(f"/jobs/{pk}")
        assert problem_of(response) == (404, "not_found")

    assert jobs(client) == []
    assert Run.objects.values().get() == before


def test_staff_that_manages_jobs_sees_all_and_where_they_broke(client: Client, anna: User, root: User) -> None:
    run = failed_job(anna)
    retag_library.enqueue()
    client.force_login(root)

    assert [job["photo"] for job in jobs(client)] == [None, int(run.subject)]
    assert client.get(f"/jobs/{run.pk}").json()["traceback"] == SECRET


def test_the_list_takes_as_many_queries_however_long_it_is(client: Client, anna: User) -> None:
    failed_job(anna)
    few = len(queries_of(client, "/jobs", limit=100))
    for _ in range(5):
        failed_job(anna)

    assert len(queries_of(client, "/jobs", limit=100)) == few
