from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from photos import storage
from photos.models import ActiveModel, Photo
from photos.tests.factories import make_user
from photos.tests.requesting import post, problem_of
from search.ranking.queries import similar_to
from search.tests.factories import axis, leaning
from search.tests.pictures import stripes

MakePhoto = Callable[..., Photo]
Upload = Callable[..., Photo]

pytestmark = pytest.mark.django_db

RED, GREEN, BLUE = 0, 1, 2


def found(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.json()
    return [result["photo_id"] for result in answer.json()["results"]]


def between(*axes: int) -> np.ndarray:
    total = sum(axis(number) for number in axes)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def test_several_photos_find_what_is_like_all_of_them(client: Client, make_photo: MakePhoto) -> None:
    red, blue = make_photo(embedding=axis(RED)), make_photo(embedding=axis(BLUE))
    redder, both = make_photo(embedding=leaning(RED, 0.2)), make_photo(embedding=between(RED, BLUE))

    answer = post(client, f"/search/image-to-image?reference_photo_id={red.pk}&reference_photo_id={blue.pk}")

    assert found(answer) == [both.pk, redder.pk]
    assert answer.json()["query"] == f"Similar to photos {red.pk}, {blue.pk}"
    assert answer.json()["results"][0]["distance"] == pytest.approx(0, abs=1e-6)


def test_one_photo_named_twice_is_one(client: Client, make_photo: MakePhoto) -> None:
    photo, other = make_photo(embedding=axis(RED)), make_photo(embedding=leaning(RED, 0.1))

    answer = post(client, f"/search/image-to-image?reference_photo_id={photo.pk}&reference_photo_id={photo.pk}")

    assert (answer.json()["query"], found(answer)) == (f"Similar to photo {photo.pk}", [other.pk])


def test_photos_to_be_less_like_push_away_and_are_left_out(client: Client, make_photo: MakePhoto) -> None:
    red, green = make_photo(embedding=axis(RED)), make_photo(embedding=axis(GREEN))
    greenish, bluish = make_photo(embedding=between(RED, RED, GREEN)), make_photo(embedding=between(RED, RED, BLUE))
    address = f"/search/image-to-image?reference_photo_id={red.pk}"

    assert found(post(client, address)) == [greenish.pk, bluish.pk, green.pk]
    assert found(post(client, f"{address}&less_like={green.pk}")) == [bluish.pk, greenish.pk]


def test_what_is_as_much_for_as_against_is_refused_in_words(client: Client, make_photo: MakePhoto) -> None:
    first, second = make_photo(embedding=axis(RED)), make_photo(embedding=-axis(RED))
    address = f"/search/image-to-image?reference_photo_id={first.pk}&reference_photo_id={second.pk}"

    assert problem_of(post(client, address)) == (400, "bad_query")


@pytest.mark.parametrize("parameter", ["reference_photo_id", "less_like"])
def test_every_photo_named_must_be_ones_own_and_analysed(client: Client, make_photo: MakePhoto, parameter: str) -> None:
    mine, raw = make_photo(embedding=axis(RED)), make_photo()
    theirs = make_photo(owner=make_user("eve"), embedding=axis(RED))
    trashed = make_photo(embedding=axis(RED), trashed=True)

    def answer(number: int) -> tuple[int, str]:
        return problem_of(post(client, f"/search/image-to-image?reference_photo_id={mine.pk}&{parameter}={number}"))

    assert answer(theirs.pk) == answer(trashed.pk) == answer(10**6) == (404, "not_found")
    assert answer(raw.pk) == (409, "not_analysed")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "reference_photo_id"),
        ("reference_photo_id=0", "reference_photo_id"),
        ("reference_photo_id=1&reference_photo_id=x", "reference_photo_id"),
        (f"reference_photo_id={10**30}", "reference_photo_id"),
        ("&".join(f"reference_photo_id={number}" for number in range(1, 18)), "reference_photo_id"),
        ("reference_photo_id=1&less_like=1", "less_like"),
        ("reference_photo_id=1&less_like=-1", "less_like"),
        ("reference_photo_id=1&top_k=2&top_k=3", "top_k"),
        ("reference_photo_id=1&photo=2", "photo"),
        ("reference_photo_id=1&region=", "region"),
        ("reference_photo_id=1&region=0.1,0.1,0.5", "region"),
        ("reference_photo_id=1&region=0.1,0.1,0.5,0.5,0.5", "region"),
        ("reference_photo_id=1&region=0,0,0,1", "region"),
        ("reference_photo_id=1&region=0.6,0,0.5,1", "region"),
        ("reference_photo_id=1&region=0,0,nan,1", "region"),
        ("reference_photo_id=1&region=0,0,inf,1", "region"),
        ("reference_photo_id=1&region=-0.1,0,0.5,1", "region"),
        ("reference_photo_id=1&region=0,0,1e-1,1", "region"),
        ("reference_photo_id=1&region=0,0,1,1&region=0,0,1,1", "region"),
        ("reference_photo_id=1&reference_photo_id=2&region=0,0,1,1", "region"),
        ("reference_photo_id=1&less_like=2&region=0,0,1,1", "region"),
    ],
)
def test_a_wrong_parameter_of_likeness_is_refused_by_name(query: str, field: str, client: Client) -> None:
    answer = post(client, f"/search/image-to-image?{query}")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_a_part_of_a_photo_finds_what_is_like_that_part(client: Client, upload_stripes: Upload) -> None:
    whole, red, blue = upload_stripes("red", "red", "blue"), upload_stripes("red"), upload_stripes("blue")
    address = f"/search/image-to-image?reference_photo_id={whole.pk}"

    answer = post(client, f"{address}&region=0.7,0,0.3,1")

    assert found(post(client, address)) == [red.pk, blue.pk]
    assert found(answer) == [blue.pk, red.pk]
    assert answer.json()["query"] == f"Similar to a part of photo {whole.pk}"


