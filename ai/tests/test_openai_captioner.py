from __future__ import annotations

import base64
import json
import threading
from io import BytesIO

import pytest
from PIL import Image

from ai.captioners.base import CaptionerUnavailable, CaptionFailed, Described
from ai.captioners.chat import LONGEST_SIDE
from ai.captioners.chosen import Endpoint
from ai.captioners.openai import FAILURES_IN_A_ROW, PAUSE_SECONDS, OpenAICaptioner
from ai.tests import caption_server
from ai.tests.caption_server import Behaviour, CaptionServer, described, says

RED = Image.new("RGB", (40, 30), "red")
DOG = described("A dog on a beach.", "It runs.\nThe sea is calm.", ["Dog", "beach", "dog", " "])


def captioner(server: CaptionServer, key: str = "", language: str = "English", seconds: float = 10) -> OpenAICaptioner:
    return OpenAICaptioner(Endpoint(server.url, "tiny-vision:1b", key, language, seconds))


def describe(*behaviours: Behaviour, seconds: float = 10) -> Described:
    with CaptionServer(*behaviours) as server:
        return captioner(server, seconds=seconds).describe(RED)


def test_a_good_answer_is_taken() -> None:
    said = describe(says(DOG))

    assert said == Described("A dog on a beach.", "It runs.\nThe sea is calm.", ("dog", "beach"))


def test_one_post_asks_for_three_things_in_a_schema_and_in_the_language() -> None:
    with CaptionServer(says(DOG)) as server:
        captioner(server, key="sk-1", language="Deutsch").describe(RED)

    (asked,) = server.asked
    schema = asked.payload["response_format"]["json_schema"]["schema"]
    assert (asked.path, asked.payload["model"]) == ("/v1/chat/completions", "tiny-vision:1b")
    assert asked.headers["Authorization"] == "Bearer sk-1"
    assert asked.payload["response_format"]["type"] == "json_schema"
    assert schema["required"] == ["caption", "description", "tags"]
    assert "Write in Deutsch." in asked.payload["messages"][0]["content"]


def test_without_a_key_none_is_sent_and_an_address_may_end_in_v1() -> None:
    with CaptionServer(says(DOG)) as server:
        OpenAICaptioner(Endpoint(f"{server.url}/api/v1/", "m")).describe(RED)

    assert server.asked[0].path == "/api/v1/chat/completions"
    assert "Authorization" not in server.asked[0].headers


def test_the_picture_goes_out_small_and_without_anything_but_its_pixels() -> None:
    photo = Image.effect_noise((2000, 1500), 80).convert("RGB")
    photo.info |= {"exif": b"Exif\0\0GPS", "comment": b"secret", "icc_profile": b"profile", "xmp": b"<x/>"}

    with CaptionServer(says(DOG)) as server:
        captioner(server).describe(photo)

    url = server.asked[0].payload["messages"][1]["content"][1]["image_url"]["url"]
    sent = Image.open(BytesIO(base64.b64decode(url.removeprefix("data:image/jpeg;base64,"))))
    assert (sent.format, sent.size) == ("JPEG", (LONGEST_SIDE, 768))
    assert set(sent.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert photo.size == (2000, 1500)


@pytest.mark.parametrize("content", [f"```json\n{DOG}\n```", f"<think>{{a dog?}}</think>Here it is: {DOG}"])
def test_an_object_within_other_words_is_found(content: str) -> None:
    assert describe(says(content)).caption == "A dog on a beach."


@pytest.mark.parametrize(
    "content",
    [
        "not JSON",
        "",
        '{"caption": "A dog."}',
        json.dumps({"caption": 3, "description": "", "tags": []}),
        json.dumps({"caption": "A dog.", "description": "", "tags": "dog"}),
        described("  \n "),
    ],
)
def test_an_answer_out_of_form_is_repaired_once(content: str) -> None:
    with CaptionServer(says(content), says(DOG)) as server:
        said = captioner(server).describe(RED)

    first, second = (asked.payload["messages"] for asked in server.asked)
    assert said.caption == "A dog on a beach."
    assert second[: len(first)] == first
    assert second[len(first)] == {"role": "assistant", "content": content}
    assert "JSON object" in second[-1]["content"]


def test_half_a_character_in_an_answer_does_not_keep_it_from_being_repaired() -> None:
    with CaptionServer(says("A dog \ud83d"), says(DOG)) as server:
        said = captioner(server).describe(RED)

    assert said.caption == "A dog on a beach."
    assert server.asked[1].payload["messages"][-2]["content"] == "A dog ?"


def test_a_model_that_knows_no_json_is_taken_at_its_word() -> None:
    said = describe(says("A dog\non a beach."), says("I am sorry."))

    assert said == Described("A dog on a beach.")


@pytest.mark.parametrize(("first", "second"), [('{"caption": "A do', "[]"), ("", ""), ("```json\n{", "<p>no</p>")])
def test_debris_of_json_is_no_caption(first: str, second: str) -> None:
    with pytest.raises(CaptionFailed, match="answered twice"):
        describe(says(first), says(second))


def test_what_the_picture_makes_the_model_say_is_plain_bounded_text() -> None:
    evil = described("<script>alert(1)</script>\x00\u202e  end " + "x" * 9000, "\u2066a\r\nb\x07", ["<B>" * 100])

    said = describe(says(evil))

    assert said.caption.startswith("<script>alert(1)</script> end xxx")
    assert len(said.caption) == 500
    assert said.description == "a\nb"
    assert said.tags == (("<b>" * 100)[:64],)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (caption_server.html, "not with a chat completion"),
        (caption_server.broken_json, "not with a chat completion"),
        (caption_server.deep_json, "not with a chat completion"),
        (caption_server.no_completion, "not with a chat completion"),
        (says(None), "holds no text"),
        (caption_server.five_megabytes, "longer than 64 kB"),
        (caption_server.redirect, "status 302"),
        (caption_server.breaks_off, "broke off"),
        (caption_server.status(500), "status 500"),
        (caption_server.status(400), "status 400"),
    ],
)
def test_a_bad_server_fails_the_picture_and_says_why(behaviour: Behaviour, reason: str) -> None:
    with CaptionServer(behaviour) as server, pytest.raises(CaptionFailed, match=reason):
        captioner(server).describe(RED)

    assert len(server.asked) == 1
    assert not server.followed


