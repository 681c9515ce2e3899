from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from django.core.cache import cache
from django.utils import timezone
from PIL import Image

from accounts.models import User
from ai.loading import get_encoder
from jobs.duties import DUTIES
from photos import storage
from photos.models import Photo
from photos.regions import Region
from photos.tests.factories import make_user
from search.errors import BadQuery
from search.language import Example, Similar, parse
from search.language.errors import BadValue
from search.language.examples import MOST_EXAMPLES, read_examples
from search.models import ShownPicture
from search.ranking.hybrid import find
from search.ranking.meaning import Meaning
from search.ranking.pictures import forget_expired, show
from search.tasks import forget_pictures
from search.tests.factories import NOW, axis, leaning
from search.tests.pictures import striped

MakePhoto = Callable[..., Photo]

PART = Region(0.1, 0.2, 0.5, 0.5)


@pytest.mark.parametrize(
    ("text", "examples"),
    [
        ("12", (Example(12),)),
        ("012", (Example(12),)),
        ("12,15,12", (Example(12), Example(15))),
        ("12@0.1,0.2,0.5,0.5", (Example(12, PART),)),
        ("12@.1,.2,.5,.50,15", (Example(12, PART), Example(15))),
        ("~Ab3_-xyz", (Example("Ab3_-xyz"),)),
        ("~Ab3_-xyz@0.1,0.2,0.5,0.5,7", (Example("Ab3_-xyz", PART), Example(7))),
    ],
)
def test_examples_are_photos_pictures_and_parts_of_them(text: str, examples: tuple[Example, ...]) -> None:
    assert read_examples(text) == examples
    assert read_examples(",".join(map(str, examples))) == examples
    assert parse(f"like:{text} dog").conditions[0] == Similar(examples)


@pytest.mark.parametrize(
    "text",
    ["", ",", "12,", ",12", "12;15", "0", "x", "~", "~ab", "12@", "12@1", "12@0.1,0.2,0.5", "12@0.6,0,0.5,1", "9" * 19],
)
def test_what_is_no_example_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        read_examples(text)


def test_examples_are_bounded() -> None:
    numbers = [str(number) for number in range(1, MOST_EXAMPLES + 2)]

    assert len(read_examples(",".join(numbers[:-1]))) == MOST_EXAMPLES
    with pytest.raises(BadValue, match="at most 16"):
        read_examples(",".join(numbers))


@pytest.mark.django_db
def test_several_photos_are_like_their_mean(make_photo: MakePhoto, owner: User) -> None:
    photos = [make_photo(embedding=axis(0)), make_photo(embedding=axis(1))]

    mean = Meaning.now(owner).of_examples(Similar.to(*(photo.pk for photo in photos)))

    assert mean == pytest.approx((axis(0) + axis(1)) / 2)


@pytest.mark.django_db
def test_photos_named_in_a_query_are_not_in_its_answer(make_photo: MakePhoto, owner: User) -> None:
    first, second, third = (make_photo(embedding=leaning(0, angle)) for angle in (0.0, 0.1, 0.2))
    fourth = make_photo(embedding=leaning(0, 0.3))

    found = find(f"similar:{first.pk},{second.pk} - 0.15:similar:{third.pk}", owner, 5)

    assert [hit.photo.pk for hit in found.hits] == [fourth.pk]


@pytest.mark.django_db
def test_a_part_of_a_photo_is_looked_at_once(upload_stripes: Callable[..., Photo], owner: User) -> None:
    cache.clear()
    whole, blue = upload_stripes("red", "red", "blue"), upload_stripes("blue")
    query = f"similar:{whole.pk}@0.7,0,0.3,1"

    first = find(query, owner, 5).hits
    storage.path_of(whole.original).unlink()
    for rendition in storage.media_root().glob(f"thumbnails/*/*/{whole.original[-36:-4]}*"):
        rendition.unlink()
    again = find(query, owner, 5).hits

    assert [hit.photo.pk for hit in first] == [hit.photo.pk for hit in again] == [blue.pk]


@pytest.mark.django_db
def test_a_part_that_shows_nothing_is_refused_in_words(upload_stripes: Callable[..., Photo], owner: User) -> None:
    photo = upload_stripes("red")

    with pytest.raises(BadQuery, match="similar: This part of the picture has fewer than 8 pixels"):
        find(f"similar:{photo.pk}@0.5,0.5,0.01,0.01", owner, 5)


@pytest.mark.django_db
def test_a_shown_picture_and_a_part_of_it_can_be_searched_by(paint: Callable[..., Photo], owner: User) -> None:
    red, blue = paint("red"), paint("blue")

    shown = show(striped("red", "red", "blue").resize((1600, 900), 0), owner, timezone.now())

    def found(query: str) -> list[int]:
        return [hit.photo.pk for hit in find(query, owner, 5).hits]

    assert found(f"similar:~{shown.token}") == [red.pk, blue.pk]
    assert found(f"similar:~{shown.token}@0.7,0,0.3,1")[0] == blue.pk
    assert found(f"similar:~{shown.token} + 2:similar:{red.pk}") == [blue.pk]
    assert max(shown.image().size) == 1024
    assert (shown.width, shown.height) == (1600, 900)


@pytest.mark.django_db
def test_a_shown_picture_is_its_owners_and_only_for_a_while(owner: User) -> None:
    now = timezone.now()
    theirs = show(Image.new("RGB", (64, 64), "red"), make_user("eve"), now)
    old = show(Image.new("RGB", (64, 64), "red"), owner, now - ShownPicture.LIFETIME)

    for token in (theirs.token, old.token, "A" * 16):
        with pytest.raises(BadQuery, match="not kept any more"):
            find(f"similar:~{token}", owner, 5)


@pytest.mark.django_db
def test_pictures_go_when_their_time_is_over_or_newer_ones_come(owner: User) -> None:
    picture, eve = Image.new("RGB", (64, 64), "red"), make_user("eve")
    old = show(picture, eve, NOW)
    kept = [show(picture, owner, NOW + timedelta(minutes=1, seconds=second)).token for second in range(12)]
    assert ShownPicture.objects.filter(pk=old.pk).exists()

    assert set(ShownPicture.objects.filter(owner=owner).values_list("token", flat=True)) == set(kept[2:])
    forget_expired(NOW + ShownPicture.LIFETIME)

    assert not ShownPicture.objects.filter(owner=eve).exists()
    assert ShownPicture.objects.filter(owner=owner).count() == ShownPicture.MOST


@pytest.mark.django_db
def test_after_a_change_of_model_a_shown_picture_is_looked_at_again(owner: User, paint: Callable[..., Photo]) -> None:
    paint("red")
    shown = show(Image.new("RGB", (64, 64), "red"), owner, timezone.now())
    ShownPicture.objects.update(model="other@1-3d", vector=np.ones(3))

    mean = Meaning.now(owner).of_examples(Similar((Example(shown.token),)))

    assert mean == pytest.approx(get_encoder().embed_images([shown.image()])[0])


@pytest.mark.django_db
def test_a_worker_forgets_pictures_whose_time_is_over(owner: User) -> None:
    show(Image.new("RGB", (64, 64), "red"), owner, NOW)

    forget_pictures(NOW + ShownPicture.LIFETIME)

    assert forget_pictures in [duty.act for duty in DUTIES]
    assert not ShownPicture.objects.exists()
