"""Fault 60: an upgrade that was not ended, and a downgrade, serve nothing and say why; the clock may jump."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from accounts.models import User
from cloudzy import migrated
from photos.models import Photo
from photos.tests.factories import at
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below, post_photo, problem_of
from photos.uploads import accept_upload

PAGES = ["/photos", "/gallery/", "/search?q=red", "/admin/", "/uploads/", "/accounts/sign-in/"]


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrated, "GUARDED", True)
    monkeypatch.setattr(migrated, "_complete", set())


@pytest.mark.django_db
@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("applied", ["pending", "newer"])
def test_60_a_database_of_another_version_is_not_served_and_its_files_stay(
    client: Client, media: Path, applied: str
) -> None:
    post_photo(client)
    before = files_below(media)
    migrated._complete.clear()
    if applied == "pending":
        MigrationRecorder.Migration.objects.filter(app="search").latest("pk").delete()
    else:
        MigrationRecorder(connection).record_applied("photos", "9999_the_future")

    answers = [client.get(page) for page in PAGES]
    refused = post_photo(client, jpeg(colour="blue"))
    health = client.get("/health")

    assert {answer.status_code for answer in answers} == {503}
    assert problem_of(refused) == (503, "database_unusable")
    named = "search." if applied == "pending" else "photos.9999_the_future"
    assert named in refused.json()["detail"] and named in health.json()["problems"][0]
    assert health.status_code == 503
    assert client.get("/openapi.json").status_code == 200
    assert (Photo.objects.count(), files_below(media)) == (1, before)


@pytest.mark.django_db
@pytest.mark.usefixtures("guarded")
def test_60_it_is_served_as_soon_as_it_is_migrated(client: Client) -> None:
    newest = MigrationRecorder.Migration.objects.filter(app="search").latest("pk")
    newest.delete()
    waiting = client.get("/photos").status_code
    MigrationRecorder(connection).record_applied(newest.app, newest.name)

    served = client.get("/photos")
    MigrationRecorder.Migration.objects.all().delete()

    assert (waiting, served.status_code) == (503, 200)
    assert client.get("/photos").status_code == 200  # what was found complete is not asked again


@pytest.mark.django_db
@pytest.mark.usefixtures("guarded")
def test_60_a_migration_of_an_application_that_is_not_installed_is_no_newer_version(client: Client) -> None:
    MigrationRecorder(connection).record_applied("formerly", "0001_initial")

    assert client.get("/photos").status_code == 200


@pytest.mark.parametrize(
    "moments",
    [
        ["2024-05-01 12:00", "2024-05-01 11:00", "2024-05-01 11:30"],  # set back by an hour
        ["2024-10-27 00:30", "2024-10-27 01:30", "2024-10-27 01:30"],  # the hour that comes twice in Berlin
        ["2024-02-28 23:59", "2024-02-29 00:00", "2024-03-01 00:00"],
    ],
    ids=["clock set back", "end of summer time", "leap day"],
)
def test_60_whatever_the_clock_does_the_order_is_one_and_pages_are_the_whole_list(
    client: Client, owner: User, moments: list[str]
) -> None:
    for number, moment in enumerate(moments):
        for each in range(2):
            data = jpeg(comment=f"{number} {each}")
            accept_upload(ContentFile(data, name="a.jpg"), owner, at(moment))

    whole = [photo["id"] for photo in client.get("/photos", {"limit": 100}).json()]
    paged, where = [], "/photos?limit=2"
    while where:
        page = client.get(where)
        paged += [photo["id"] for photo in page.json()]
        where = page["Link"].partition("<")[2].partition(">")[0] if "Link" in page else ""

    times = dict(Photo.objects.values_list("pk", "created_at"))
    assert whole == sorted(times, key=lambda pk: (times[pk], pk), reverse=True)
    assert paged == whole
