from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ai.fakes import FakeCaptioner, FakeReader
from ai.ocr.base import TextReader
from ai.vocabulary import TagScore
from jobs.models import Run
from jobs.worker import Worker
from photos.models import Photo, PhotoTag, RecognisedText, Stage
from photos.models.tag import MAX_TAGS
from photos.tests.colours import RED_PERHAPS_GREEN, coloured

pytestmark = pytest.mark.django_db
MakePhoto = Callable[..., Photo]

HTMX = {"HX-Request": "true"}
QUERIES = 9  # the owner, the photo, its words, vector, stages, text, colours, the model and the stamp of the words


@pytest.fixture
def photo(make_photo: MakePhoto) -> Photo:
    made = make_photo(embedding=coloured(**RED_PERHAPS_GREEN), tags=["our boat"], caption="Red.")
    made.set_machine_tags([TagScore("red", 0.9)], "fake@1-32d")
    return made


def address(photo: Photo, name: str = "understanding") -> str:
    return reverse(f"photos:{name}", args=[photo.pk])


def page_of(client: Client, photo: Photo) -> str:
    return text_of(client.get(address(photo)))


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def judge(client: Client, photo: Photo, word: str, standing: str, headers: dict[str, str] | None = None) -> Any:
    return client.post(address(photo, "word"), {"word": word, "standing": standing}, headers=headers)


def standings(photo: Photo) -> dict[str, str]:
    rows = PhotoTag.objects.filter(photo=photo).select_related("tag")
    return {row.tag.name: "rejected" if row.rejected else row.source for row in rows}


def test_the_photo_s_page_leads_to_what_the_machine_saw(client: Client, photo: Photo) -> None:
    assert f'href="{address(photo)}"' in text_of(client.get(photo.get_absolute_url()))


def test_the_page_tells_words_sources_and_steps(client: Client, photo: Photo) -> None:
    photo.stages.filter(name="embedding").update(seconds=0.42)

    page = page_of(client, photo)

    assert '<meter value="0.9"' in page.replace("0.8999999761581421", "0.9")
    assert re.search(r"Maybe.*>green</a>", page, re.DOTALL)
    assert ">you<" in page
    assert ">fake<" in page
    assert "done in 0.4 s" in page
    assert "Made from what the tags" in page


def test_a_step_that_failed_tells_why_and_can_be_tried_again(client: Client, photo: Photo) -> None:
    photo.stages.filter(name="thumbnails").update(status="failed", attempts=3, error="It is cut off.")

    before = page_of(client, photo)
    client.post(address(photo, "repeat"), {"stage": "thumbnails"})

    assert "It is cut off." in before
    assert "3 attempts" in before
    assert photo.stages.get(name="thumbnails").status == Stage.Status.DONE


def test_a_step_that_does_not_exist_is_refused_in_words(client: Client, photo: Photo) -> None:
    answer = client.post(address(photo, "repeat"), {"stage": "magic"}, follow=True)

    assert "magic is not one of the available choices" in text_of(answer)


