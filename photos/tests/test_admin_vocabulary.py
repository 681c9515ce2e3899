from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from photos.models import Photo, Tag, VocabularyState, VocabularyWord
from photos.tests.factories import make_user
from photos.tests.filled_form import filled_form
from photos.tests.requesting import queries_of

pytestmark = pytest.mark.django_db

LIST = "/admin/photos/vocabularyword/"
ADD = f"{LIST}add/"


def page_of(word: str) -> str:
    return f"{LIST}{VocabularyWord.objects.get(word=word).pk}/change/"


def save(client: Client, address: str, **changes: str) -> Any:
    """Send a word's form as the browser would, with these fields filled in otherwise."""
    form = {"word": "", "threshold": "", "synonyms": "", "parents": "", "prompts": "", "translations": ""}
    if address != ADD:
        form = filled_form(client.get(address).content.decode(), "vocabularyword_form")
    return client.post(address, form | changes)


def errors(response: Any) -> dict[str, list[str]]:
    """Return by field what the form says is wrong."""
    found = response.context["adminform"].form.errors.get_json_data()
    return {field: [error["message"] for error in said] for field, said in found.items()}


def listed(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200
    return [word.word for word in response.context["cl"].result_list]


# A curator's work


def test_a_curator_adds_a_word(client: Client) -> None:
    response = save(
        client,
        ADD,
        word="Borzette",
        synonyms="Moon dog\r\nLaikette\r\n",
        parents="dog",
        prompts="a photo of a borzette.\r\na moon dog in the snow.",
        translations="de: Mondhund, Borzette\r\nfr: chien de lune",
        threshold="0.4",
        leaf="on",
        enabled="on",
    )

    assert response.status_code == 302
    borzette = VocabularyWord.objects.get(word="borzette")
    assert (borzette.synonyms, borzette.parents, borzette.threshold) == (["moon dog", "laikette"], ["dog"], 0.4)
    assert borzette.prompts == ["a photo of a borzette.", "a moon dog in the snow."]
    assert borzette.translations == {"de": ["mondhund", "borzette"], "fr": ["chien de lune"]}
    assert not borzette.shipped


def test_a_curator_changes_a_word_and_only_what_was_changed_is_theirs(client: Client) -> None:
    dog = VocabularyWord.objects.get(word="dog")

    assert save(client, page_of("dog"), threshold="0.7").status_code == 302

    changed = VocabularyWord.objects.get(word="dog")
    assert (changed.threshold, changed.edited) == (0.7, ["threshold"])
    assert (changed.synonyms, changed.translations, changed.prompts) == (dog.synonyms, dog.translations, dog.prompts)


def test_to_save_without_a_change_makes_nothing_the_curators(client: Client) -> None:
    save(client, page_of("dog"))

    assert VocabularyWord.objects.get(word="dog").edited == []


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("word", "DOG", "already exists"),
        ("word", " ", "required"),
        ("synonyms", "cat", "'cat' is a word of its own."),
        ("parents", "beastling", "'beastling' is not in the vocabulary: add it first."),
        ("parents", "borzette", "The parents go round in a circle: borzette > borzette."),
        ("threshold", "1.2", "less than or equal to 1"),
        ("threshold", "0", "greater than or equal to 0.01"),
        ("threshold", "nan", "Enter a number"),
        ("translations", "Mondhund", "Write the language, a colon and the names"),
        ("translations", "german: Mondhund", "is not the code of a language"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(client: Client, field: str, value: str, told: str) -> None:
    response = save(client, ADD, **({"word": "borzette"} | {field: value}))

    assert response.status_code == 200
    assert told in " ".join(errors(response)[field])
    assert not VocabularyWord.objects.filter(word="borzette").exists()


def test_a_word_keeps_its_name_because_others_name_it_as_their_parent(client: Client) -> None:
    save(client, page_of("dog"), word="hound")

    assert VocabularyWord.objects.filter(word="dog").exists()
    assert not VocabularyWord.objects.filter(word="hound").exists()


def test_many_words_are_switched_at_once(client: Client) -> None:
    before = VocabularyState.now().current
    chosen = VocabularyWord.objects.filter(word__in=["dog", "cat"])
    selected = {"_selected_action": [word.pk for word in chosen]}

    page = client.post(LIST, {"action": "switch_off"} | selected, follow=True)

    assert "2 words taken out of use." in page.content.decode()
    assert set(chosen.values_list("enabled", flat=True)) == {False}
    assert VocabularyState.now().current != before
    page = client.post(LIST, {"action": "switch_on"} | selected, follow=True)
    assert "2 words put in use." in page.content.decode()
    assert set(chosen.values_list("enabled", flat=True)) == {True}


@pytest.mark.parametrize("text", ["borzette", "moon d", "MONDHÜNDCHEN", "lunar dog"])
def test_a_word_is_searched_by_any_of_its_names(client: Client, text: str) -> None:
    VocabularyWord.objects.create(
        word="borzette", synonyms=["moon dog", "lunar dog"], translations={"de": ["mondhündchen"]}
    )

    assert listed(client, f"?q={text}") == ["borzette"]
    assert listed(client, "?q=xyzzy") == []


def test_the_list_tells_on_how_many_photos_a_word_is_and_never_will_be(
    client: Client, make_photo: Callable[..., Photo]
) -> None:
    make_photo(tags=["dog"])
    make_photo(tags=["dog"]).remove_tags(["dog"])

    page = client.get(f"{LIST}?q=dog").content.decode()

    assert '<td class="field-photos_with_it">1</td>' in page
    assert '<td class="field-never_on">1</td>' in page
    assert listed(client, "?o=5")[0] == "dog"


def test_the_list_takes_the_same_queries_for_one_word_and_for_a_hundred(client: Client) -> None:
    assert len(queries_of(client, f"{LIST}?q=wedding")) >= len(queries_of(client, LIST)) - 1


def test_the_page_of_a_word_leads_to_the_photos_it_shows_on_and_to_those_it_never_will(
    client: Client, make_photo: Callable[..., Photo]
) -> None:
    shown, refused = make_photo(tags=["dog"]), make_photo(tags=["dog"])
    refused.remove_tags(["dog"])
    tag = Tag.objects.get(name="dog")

    page = client.get(page_of("dog")).content.decode()

    photos = reverse("admin:photos_photo_changelist")
    for parameter, photo in (("tag", shown), ("refused", refused)):
        assert f'<a href="{photos}?{parameter}={tag.pk}">1 photo</a>' in page
        result = client.get(f"{photos}?{parameter}={tag.pk}").context["cl"].result_list
        assert [row.pk for row in result] == [photo.pk]


def test_the_page_of_a_word_says_what_the_model_makes_of_it(client: Client) -> None:
    VocabularyWord.objects.create(word="red", threshold=0.3)
    VocabularyWord.objects.create(word="glowberry", prompts=["red"])

    assert "It is a tag from 0.2 on, as was measured for it" in client.get(page_of("red")).content.decode()
    assert "Photos are found by it; it is no tag." in client.get(page_of("glowberry")).content.decode()
    assert "It cannot tell this word" in client.get(page_of("wedding")).content.decode()
    save(client, page_of("red"), threshold="0.7")
    assert "It is a tag from 0.7 on." in client.get(page_of("red")).content.decode()


@pytest.mark.usefixtures("no_encoder")
def test_without_an_encoder_words_are_curated_all_the_same(client: Client) -> None:
    assert "CLOUDZY_ENCODER_DIR" in client.get(page_of("dog")).content.decode()
    assert save(client, page_of("dog"), threshold="0.7").status_code == 302


def test_what_a_curator_made_is_deleted_and_what_came_with_cloudzy_is_not(client: Client) -> None:
    borzette = VocabularyWord.objects.create(word="borzette")
    dog = VocabularyWord.objects.get(word="dog")

    client.post(f"{LIST}{borzette.pk}/delete/", {"post": "yes"})

    assert not VocabularyWord.objects.filter(word="borzette").exists()
    assert client.post(f"{LIST}{dog.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [dog.pk], "post": "yes"})
    assert VocabularyWord.objects.filter(word="dog").exists()


@pytest.mark.parametrize("value", ["x", "9" * 30, "-1", "0"])
def test_a_number_of_no_tag_does_no_harm(client: Client, make_photo: Callable[..., Photo], value: str) -> None:
    make_photo(tags=["dog"]).remove_tags(["dog"])

    assert client.get(reverse("admin:photos_photo_changelist"), {"refused": value}).status_code == 200


# Who may


def staff(client: Client, *permissions: str) -> None:
    user = make_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)


@pytest.mark.usefixtures("server_mode")
def test_a_stranger_and_a_person_who_is_not_staff_see_no_word(client: Client) -> None:
    for sign_in in (lambda: None, lambda: client.force_login(make_user("berta"))):
        sign_in()

        assert client.get(LIST).status_code == 302
        assert client.get(page_of("dog")).status_code == 302
        assert client.post(ADD, {"word": "borzette"}).status_code == 302
    assert not VocabularyWord.objects.filter(word="borzette").exists()


@pytest.mark.usefixtures("server_mode")
def test_staff_without_a_permission_sees_no_word(client: Client) -> None:
    staff(client)

    assert client.get(LIST).status_code == 403
    assert client.get(page_of("dog")).status_code == 403


@pytest.mark.usefixtures("server_mode")
def test_staff_that_may_only_look_changes_nothing(client: Client) -> None:
    staff(client, "view_vocabularyword")
    dog = VocabularyWord.objects.get(word="dog")

    client.post(LIST, {"action": "switch_off", "_selected_action": [dog.pk]})

    assert client.get(page_of("dog")).status_code == 200
    assert client.post(page_of("dog"), {"threshold": "0.9"}).status_code == 403
    assert client.post(ADD, {"word": "borzette"}).status_code == 403
    dog.refresh_from_db()
    assert (dog.enabled, dog.edited) == (True, [])


@pytest.mark.usefixtures("server_mode")
def test_staff_that_may_change_words_does(client: Client) -> None:
    staff(client, "view_vocabularyword", "change_vocabularyword")
    dog = VocabularyWord.objects.get(word="dog")

    client.post(LIST, {"action": "switch_off", "_selected_action": [dog.pk]})

    dog.refresh_from_db()
    assert not dog.enabled
