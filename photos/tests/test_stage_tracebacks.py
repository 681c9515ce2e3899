"""Where a stage broke: kept for staff, bounded, gone with the failure, and told to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from ai.captioners.base import CaptionFailed
from ai.encoders.base import Encoder
from ai.fakes import FakeCaptioner, FakeEncoder
from jobs.errors import LONGEST_TRACEBACK, traceback_of
from photos import captioning, pipeline, storage
from photos.models import Photo, Stage
from photos.tests.factories import make_user
from photos.tests.interrupted import NOW, Interrupted, uploaded

pytestmark = pytest.mark.django_db
HEAD = "Traceback (most recent call last)"


def traceback_at(photo: Photo, name: Stage.Name) -> str | None:
    return photo.stages.get(name=name).traceback


@pytest.fixture
def broken(use_encoder: Callable[[Encoder], None]) -> Photo:
    """A photo on which the encoder has failed."""

    def fail() -> None:
        raise ZeroDivisionError("a bug of the encoder")

    use_encoder(Interrupted(fail))
    return pipeline.analyse(uploaded(), NOW)


def test_a_stage_that_fails_keeps_where(broken: Photo) -> None:
    kept = traceback_at(broken, Stage.Name.EMBEDDING) or ""

    assert kept.startswith(HEAD)
    assert kept.endswith("ZeroDivisionError: a bug of the encoder\n")
    assert traceback_at(broken, Stage.Name.THUMBNAILS) is None


def test_it_goes_with_the_failure(broken: Photo, use_encoder: Callable[[Encoder], None]) -> None:
    use_encoder(FakeEncoder())

    broken.request([Stage.Name.EMBEDDING])
    waiting = traceback_at(broken, Stage.Name.EMBEDDING)
    pipeline.analyse(broken, NOW)

    assert waiting is None
    assert set(broken.stages.values_list("status", "traceback")) == {("done", None)}


def test_a_file_that_cannot_be_read_is_told_of_too() -> None:
    photo = uploaded()
    storage.discard(photo.original)

    pipeline.analyse(photo, NOW)

    assert HEAD in (traceback_at(photo, Stage.Name.THUMBNAILS) or "")


def test_so_is_a_captioner_that_fails(fake_captioner: FakeCaptioner, photo: Photo) -> None:
    fake_captioner.error = CaptionFailed("no words")

    with pytest.raises(CaptionFailed):
        captioning.describe_photo(photo, NOW)

    assert "CaptionFailed: no words" in (traceback_at(photo, Stage.Name.DESCRIPTION) or "")


def test_of_a_long_one_the_end_is_kept_and_nothing_no_database_holds() -> None:
    kept = traceback_of(ValueError("x" * LONGEST_TRACEBACK + "\0\udc80 end"))

    assert len(kept) <= LONGEST_TRACEBACK + len("\\udc80")
    assert kept.endswith("x\\udc80 end\n")


@pytest.mark.parametrize("page", ["/gallery/{}/", "/gallery/{}/understanding/", "/photo/{}", "/gallery/jobs/"])
def test_the_owner_reads_the_reason_alone(client: Client, broken: Photo, server_mode: Settings, page: str) -> None:
    assert server_mode
    broken.owner = make_user("anna")
    broken.save()
    client.force_login(broken.owner)

    text = client.get(page.format(broken.pk)).content.decode()

    assert "a bug of the encoder" in text
    assert "raceback" not in text


def test_staff_reads_it_in_the_admin(client: Client, broken: Photo) -> None:
    text = client.get(f"/admin/photos/photo/{broken.pk}/change/").content.decode()

    assert HEAD in text
