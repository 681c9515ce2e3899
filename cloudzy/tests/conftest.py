"""Fixtures for the tests of backups: a library in its own folders, and another machine to restore it on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import User
from albums.models import Album
from cloudzy.tests.backed_up import COLOURS, upload
from photos.models import Photo


@pytest.fixture
def library(transactional_db: None, settings: Settings, tmp_path: Path, owner: User) -> list[Photo]:  # noqa: ARG001
    """Four photos, analysed, two of them in an album."""
    settings.CLOUDZY_DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = settings.MEDIA_ROOT / ".incoming"
    photos = [upload(colour, owner) for colour in COLOURS]
    photos[0].add_tags(["boat"])
    Album.objects.named(owner, "Lisbon").add([photo.pk for photo in photos[:2]])
    return photos


@pytest.fixture
def move(
    library: list[Photo],  # noqa: ARG001 - it is what is left
    settings: Settings,
    tmp_path: Path,
) -> Iterator[Callable[[], Path]]:
    """Once called, settings and database are those of another machine, which is empty; return its folder."""

    real = connection.settings_dict["NAME"]

    def to_another_machine() -> Path:
        place = tmp_path / "other machine"
        connection.close()
        connection.settings_dict["NAME"] = str(place / "data" / "photos.db")
        settings.CLOUDZY_DATA_DIR = place / "data"
        settings.MEDIA_ROOT = place / "media"
        settings.FILE_UPLOAD_TEMP_DIR = settings.MEDIA_ROOT / ".incoming"
        return place

    yield to_another_machine
    connection.close()
    connection.settings_dict["NAME"] = real  # not by monkeypatch, which may live longer than the database of the test
