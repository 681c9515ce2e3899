from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from django.test import Client
from PIL import ExifTags

from ai.fakes import DIMENSION, FakeEncoder
from photos.models import Photo
from photos.tests.factories import at, make_user
from photos.tests.pictures import exif, jpeg, plain
from photos.tests.requesting import patch, post, post_photo, problem_of, queries_of

pytestmark = pytest.mark.django_db

PUBLISHED = {"id": int, "filename": str, "tags": list, "caption": str, "embedding": list, "created_at": str}
OURS = {
    "original_name": str,
    "status": str,
    "error": str,
    "title": str,
    "description": str,
    "width": int,
    "height": int,
    "bytes": int,
    "format": str,
    "animated": bool,
    "panorama": bool,
    "has_motion": bool,
    "taken_at": str,
    "taken_at_source": str,
    "camera": str,
    "lens": str,
    "exposure": dict,
    "location": dict,
    "focal_length_35mm": float,
    "flash": bool,
    "software": str,
    "artist": str,
    "copyright": str,
    "direction": float,
    "place": dict,
    "faces": list,
    "files": list,
    "colors": list,
    "rating": int,
    "favorite": bool,
    "archived": bool,
    "updated_at": str,
}
CAMERA = exif(
    {ExifTags.Base.Make: "Apple", ExifTags.Base.Model: "iPhone 7", ExifTags.Base.Orientation: 6},
    {
        ExifTags.Base.DateTimeOriginal: "2019:03:21 11:04:22",
        ExifTags.Base.OffsetTimeOriginal: "+01:00",
        ExifTags.Base.FNumber: 1.8,
        ExifTags.Base.ExposureTime: 1 / 887,
        ExifTags.Base.ISOSpeedRatings: 20,
        ExifTags.Base.FocalLength: 3.99,
        ExifTags.Base.FocalLengthIn35mmFilm: 28,
        ExifTags.Base.Flash: 16,
        ExifTags.Base.SubsecTimeOriginal: "348",
    },
    {1: "N", 2: (41.0, 13.0, 12.0), 3: "W", 4: (96.0, 4.0, 12.0), 5: b"\0", 6: 351.0, 17: 320.5},
)


def numbers_in(value: Any) -> Iterator[float]:
    for item in value.values() if isinstance(value, dict) else value:
        yield from numbers_in(item) if isinstance(item, dict | list) else [item]


def test_a_photo_is_answered_with_the_published_keys_and_ours(client: Client) -> None:
    pk = post_photo(client, jpeg((80, 60), exif=CAMERA)).json()["id"]
    patch(client, f"/photo/{pk}", {"rating": 4})

    response = client.get(f"/photo/{pk}")

    assert response.status_code == 200
    photo = response.json()
    assert {key: type(value) for key, value in photo.items()} == PUBLISHED | OURS


def test_what_the_file_says_is_answered_as_a_person_would_say_it(client: Client) -> None:
    pk = post_photo(client, jpeg((80, 60), exif=CAMERA), "IMG 1.jpg").json()["id"]

    photo = client.get(f"/photo/{pk}").json()

    assert (photo["width"], photo["height"], photo["format"]) == (60, 80, "jpeg")
    assert (photo["taken_at"], photo["taken_at_source"]) == ("2019-03-21T11:04:22.348000+01:00", "exif")
    assert (photo["camera"], photo["original_name"]) == ("Apple iPhone 7", "IMG 1.jpg")
    assert photo["exposure"] == {"aperture": 1.8, "shutter": "1/887", "iso": 20, "focal_length": 3.99}
    assert photo["location"] == {"latitude": 41.22, "longitude": -96.07, "altitude": 351.0}
    assert photo["place"] == {"city": "Omaha", "region": "Nebraska", "country": "United States"}
    assert (photo["focal_length_35mm"], photo["flash"], photo["direction"]) == (28.0, False, 320.5)
    assert photo["caption"] == "A red, photographed in March 2019."


def test_the_vector_is_of_length_one_and_of_the_encoders_dimension(client: Client) -> None:
    pk = post_photo(client).json()["id"]

    vector = client.get(f"/photo/{pk}").json()["embedding"]

    assert len(vector) == DIMENSION
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