def test_a_part_is_found_in_the_original_where_no_rendition_is_left(
    client: Client, upload_stripes: Upload, media: Path
) -> None:
    whole, blue = upload_stripes("red", "red", "blue"), upload_stripes("blue")
    address = f"/search/image-to-image?reference_photo_id={whole.pk}&region=0.7,0,0.3,1"
    for rendition in (media / "thumbnails").rglob("*.webp"):
        rendition.unlink()

    assert found(post(client, address)) == [blue.pk]
    storage.path_of(whole.original).unlink()

    assert problem_of(post(client, address.replace("0.7,0,0.3", "0.6,0,0.3"))) == (404, "original_missing")


def test_too_small_a_part_is_refused_by_name(client: Client, upload_stripes: Upload) -> None:
    photo = upload_stripes("red", "blue")

    for region in ("0,0,0.0001,0.0001", "0.5,0.5,0.01,0.01"):
        answer = post(client, f"/search/image-to-image?reference_photo_id={photo.pk}&region={region}")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["region"])


def test_a_part_of_another_persons_photo_is_not_there(client: Client, upload_stripes: Upload) -> None:
    theirs = upload_stripes("red")
    Photo.objects.filter(pk=theirs.pk).update(owner=make_user("eve"))

    address = f"/search/image-to-image?reference_photo_id={theirs.pk}&region=0,0,1,1"

    assert problem_of(post(client, address)) == (404, "not_found")


def test_without_an_encoder_whole_photos_are_compared_and_parts_are_not(
    client: Client, upload_stripes: Upload, settings: Settings, tmp_path: Path
) -> None:
    photo, other = upload_stripes("red"), upload_stripes("red", "blue")
    address = f"/search/image-to-image?reference_photo_id={photo.pk}"
    ActiveModel.objects.update(encoder="compact")
    settings.CLOUDZY_ENCODER_DIR = tmp_path

    refused = post(client, f"{address}&region=0,0,0.5,0.5")

    assert problem_of(refused) == (503, "model_missing")
    assert int(refused["Retry-After"]) > 0
    assert found(post(client, address)) == [other.pk]


def test_a_part_of_an_image_from_outside_is_compared(client: Client, upload_stripes: Upload) -> None:
    red, blue = upload_stripes("red"), upload_stripes("blue")

    def ask(region: str) -> Any:
        file = SimpleUploadedFile("beach.png", stripes("red", "red", "blue"), "image/png")
        return client.post(f"/search/by-image?region={region}", {"file": file})

    assert found(ask("0,0,0.6,1")) == [red.pk, blue.pk]
    assert found(ask("0.7,0,0.3,1")) == [blue.pk, red.pk]
    for region in ("0.7,0,0.4,1", "0,0,0.01,0.01", "x"):
        assert list(ask(region).json()["errors"]) == ["region"]


def test_likeness_costs_the_same_queries_however_many_are_named(
    make_photo: MakePhoto, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    photos = [make_photo(embedding=leaning(RED, number / 10)) for number in range(12)]
    similar_to(photos[:1], owner, 5)

    for named in (photos[:1], photos[:8]):
        with django_assert_num_queries(9):
            assert similar_to(named, owner, 4)