def test_the_page_costs_the_same_queries_for_one_word_as_for_many(
    client: Client, make_photo: MakePhoto, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    few = make_photo(embedding=coloured(red=1.0))
    many = make_photo(embedding=coloured(red=1.0), tags=[f"word {number}" for number in range(50)])

    client.get(address(few))  # a process reads its words once

    for photo in (few, many):
        with django_assert_num_queries(QUERIES):
            client.get(address(photo))


@pytest.mark.parametrize("headers", [None, HTMX])
@pytest.mark.parametrize(
    ("word", "standing", "then"),
    [("red", "rejected", "rejected"), ("red", "human", "human"), ("green", "human", "human")],
)
def test_one_click_judges_a_word(
    client: Client, photo: Photo, headers: dict[str, str] | None, word: str, standing: str, then: str
) -> None:
    answer = judge(client, photo, word, standing, headers)

    assert answer.status_code == (200 if headers else 302)
    assert standings(photo)[word] == then


@pytest.mark.parametrize("word", ["red", "green", "our boat"])
def test_the_undo_button_lets_the_word_stand_as_before(client: Client, photo: Photo, word: str) -> None:
    before = standings(photo)
    page = text_of(judge(client, photo, word, "rejected", HTMX))
    undo = re.search(r'action="([^"]+\?word=[^"]+)"', page)
    assert undo

    client.post(undo[1])

    assert standings(photo) == before


def test_an_undo_without_scripts_leads_back_to_the_page(client: Client, photo: Photo) -> None:
    judge(client, photo, "red", "rejected")

    undo = re.search(r'action="([^"]+\?word=[^"]+)"', page_of(client, photo))

    assert undo
    assert client.post(undo[1]).headers["Location"] == address(photo)


def test_a_rejected_word_is_listed_and_brought_back(client: Client, photo: Photo) -> None:
    judge(client, photo, "red", "rejected")

    page = page_of(client, photo)
    back = re.search(r'name="standing" value="(\w+)">Bring back', page)
    assert back
    judge(client, photo, "red", back[1])

    assert standings(photo)["red"] == "machine"


@pytest.mark.parametrize(
    "fields", [{}, {"word": "red"}, {"word": "red", "standing": "king"}, {"word": " ", "standing": "human"}]
)
def test_a_judgement_that_means_nothing_is_refused_in_words(
    client: Client, photo: Photo, fields: dict[str, str]
) -> None:
    before = standings(photo)

    page = text_of(client.post(address(photo, "word"), fields, headers=HTMX))

    assert 'class="notice error"' in page
    assert standings(photo) == before


def test_one_tag_too_many_is_refused(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(tags=[f"word {number}" for number in range(MAX_TAGS)])

    answer = judge(client, photo, "boat", "human", HTMX)

    assert answer.status_code == 400
    assert "boat" not in standings(photo)


def test_htmx_gets_the_part_that_changed_and_the_notice_only(client: Client, photo: Photo) -> None:
    page = text_of(judge(client, photo, "red", "rejected", HTMX))

    assert "<html" not in page
    assert 'id="seen"' in page
    assert "“red” is off this photo for good." in page


def test_the_caption_is_edited_in_place_and_handed_back_and_put_back(client: Client, photo: Photo) -> None:
    client.post(address(photo, "caption"), {"caption": "Our boat in June.", "initial-caption": photo.caption})
    mine = page_of(client, photo)
    answer = text_of(client.post(address(photo, "hand_back"), headers=HTMX))
    handed_back = Photo.objects.get()
    client.post(address(photo, "caption"), {"caption": "Our boat in June."})

    assert "Your words" in mine
    assert (handed_back.edited, "boat" in handed_back.caption) == ([], True)
    assert '<input type="hidden" name="caption" value="Our boat in June.">' in answer
    assert (Photo.objects.get().caption, Photo.objects.get().edited) == ("Our boat in June.", ["caption"])


def test_a_caption_handed_back_is_the_template_s_until_the_captioner_has_described_the_photo(
    client: Client, photo: Photo, fake_captioner: FakeCaptioner
) -> None:
    Photo.objects.update(caption="Mine.", edited=["caption"], authors={"caption": fake_captioner.name})
    Stage.objects.create(photo=photo, name=Stage.Name.DESCRIPTION, status=Stage.Status.DONE)

    client.post(address(photo, "hand_back"))
    at_once = page_of(client, photo)
    while Worker("a").step():
        pass
    later = page_of(client, photo)

    assert "Made from what the tags" in at_once
    assert f"Written by {fake_captioner.name}" in later
    assert "Mine." not in later


def test_what_a_captioner_named_has_no_bar(client: Client, photo: Photo) -> None:
    PhotoTag.objects.propose_said(photo, ["sail"], "seer")

    page = page_of(client, photo)

    assert ">seer<" in page
    assert "How sure the machine is of sail" not in page


def test_a_caption_sent_back_unchanged_stays_the_machine_s(client: Client, photo: Photo) -> None:
    client.post(address(photo, "caption"), {"caption": photo.caption, "initial-caption": photo.caption})

    assert Photo.objects.get().edited == []


def test_a_caption_that_is_too_long_is_refused_in_words(client: Client, photo: Photo) -> None:
    page = text_of(client.post(address(photo, "caption"), {"caption": "x" * 2001}, headers=HTMX))

    assert "at most 2000 characters" in page
    assert Photo.objects.get().caption == photo.caption


def test_while_a_step_is_at_work_the_page_asks_for_news_until_there_are(client: Client, photo: Photo) -> None:
    photo.stages.filter(name="embedding").update(status="running")
    waiting = page_of(client, photo)
    no_news = text_of(client.get(address(photo), headers=HTMX))
    photo.stages.update(status="done")
    news = text_of(client.get(address(photo), headers=HTMX))

    assert 'hx-trigger="every 2s"' in waiting
    assert ('id="seen-words"' in no_news, 'hx-trigger="every 2s"' in no_news) == (False, True)
    assert ('id="seen-words"' in news, 'hx-trigger="every 2s"' in news) == (True, False)


def test_a_change_without_a_token_is_refused(photo: Photo) -> None:
    strict = Client(enforce_csrf_checks=True)

    for name in ("word", "caption", "hand_back", "repeat"):
        assert strict.post(address(photo, name), {"word": "red", "standing": "rejected"}).status_code == 403
    assert standings(photo)["red"] == "machine"


def test_text_in_the_picture_is_shown_and_read_again_by_a_worker(
    client: Client, photo: Photo, use_reader: Callable[[TextReader], None]
) -> None:
    use_reader(FakeReader())
    RecognisedText.objects.create(
        photo=photo, text="Sea Cloud", lines=[{"text": "Sea Cloud"}], model="m", read_at=timezone.now()
    )
    Stage.objects.create(photo=photo, name=Stage.Name.TEXT, status=Stage.Status.DONE)

    page = page_of(client, photo)
    again = text_of(client.post(address(photo, "repeat"), {"stage": "text"}, follow=True))

    assert "Sea Cloud" in page
    assert "It will be read again soon." in again
    assert [run.job.queue_name for run in Run.objects.select_related("job")] == ["caption"]


def test_words_are_text_and_never_markup(client: Client, make_photo: MakePhoto) -> None:
    photo = make_photo(tags=["<script>alert(1)</script>"], caption="<img src=x onerror=alert(1)>")
    judge(client, photo, "<b>x</b>", "human")

    page = client.get(address(photo)).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>x" not in page
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", page)
