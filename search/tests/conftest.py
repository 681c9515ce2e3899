from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings

from accounts.models import User
from ai.loading import get_encoder
from photos import pipeline
from photos.models import Photo
from photos.tests.factories import at
from photos.uploads import accept_upload
from search.index import live
from search.index.spaces import Space, current_space
from search.tests.pictures import striped, stripes


@pytest.fixture(autouse=True)
def own_index_folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep index files, and so what a process remembers of them, apart for each test; nothing heals by itself."""
    settings.CLOUDZY_DATA_DIR = tmp_path / "data"
    monkeypatch.setattr(live, "HEAL_IN_BACKGROUND", False)


@pytest.fixture
def space() -> Space:
    return current_space()


@pytest.fixture
def paint(make_photo: Callable[..., Photo]) -> Callable[..., Photo]:
    """Make a photo of stripes of these colours, analysed by the fake encoder, with further fields."""

    def make(*colours: str, **fields: object) -> Photo:
        return make_photo(embedding=get_encoder().embed_images([striped(*colours)])[0], **fields)

    return make


@pytest.fixture
def upload_stripes(owner: User) -> Callable[..., Photo]:
    """Take in a picture of upright stripes of these colours, and analyse it."""

    def take_in(*colours: str) -> Photo:
        file, now = ContentFile(stripes(*colours), name=f"{'-'.join(colours)}.png"), at("2024-05-01 12:00")
        return pipeline.analyse(accept_upload(file, owner, now).photo, now)

    return take_in
