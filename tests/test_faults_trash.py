"""Fault 58: what is deleted for good is gone everywhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from jobs.worker import Worker
from photos.embeddings import models_of
from photos.models import Photo, PhotoTag, Stage
from photos.tasks import analyse_photo
from photos.tests.requesting import files_below, post_photo, problem_of
from photos.trash import purge_expired

pytestmark = pytest.mark.django_db(transaction=True)


def found(client: Client) -> list[int]:
    answers = [client.get("/search", {"q": "red", "mode": mode}).json() for mode in ("hybrid", "semantic", "text")]
    return [result["photo_id"] for answer in answers for result in answer["results"]]


def test_58_after_thirty_days_in_the_trash_nothing_is_left_of_a_photo(client: Client, media: Path) -> None:
    pk = post_photo(client).json()["id"]
    client.patch(f"/photo/{pk}", {"caption": "A red boat"}, content_type="application/json")
    assert pk in found(client)
    client.delete(f"/photo/{pk}")
    assert purge_expired(timezone.now() + timedelta(days=29)) == 0
    assert Photo.objects.count() == 1
    late = analyse_photo.enqueue(pk)

    assert purge_expired(timezone.now() + timedelta(days=30, minutes=1)) == 1

    assert files_below(media) == []
    assert models_of(pk) == []
    assert not (Photo.objects.exists() or PhotoTag.objects.exists() or Stage.objects.exists())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_text WHERE search_text MATCH 'boat'")
        assert cursor.fetchone()[0] == 0
    assert found(client) == []
    Worker("a").step()
    late.refresh()
    assert late.status == "SUCCESSFUL"
    assert files_below(media) == []


@pytest.mark.parametrize("query", ["", "?permanent=true"])
def test_58_deleted_twice_is_404(client: Client, query: str) -> None:
    pk = post_photo(client).json()["id"]

    first, second = (client.delete(f"/photo/{pk}{query}") for _ in range(2))

    assert first.status_code == 204
    assert problem_of(second) == (404, "not_found")
