from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from photos import quotas
from photos.errors import QuotaExceeded
from photos.models import Photo, PhotoFile
from photos.tests.factories import at, make_user
from photos.tests.pictures import jpeg
from photos.tests.requesting import files_below, post_photo, problem_of
from photos.tests.resuming import begin, begun, piece, sent_whole
from photos.tests.together import at_once
from photos.uploads import accept_upload

NOW = at("2024-05-01 12:00")
MB = 2**20


@pytest.fixture
def one_megabyte(settings: Settings) -> Settings:
    settings.CLOUDZY_QUOTA_MB = 1
    return settings


@pytest.mark.django_db
def test_22_beyond_the_quota_nothing_is_kept_and_the_answer_says_how_much_is_used(
    client: Client, make_photo: Callable[..., Photo], media: Path, one_megabyte: Settings
) -> None:
    assert one_megabyte
    make_photo(bytes=MB - 100)
    before = files_below(media)

    response = post_photo(client)

    assert problem_of(response) == (413, "quota_exceeded")
    assert (response.json()["used"], response.json()["limit"], response.json()["unit"]) == (MB - 100, MB, "bytes")
    assert files_below(media) == before
    assert Photo.objects.count() == 1


@pytest.mark.django_db
def test_a_file_that_fits_exactly_is_let_in(
    client: Client, make_photo: Callable[..., Photo], one_megabyte: Settings
) -> None:
    assert one_megabyte
    make_photo(bytes=MB - len(jpeg()))

    assert post_photo(client).status_code == 201
    assert problem_of(post_photo(client, jpeg(colour="blue")))[1] == "quota_exceeded"


@pytest.mark.django_db
def test_the_trash_files_beside_photos_and_uploads_on_their_way_count(
    client: Client, owner: User, make_photo: Callable[..., Photo]
) -> None:
    photo = make_photo(bytes=1000)
    make_photo(bytes=200, trashed=True)
    make_photo(bytes=5, owner=make_user("berta"))
    PhotoFile.objects.create(photo=photo, kind="sidecar", name="a.xmp", stored="originals/a.xmp", sha256="", bytes=30)
    begun(client, 4)

    usage = quotas.usage_of(owner)

    assert (usage.photos, usage.bytes) == (2, 1234)
    assert (usage.photo_limit, usage.byte_limit) == (None, None)


@pytest.mark.django_db
def test_an_upload_reserves_its_room_and_does_not_need_it_twice(client: Client, one_megabyte: Settings) -> None:
    assert one_megabyte
    data = jpeg() + bytes(MB - len(jpeg()))

    where = begun(client, MB)
    second = begin(client, 1)
    first = piece(client, where, 0, data)

    assert problem_of(second) == (413, "quota_exceeded")
    assert first.status_code == 204
    assert Photo.objects.get().bytes == MB


@pytest.mark.django_db
def test_bytes_one_has_already_need_no_room(client: Client, settings: Settings) -> None:
    post_photo(client)
    settings.CLOUDZY_MAX_PHOTOS = 1

    assert post_photo(client).status_code == 200
    assert problem_of(post_photo(client, jpeg(colour="blue"))) == (413, "quota_exceeded")


@pytest.mark.django_db
def test_photos_are_counted_where_their_number_is_limited(client: Client, settings: Settings) -> None:
    settings.CLOUDZY_MAX_PHOTOS = 1
    post_photo(client)

    refused = sent_whole(client, jpeg(colour="blue")) if begin(client, 5).status_code == 201 else begin(client, 5)

    assert problem_of(refused) == (413, "quota_exceeded")
    assert refused.json()["unit"] == "photos"
    assert (refused.json()["used"], refused.json()["limit"]) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(("own", "limit"), [(None, MB), (0, None), (7, 7 * MB)])
def test_a_person_may_have_limits_of_their_own(
    owner: User, one_megabyte: Settings, own: int | None, limit: int | None
) -> None:
    one_megabyte.CLOUDZY_MAX_PHOTOS = 1
    owner.quota_mb = owner.max_photos = own

    assert quotas.byte_limit_of(owner) == limit
    assert quotas.photo_limit_of(owner) == {None: 1, 0: None, 7: 7}[own]


@pytest.mark.django_db
def test_the_limits_of_a_person_are_set_in_the_admin(admin_client: Client, server_mode: Settings) -> None:
    assert server_mode
    page = admin_client.get(f"/admin/accounts/user/{make_user('berta').pk}/change/")

    assert page.status_code == 200
    assert b'name="quota_mb"' in page.content
    assert b'name="max_photos"' in page.content


@pytest.mark.django_db
def test_without_limits_nothing_is_counted(owner: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        quotas.hold(owner, 10**12)

    assert len(captured) == 0


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite for its plan")
def test_what_is_kept_is_added_up_from_indexes_alone(owner: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        quotas.usage_of(owner)

    for query in captured.captured_queries[:2]:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            steps = [step for *_, step in cursor.fetchall()]
        assert all("COVERING INDEX" in step for step in steps), steps


@pytest.mark.django_db(transaction=True)
def test_two_that_come_at_once_do_not_share_the_last_room(owner: User, settings: Settings) -> None:
    settings.CLOUDZY_MAX_PHOTOS = 1

    def upload(colour: str) -> Callable[[], object]:
        return lambda: accept_upload(ContentFile(jpeg(colour=colour), name="a.jpg"), owner, NOW)

    raised = at_once(upload("red"), upload("blue"))

    assert [type(problem) for problem in raised] == [QuotaExceeded]
    assert Photo.objects.count() == 1