def test_what_nothing_is_known_of_is_null(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    answer = client.get(f"/photo/{photo.pk}").json()

    assert answer["embedding"] is None
    assert answer["location"] is None
    assert answer["place"] is None
    assert answer["faces"] == []
    assert answer["rating"] is None
    assert set(answer["exposure"].values()) == {None}


def test_times_are_in_utc_with_a_z_and_the_wall_clock_has_none(
    client: Client, make_photo: Callable[..., Photo]
) -> None:
    photo = make_photo(created_at=at("2023-10-23 12:00"), taken_at=at("2019-03-21 11:04"))

    answer = client.get(f"/photo/{photo.pk}").json()

    assert answer["created_at"] == "2023-10-23T12:00:00Z"
    assert answer["updated_at"].endswith("Z")
    assert answer["taken_at"] == "2019-03-21T11:04:00"


def test_a_slash_at_the_end_changes_nothing(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo()

    assert client.get(f"/photo/{photo.pk}/").json() == client.get(f"/photo/{photo.pk}").json()


def test_the_number_of_queries_does_not_grow_with_the_tags(client: Client, make_photo: Callable[..., Photo]) -> None:
    plain, tagged = make_photo(), make_photo(tags=[f"tag {number}" for number in range(30)])

    one, many = queries_of(client, f"/photo/{plain.pk}"), queries_of(client, f"/photo/{tagged.pk}")

    assert len(one) == len(many) <= 8


@pytest.mark.parametrize("number", ["0", "4711", "9223372036854775807", "99999999999999999999999999"])
def test_a_photo_that_is_not_there_is_not_found(client: Client, number: str) -> None:
    assert problem_of(client.get(f"/photo/{number}")) == (404, "not_found")


@pytest.mark.parametrize("name", ["abc", "-1", "1.5", "%00"])
def test_what_is_no_number_is_not_found(client: Client, name: str) -> None:
    assert problem_of(client.get(f"/photo/{name}")) == (404, "not_found")


def test_another_persons_photo_is_not_found_by_any_verb(client: Client, make_photo: Callable[..., Photo]) -> None:
    photo = make_photo(owner=make_user("berta"), caption="hers")
    address = f"/photo/{photo.pk}"

    answers = [
        client.get(address),
        patch(client, address, {"caption": "mine"}),
        client.delete(address),
        client.delete(f"{address}?permanent=true"),
        post(client, f"{address}/restore"),
        post(client, f"{address}/analyze"),
        client.get(f"{address}/file"),
        client.get(f"{address}/thumbnail"),
    ]

    assert {problem_of(answer) for answer in answers} == {(404, "not_found")}
    photo.refresh_from_db()
    assert (photo.caption, photo.trashed_at) == ("hers", None)


def test_a_parameter_we_do_not_know_is_named(client: Client, make_photo: Callable[..., Photo]) -> None:
    response = client.get(f"/photo/{make_photo().pk}?fields=id")

    assert problem_of(response) == (400, "bad_request")
    assert list(response.json()["errors"]) == ["fields"]


def test_the_parameter_format_is_accepted(client: Client, make_photo: Callable[..., Photo]) -> None:
    response = client.get(f"/photo/{make_photo().pk}?format=json")

    assert response.status_code == 200


def test_no_answer_holds_what_is_no_number_in_json(client: Client) -> None:
    broken = exif(photo={ExifTags.Base.FNumber: (1, 0), ExifTags.Base.FocalLength: (0, 0)}, gps={1: "N", 2: (1, 2)})
    pk = post_photo(client, jpeg(exif=broken)).json()["id"]

    response = client.get(f"/photo/{pk}")

    assert b"NaN" not in response.content
    assert b"Infinity" not in response.content
    assert all(value == value for value in numbers_in(response.json()))


def test_analysis_repeats_the_stages_named_and_the_caption_that_follows(client: Client) -> None:
    pk = post_photo(client).json()["id"]
    Photo.objects.filter(pk=pk).update(caption="old words", camera_make="old make")

    response = post(client, f"/photo/{pk}/analyze", {"stages": ["embedding"]})

    assert response.status_code == 200
    photo = Photo.objects.get()
    assert (photo.caption, photo.camera_make) == ("A red.", "old make")
    assert response.json()["embedding"] == pytest.approx(FakeEncoder().embed_images([plain()])[0].tolist(), abs=1e-6)


def test_a_stage_we_do_not_know_is_refused(client: Client, make_photo: Callable[..., Photo]) -> None:
    response = post(client, f"/photo/{make_photo().pk}/analyze", {"stages": ["faces"]})

    assert problem_of(response) == (400, "bad_request")