@pytest.mark.parametrize("behaviour", [caption_server.hangs, caption_server.never_closes, caption_server.drips])
def test_a_slow_server_is_left_when_the_time_is_up(behaviour: Behaviour) -> None:
    with pytest.raises(CaptionFailed, match=r"longer than 0\.3 s"):
        describe(behaviour, seconds=0.3)


@pytest.mark.parametrize(
    ("number", "told"), [(401, "CLOUDZY_CAPTION_KEY"), (404, "CLOUDZY_CAPTION_MODEL"), (429, "patience"), (503, "busy")]
)
def test_what_is_not_about_the_picture_is_waited_for(number: int, told: str) -> None:
    with CaptionServer(caption_server.status(number)) as server, pytest.raises(CaptionerUnavailable, match=told) as no:
        captioner(server, key="sk-secret").describe(RED)

    assert "sk-secret" not in str(no.value)


def test_a_server_that_is_not_there_is_waited_for() -> None:
    with CaptionServer() as server:
        gone = captioner(server)

    with pytest.raises(CaptionerUnavailable, match="cannot be reached"):
        gone.describe(RED)


def test_an_endpoint_at_a_metadata_address_is_refused() -> None:
    with pytest.raises(CaptionerUnavailable, match=r"leads to 169\.254\.169\.254"):
        OpenAICaptioner(Endpoint("http://169.254.169.254", "m")).describe(RED)


def test_a_server_that_keeps_failing_is_spared_for_a_while() -> None:
    moment = [0.0]
    failures = [caption_server.status(500)] * FAILURES_IN_A_ROW
    with CaptionServer(*failures, says(DOG)) as server:
        patient = OpenAICaptioner(Endpoint(server.url, "m"), clock=lambda: moment[0])
        for _ in range(FAILURES_IN_A_ROW):
            with pytest.raises(CaptionFailed):
                patient.describe(RED)

        with pytest.raises(CaptionerUnavailable, match="keeps failing"):
            patient.describe(RED)
        assert len(server.asked) == FAILURES_IN_A_ROW
        moment[0] += PAUSE_SECONDS

        assert patient.describe(RED).caption == "A dog on a beach."


def test_one_picture_is_in_flight_at_a_time() -> None:
    with CaptionServer(caption_server.takes_a_moment) as server:
        one = captioner(server)
        threads = [threading.Thread(target=one.describe, args=[RED]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (len(server.asked), server.most_at_once) == (4, 1)
