from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from photos.models import Photo
from photos.tests.factories import make_user
from photos.tests.pictures import jpeg
from search.tests.factories import axis, leaning

MakePhoto = Callable[..., Photo]

pytestmark = pytest.mark.django_db

RED = 0  # the axis of the first colour of the fake encoder


def picture(colour: str = "red", name: str = "beach.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg(size=(32, 24), colour=colour), "image/jpeg")


def slug(answer: Any) -> str:
    assert answer["Content-Type"] == "application/problem+json"
    return str(answer.json()["type"].removeprefix("/problems/"))


def test_search_answers_as_published(client: Client, make_photo: MakePhoto) -> None:
    far = make_photo(embedding=leaning(RED, 1.0))
    near = make_photo(embedding=leaning(RED, 0.25), tags=["red"], caption="A red boat.")

    answer = client.get("/search", {"q": " red ", "top_k": "5"})

    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["query", "results", "total_results"]
    assert (body["query"], body["total_results"]) == ("red", 2)
    assert [result["photo_id"] for result in body["results"]] == [near.pk, far.pk]
    first = body["results"][0]
    assert first == {
        "photo_id": near.pk,
        "filename": near.filename,
        "tags": ["red"],
        "caption": "A red boat.",
        "distance": pytest.approx(2 - 2 * np.cos(0.25), abs=1e-6),
        "matched_by": ["semantic", "tag:red", "caption"],
        "score": pytest.approx(np.cos(0.25), abs=1e-6),
        "relevance": "strong",
    }


def test_a_text_found_as_words_has_the_distance_of_no_distance(client: Client, make_photo: MakePhoto) -> None:
    make_photo(embedding=axis(5), title="Our boat")

    (result,) = client.get("/search", {"q": "boat"}).json()["results"]

    assert (result["distance"], result["matched_by"]) == (2.0, ["title"])


def test_five_results_come_unless_asked_otherwise(client: Client, make_photo: MakePhoto) -> None:
    for _ in range(7):
        make_photo(embedding=axis(RED))

    assert client.get("/search", {"q": "red"}).json()["total_results"] == 5
    assert client.get("/search", {"q": "red", "top_k": "6"}).json()["total_results"] == 6
    assert client.get("/search/", {"q": "red", "top_k": "50"}).json()["total_results"] == 7


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=red&top_k=0", "top_k"),
        ("q=red&top_k=51", "top_k"),
        ("q=red&top_k=1e9", "top_k"),
        ("q=red&top_k=-1", "top_k"),
        ("q=red&topk=3", "topk"),
        ("q=red&q=blue", "q"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(query: str, field: str, client: Client) -> None:
    answer = client.get(f"/search?{query}")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize("query", ["q=", "q=%20%20", "q=" + "x" * 201, "q=" + "x" * 10_000, "q=%E2%80%AE"])
def test_a_query_of_nothing_or_too_much_is_a_bad_query(query: str, client: Client) -> None:
    answer = client.get(f"/search?{query}")

    assert (answer.status_code, slug(answer)) == (400, "bad_query")


@pytest.mark.parametrize(
    "query",
    ["%00", "a%00b", "%F0%9F%90%95", "%D7%A9%D7%9C%D7%95%D7%9D", "'%3B DROP TABLE photo", "%2500", "%FF", "%ED%A0%80"],
)
def test_a_strange_query_is_answered_or_refused_and_never_a_fault(
    query: str, client: Client, make_photo: MakePhoto
) -> None:
    make_photo(embedding=axis(RED), caption="A boat.")

    assert client.get(f"/search?q={query}").status_code in (200, 400)


def test_similar_photos_answer_as_published(client: Client, make_photo: MakePhoto) -> None:
    reference, near = make_photo(embedding=axis(RED)), make_photo(embedding=leaning(RED, 0.1))

    answer = client.post(f"/search/image-to-image?reference_photo_id={reference.pk}&top_k=5")

    assert answer.status_code == 200
    body = answer.json()
    assert body["query"] == f"Similar to photo {reference.pk}"
    assert [result["photo_id"] for result in body["results"]] == [near.pk]
    assert body["total_results"] == 1


def test_the_reference_photo_must_be_ones_own_and_analysed(client: Client, make_photo: MakePhoto) -> None:
    theirs, raw = make_photo(owner=make_user("eve"), embedding=axis(RED)), make_photo()
    trashed = make_photo(embedding=axis(RED), trashed=True)

    def answer(photo_id: int) -> tuple[int, str]:
        got = client.post(f"/search/image-to-image?reference_photo_id={photo_id}")
        return got.status_code, slug(got)

    assert answer(theirs.pk) == answer(trashed.pk) == answer(10**6) == (404, "not_found")
    assert answer(raw.pk) == (409, "not_analysed")
    assert answer(10**30)[0] == answer(0)[0] == 400


def test_fields_in_the_body_of_a_similar_search_are_refused(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(embedding=axis(RED))
    url = f"/search/image-to-image?reference_photo_id={photo.pk}"

    answer = client.post(url, {"top_k": 3}, content_type="application/json")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["top_k"]


def test_an_image_from_outside_is_compared_and_not_kept(client: Client, make_photo: MakePhoto) -> None:
    red = make_photo(embedding=axis(RED))
    make_photo(embedding=axis(5))

    answer = client.post("/search/by-image?top_k=1", {"file": picture("red")})

    assert answer.status_code == 200
    assert answer.json()["query"] == "Similar to beach.jpg"
    assert [result["photo_id"] for result in answer.json()["results"]] == [red.pk]
    assert Photo.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "status", "problem"),
    [
        (b"", 400, "empty_file"),
        (b"<html>", 415, "unsupported_type"),
        (jpeg(size=(640, 480))[:-3000], 422, "truncated_image"),
    ],
)
def test_what_is_no_image_is_refused_as_an_upload_is(content: bytes, status: int, problem: str, client: Client) -> None:
    answer = client.post("/search/by-image", {"file": SimpleUploadedFile("a.jpg", content)})

    assert (answer.status_code, slug(answer)) == (status, problem)


def test_a_search_by_image_without_a_file_is_refused(client: Client) -> None:
    assert slug(client.post("/search/by-image")) == "no_file"


def test_without_an_encoder_texts_are_searched_as_words_and_images_not_at_all(
    client: Client, make_photo: MakePhoto, settings: Settings, tmp_path: Path
) -> None:
    make_photo(embedding=axis(RED), tags=["red"])
    settings.CLOUDZY_ENCODER, settings.CLOUDZY_ENCODER_DIR = "compact", tmp_path

    by_text = client.get("/search", {"q": "red"})
    by_image = client.post("/search/by-image", {"file": picture()})

    assert by_text.json()["results"][0]["matched_by"] == ["tag:red"]
    assert (by_image.status_code, slug(by_image)) == (503, "model_missing")
    assert int(by_image["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("method", "url"),
    [("post", "/search?q=red"), ("get", "/search/image-to-image?reference_photo_id=1"), ("get", "/search/by-image")],
)
def test_other_methods_are_not_allowed(method: str, url: str, client: Client) -> None:
    assert client.generic(method.upper(), url).status_code == 405


@pytest.mark.parametrize("mode", ["hybrid", "text"])
def test_the_mode_decides_what_the_order_goes_by(client: Client, make_photo: MakePhoto, mode: str) -> None:
    tagged = make_photo(embedding=leaning(RED, 1.0), tags=["red"])
    alike = make_photo(embedding=axis(RED))

    results = client.get("/search", {"q": "red", "mode": mode}).json()["results"]

    assert [result["photo_id"] for result in results] == [tagged.pk, alike.pk][: len(results)]
    assert results[0]["matched_by"][0] == "tag:red"
    assert results[0]["distance"] == pytest.approx(2 - 2 * np.cos(1.0), abs=1e-6)
    assert results[0]["score"] > 2
    assert len(results) == (2 if mode == "hybrid" else 1)


def test_an_unknown_mode_is_refused_by_name(client: Client) -> None:
    answer = client.get("/search", {"q": "red", "mode": "best"})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["mode"])


@pytest.mark.parametrize("mode", ["hybrid", "text"])
def test_a_query_that_cannot_be_read_names_what_is_wrong_and_what_is_allowed(client: Client, mode: str) -> None:
    unknown, wrong = (client.get("/search", {"q": text, "mode": mode}) for text in ("red colr:teal", "iso:many"))

    assert (unknown.status_code, slug(unknown), wrong.status_code) == (400, "bad_query", 400)
    assert "There is no field “colr”." in unknown.json()["detail"]
    assert "camera:" in unknown.json()["detail"]
    assert "iso: cannot be “many”." in wrong.json()["detail"]
    assert "iso: takes a whole number" in wrong.json()["detail"]


@pytest.mark.parametrize("text", ["10:30 red", "red colr:teal", "iso:many red", "(red", 'red "'])
def test_the_published_mode_takes_what_it_cannot_read_as_plain_text(
    client: Client, make_photo: MakePhoto, text: str
) -> None:
    photo = make_photo(embedding=axis(RED))

    answer = client.get("/search", {"q": text})

    assert answer.status_code == 200
    assert [result["photo_id"] for result in answer.json()["results"]] == [photo.pk]


def test_a_mended_typo_is_told(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(caption="A zebra")

    body = client.get("/search", {"q": "zebar", "mode": "hybrid"}).json()

    assert (body["query"], body["corrected"]) == ("zebar", "zebra")
    assert [result["photo_id"] for result in body["results"]] == [photo.pk]


def test_weak_results_are_told_and_can_be_left_out(client: Client, make_photo: MakePhoto) -> None:
    near, far = make_photo(embedding=axis(RED)), make_photo(embedding=leaning(RED, 1.4))

    def relevance(**query: str) -> dict[int, str]:
        results = client.get("/search", {"q": "red", **query}).json()["results"]
        return {result["photo_id"]: result["relevance"] for result in results}

    assert relevance() == relevance(min_relevance="weak") == {near.pk: "strong", far.pk: "weak"}
    assert relevance(min_relevance="strong") == relevance(min_relevance="strong", mode="hybrid") == {near.pk: "strong"}
    assert relevance(min_relevance="strong", paginate="true") == {near.pk: "strong"}


def test_an_unknown_relevance_is_refused_by_name(client: Client) -> None:
    answer = client.get("/search", {"q": "red", "min_relevance": "0.5"})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["min_relevance"])


def test_nonsense_has_no_results_and_leads_to_queries_that_have(client: Client, make_photo: MakePhoto) -> None:
    make_photo(embedding=axis(RED), tags=["boat"])

    body = client.get("/search", {"q": "xqzzt blorf", "min_relevance": "strong"}).json()

    assert (body["results"], body["total_results"]) == ([], 0)
    assert body["suggestions"] == ["boat", "red"] or body["suggestions"] == ["boat"]
