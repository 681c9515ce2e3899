"""The step in which files came to rate photos too."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps

from photos.models import Photo

pytestmark = pytest.mark.django_db


def test_ratings_of_before_are_peoples_and_no_file_takes_them_away(make_photo: Callable[..., Photo]) -> None:
    rated, titled, unrated = make_photo(rating=4), make_photo(rating=0, edited=["title"]), make_photo()

    for _ in range(2):
        import_module("photos.migrations.0018_file_facts").keep_ratings(apps, None)

    assert Photo.objects.get(pk=rated.pk).edited == ["rating"]
    assert Photo.objects.get(pk=titled.pk).edited == ["rating", "title"]
    assert Photo.objects.get(pk=unrated.pk).edited == []
