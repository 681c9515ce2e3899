from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from photos.tests.factories import make_photo
from search.templatetags.unbroken import unbroken
from search.tests.factories import axis

RESULTS = reverse("search:results")


def page_of(client: Client, query: str) -> str:
    return client.get(RESULTS, {"q": query}).content.decode()


@pytest.mark.django_db
def test_what_every_result_must_have_is_told_under_none(client: Client) -> None:
    make_photo(caption="a red boat", iso=800, tags=["sea life"])

    with_words, facts_alone = page_of(client, 'boat iso:800 tag:"sea life"'), page_of(client, "iso:800")

    assert '<p class="reason" title="in the caption">in the caption</p>' in with_words
    assert 'class="tile' in facts_alone
    assert 'class="reason"' not in facts_alone


@pytest.mark.django_db
def test_which_of_two_facts_a_photo_has_is_told(client: Client) -> None:
    make_photo(caption="a red boat", iso=800)

    page = page_of(client, "boat iso:800 OR car rating:5")

    assert '<p class="reason" title="in the caption, iso:800">in the caption, iso:800</p>' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("omaha", "in the name of the place"),
        ("ellis", "in the name of the artist"),
        ("tag:frost OR tag:utah", "has the tag “frost”"),
        ("place:omaha OR iso:100", "place:omaha"),
        ("iso:100 OR -is:favorite", "-is:favorite"),
    ],
)
def test_whatever_a_photo_was_found_for_is_told(client: Client, query: str, reason: str) -> None:
    make_photo(city="Omaha", region="Nebraska", artist="Perry Ellis", iso=800, tags=["frost"])

    assert f'<p class="reason" title="{reason}">{reason}</p>' in page_of(client, query)


@pytest.mark.django_db
def test_where_there_are_no_words_there_is_no_choice_of_what_to_search_by(client: Client) -> None:
    photo = make_photo(caption="a red boat", iso=800, embedding=axis(0))

    assert 'aria-label="What to search by"' in page_of(client, "boat iso:800")
    assert 'aria-label="What to search by"' not in page_of(client, "iso:800")
    assert 'aria-label="What to search by"' not in page_of(client, f"similar:{photo.pk}")


@pytest.mark.django_db
def test_facts_that_no_photo_has_are_not_said_to_fit_badly(client: Client) -> None:
    make_photo(iso=800)

    page = page_of(client, "is:favorite")

    assert "No photos for “is:favorite”" in page
    assert "None of your photos has all of this." in page
    assert "clearly fits" not in page


def test_a_sign_that_excludes_stays_with_its_word() -> None:
    assert unbroken("dog -night well-known") == 'dog <span class="unbroken">-n</span>ight well-known'
    assert unbroken('-<b> "&') == '<span class="unbroken">-&lt;</span>b&gt; &quot;&amp;'
