from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from photos.models import Photo, PhotoFile
from photos.tests.factories import make_version

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]


def test_the_page_of_a_photo_offers_all_its_files(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    version, sidecar = make_version(photo), make_version(photo, PhotoFile.Kind.SIDECAR, name="a.xmp")

    page = client.get(photo.get_absolute_url()).content.decode()

    for file in (version, sidecar):
        assert reverse("api:photo-kept-file", args=[photo.pk, file.pk]) in page
        assert file.name in page
    assert page.count("Show this one") == page.count("<span>Separate<") == 1


def test_a_photo_of_one_file_has_no_such_part(client: Client, make_photo: MakePhoto) -> None:
    assert 'id="files-title"' not in client.get(make_photo().get_absolute_url()).content.decode()


def test_another_version_is_shown_by_a_plain_form(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    file = make_version(photo, name="as the camera made it.jpg")

    page = client.post(reverse("photos:show_version", args=[photo.pk]), {"file": file.pk}, follow=True)

    photo.refresh_from_db()
    assert photo.original_name == "as the camera made it.jpg"
    assert "Shown from now on: as the camera made it.jpg." in page.content.decode()


def test_a_version_becomes_a_photo_by_a_plain_form(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo()
    file = make_version(photo, name="b.jpg")

    page = client.post(reverse("photos:separate_version", args=[photo.pk]), {"file": file.pk}, follow=True)

    own = Photo.objects.exclude(pk=photo.pk).get()
    assert page.redirect_chain == [(own.get_absolute_url(), 302)]
    assert "b.jpg is a photo of its own now." in page.content.decode()


@pytest.mark.parametrize("name", ["show_version", "separate_version"])
def test_a_version_that_is_gone_is_told(client: Client, make_photo: MakePhoto, name: str) -> None:
    photo = make_photo()

    page = client.post(reverse(f"photos:{name}", args=[photo.pk]), {"file": 2**40}, follow=True)

    assert "The photo has no such version any more." in page.content.decode()
