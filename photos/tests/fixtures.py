"""Fixtures that the tests of all apps share."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from accounts.local import local_owner
from accounts.models import User
from ai.captioners.base import Captioner
from ai.captioners.loading import CAPTIONERS, forget_captioner
from ai.encoders.base import Encoder
from ai.fakes import FakeCaptioner, FakeEncoder
from ai.loading import ENCODERS, forget_encoder
from ai.ocr.base import TextReader
from ai.ocr.loading import READERS, forget_reader
from photos import pipeline
from photos.models import Photo
from photos.tests import factories
from photos.tests.pictures import jpeg
from photos.uploads import accept_upload


@pytest.fixture
def make_photo(db: None) -> Callable[..., Photo]:  # noqa: ARG001 - it opens the database
    return factories.make_photo


@pytest.fixture
def owner(db: None) -> User:  # noqa: ARG001 - it opens the database
    """The one local owner, for whom requests act in local mode."""
    return local_owner()


@pytest.fixture
def server_mode(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Put on every setting that a server would read from its environment, as far as it differs."""
    monkeypatch.setenv("CLOUDZY_MODE", "server")
    monkeypatch.setenv("CLOUDZY_URL", "http://localhost:8000")
    # By name: settings that a test has changed before do not know the module they come from.
    as_server = runpy.run_path(str(sys.modules["cloudzy.settings"].__file__))
    for name, value in as_server.items():
        if name.isupper() and name not in ("DATABASES", "CLOUDZY_DATA_DIR") and value != getattr(settings, name):
            setattr(settings, name, value)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    # Views have read it when they were imported.
    monkeypatch.setattr(APIView, "authentication_classes", api_settings.DEFAULT_AUTHENTICATION_CLASSES)
    return settings


@pytest.fixture
def photo(owner: User) -> Photo:
    """A red photo, uploaded and analysed."""
    now = factories.at("2024-05-01 12:00")
    return pipeline.analyse(accept_upload(ContentFile(jpeg(colour="red"), name="a.jpg"), owner, now).photo, now)


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """A media folder of this test's own, in which files can be counted and broken."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = settings.MEDIA_ROOT / ".incoming"
    return settings.MEDIA_ROOT


@pytest.fixture
def no_encoder(settings: Settings, tmp_path: Path) -> Path:
    """Point the settings at a folder without model files; return it."""
    settings.CLOUDZY_ENCODER = "compact"
    settings.CLOUDZY_ENCODER_DIR = tmp_path / "no model"
    return settings.CLOUDZY_ENCODER_DIR


@pytest.fixture
def use_encoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Encoder], None]]:
    """Let this test put another encoder in the place of the fake one, as new model files would."""

    def use(encoder: Encoder) -> None:
        monkeypatch.setitem(ENCODERS, "fake", lambda _: encoder)
        forget_encoder()

    yield use
    forget_encoder()


@pytest.fixture
def other_encoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Encoder], None]]:
    """Have a second encoder by the name of "other", at first the fake one in its second revision."""

    def use(encoder: Encoder) -> None:
        monkeypatch.setitem(ENCODERS, "other", lambda _: encoder)
        forget_encoder()

    use(FakeEncoder(revision="2"))
    yield use
    forget_encoder()


@pytest.fixture
def use_captioner(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Callable[[Captioner], None]]:
    """Let this test choose the captioner that the settings name."""

    def use(captioner: Captioner) -> None:
        settings.CLOUDZY_CAPTIONER = "fake"
        monkeypatch.setitem(CAPTIONERS, "fake", lambda _: captioner)
        forget_captioner()

    yield use
    forget_captioner()


@pytest.fixture
def fake_captioner(use_captioner: Callable[[Captioner], None]) -> FakeCaptioner:
    """The captioner of the settings: deterministic, called "seer", and as broken as a test makes it."""
    captioner = FakeCaptioner("seer")
    use_captioner(captioner)
    return captioner


@pytest.fixture
def use_reader(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Callable[[TextReader], None]]:
    """Let this test switch the reading of text on, with a reader of its choice."""

    def use(reader: TextReader) -> None:
        settings.CLOUDZY_OCR = "fake"
        monkeypatch.setitem(READERS, "fake", lambda _: reader)
        forget_reader()

    yield use
    forget_reader()
