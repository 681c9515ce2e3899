"""Which groups are found among a person's photos, and how the rows follow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from photos.duplicates import scanning
from photos.duplicates.scanning import scan
from photos.models import ActiveModel, Dismissal, DuplicateGroup, Fingerprint, LikenessBound, Lookalike, Photo, Tier
from photos.tests.duplicated import LOOKS, NOW, differing, found, ids, seen
from photos.tests.factories import at, make_user

pytestmark = pytest.mark.django_db

SHOT = at("2023-07-01 10:00")


def shot(seconds: float, looks: int | None = LOOKS, **fields: Any) -> Photo:
    """Make a photo that one camera took so many seconds after ten."""
    values: dict[str, Any] = {
        "camera_model": "D750",
        "taken_at": SHOT + timedelta(seconds=seconds),
        "taken_at_source": "exif",
    }
    return seen(looks, **values | fields)


def test_equal_pixels_are_one_group_and_the_best_known_is_kept(owner: User) -> None:
    photos = [seen(pixels="a"), seen(pixels="a", camera_model="D750"), seen(pixels="a")]
    seen(differing(30), pixels="b")

    scan(owner, NOW)

    assert found() == [(Tier.PIXELS, photos[1].pk, ids([photos[0], photos[2]]))]


def test_nothing_is_told_of_pictures_without_pixels_or_looks(owner: User) -> None:
    seen(None), seen(None)

    assert (scan(owner, NOW), found()) == (0, [])


@pytest.mark.parametrize(("bits", "is_near"), [(0, True), (1, True), (8, True), (9, False)])
def test_up_to_eight_bits_are_nearly_identical(owner: User, bits: int, is_near: bool) -> None:
    small, large = seen(differing(bits)), seen(width=4000, height=3000)

    scan(owner, NOW)

    assert found() == ([(Tier.NEAR, large.pk, [small.pk])] if is_near else [])


def test_small_steps_do_not_chain_unlike_photos(owner: User) -> None:
    first, middle, last = (seen(differing(bits), width=100 - bits) for bits in (0, 7, 14))

    scan(owner, NOW)

    assert found() == [(Tier.NEAR, first.pk, [middle.pk])]
    assert last.pk not in {pk for _, _, others in found() for pk in others}


def test_a_raw_file_and_its_jpeg_are_told_by_name_camera_and_moment(owner: User) -> None:
    raw = shot(0, differing(12), format="nef", original_name="DSC_1.NEF")
    jpeg = shot(1, original_name="dsc_1.jpg", width=9000, height=6000)
    shot(1, differing(40), original_name="DSC_2.jpg")

    scan(owner, NOW)

    assert found() == [(Tier.RAW, jpeg.pk, [raw.pk])]


def test_what_was_made_of_a_photo_is_its_version_and_the_one_that_is_kept(owner: User) -> None:
    first, edited = shot(0, original_name="IMG_1234.HEIC"), shot(1, differing(30), original_name="IMG_E1234.JPG")
    shot(3, differing(60), original_name="IMG_E1234.JPG")

    scan(owner, NOW)

    assert found() == [(Tier.RAW, edited.pk, [first.pk])]


def test_shots_of_one_camera_within_seconds_are_a_burst_where_they_look_alike(owner: User) -> None:
    photos = [shot(number, differing(number * 4)) for number in range(4)]
    shot(2, differing(40))
    shot(1, differing(26), camera_model="EOS R5")
    shot(60, differing(54))

    scan(owner, NOW)

    assert found() == [(Tier.BURST, photos[0].pk, ids(photos[1:]))]


def test_shots_after_one_another_are_no_copies_however_alike(owner: User) -> None:
    first, second = shot(0), shot(1, differing(1))

    scan(owner, NOW)

    assert found() == [(Tier.BURST, first.pk, [second.pk])]


def test_of_a_burst_the_favorite_is_kept_and_of_copies_the_largest(owner: User) -> None:
    shot(0, width=90, height=90)
    liked = shot(1, favorite=True)
    large = seen(differing(32), width=90, height=90)
    seen(differing(32), favorite=True)

    scan(owner, NOW)

    assert [keeper for _, keeper, _ in found()] == [large.pk, liked.pk]


def alike(one: Photo, other: Photo, cosine: float) -> None:
    Lookalike.objects.create(first=one, second=other, model="m", cosine=cosine)


def test_lookalikes_count_from_the_bound_of_the_library_s_model_on(owner: User) -> None:
    ActiveModel.objects.create(pk=1, encoder="fake", key="m")
    LikenessBound.objects.create(model="m", cosine=0.95, pictures=48, measured_at=NOW)
    one, other, third = (seen(differing(bits)) for bits in (0, 20, 40))
    alike(one, other, 0.96)
    alike(one, third, 0.94)
    Lookalike.objects.create(first=other, second=third, model="another", cosine=0.99)

    scan(owner, NOW)

    assert found() == [(Tier.SIMILAR, one.pk, [other.pk])]


def test_what_a_surer_tier_gives_away_is_in_no_other_group_and_what_it_keeps_may_be(owner: User) -> None:
    kept, copy = shot(0, pixels="a", lens="50mm"), shot(0, pixels="a")
    after = shot(2, differing(10))

    scan(owner, NOW)

    assert found() == [(Tier.PIXELS, kept.pk, [copy.pk]), (Tier.BURST, kept.pk, [after.pk])]


def test_what_a_person_said_is_no_duplicate_is_none_for_ever(owner: User) -> None:
    photos = [seen(), seen(), seen()]
    Dismissal.objects.note(owner, ids(photos[:2]))

    scan(owner, NOW)

    assert found() == [(Tier.NEAR, photos[0].pk, [photos[2].pk])]


def test_nobody_s_photos_are_like_somebody_else_s(owner: User) -> None:
    stranger = make_user("eve")
    seen(pixels="a"), seen(owner=stranger, pixels="a")
    seen(owner=stranger, looks=differing(2))

    assert (scan(owner, NOW), scan(stranger, NOW)) == (0, 1)
    assert {group.owner for group in DuplicateGroup.objects.all()} == {stranger}


def test_what_lies_in_the_trash_is_in_no_group_and_is_again_when_it_comes_back(owner: User) -> None:
    _, other = seen(), seen()
    scan(owner, NOW)
    other.trash(NOW)

    hidden = list(DuplicateGroup.objects.visible_to(owner))
    trashed = scan(owner, NOW)
    other.restore()

    assert (hidden, trashed) == ([], 0)
    assert Fingerprint.objects.get(photo=other).fresh
    assert scan(owner, NOW) == 1


def test_a_group_that_stays_keeps_its_number(owner: User) -> None:
    seen(), seen()
    scan(owner, NOW)
    before = DuplicateGroup.objects.get()
    seen(differing(30)), seen(differing(30))

    scan(owner, NOW + timedelta(hours=1))

    assert DuplicateGroup.objects.count() == 2
    assert DuplicateGroup.objects.get(pk=before.pk).found_at == NOW


def test_a_group_that_is_another_now_is_replaced(owner: User) -> None:
    one, other = seen(), seen()
    scan(owner, NOW)
    third = seen(width=4000)

    scan(owner, NOW)

    assert found() == [(Tier.NEAR, third.pk, ids([one, other]))]


def test_everything_is_settled_but_what_changed_meanwhile(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other, third = seen(), seen(), seen(differing(30))
    as_it_is = scanning.groups_in

    def restless(*arguments: Any) -> Any:
        other.trash(NOW)
        return as_it_is(*arguments)

    monkeypatch.setattr(scanning, "groups_in", restless)
    scan(owner, NOW)

    assert set(Fingerprint.objects.filter(fresh=True).values_list("photo_id", flat=True)) == {other.pk}
    assert {one.pk, third.pk} == set(Fingerprint.objects.filter(fresh=False).values_list("photo_id", flat=True))


def test_a_photo_deleted_meanwhile_makes_no_group(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _, other = seen(), seen()
    as_it_is = scanning.groups_in

    def restless(*arguments: Any) -> Any:
        groups = as_it_is(*arguments)
        other.delete()
        return groups

    monkeypatch.setattr(scanning, "groups_in", restless)
    scan(owner, NOW)

    assert found() == []


def test_the_others_are_looked_at_again_when_the_keeper_is_gone_for_good(owner: User) -> None:
    keeper, *others = seen(width=4000), seen(), seen()
    scan(owner, NOW)

    keeper.delete()

    assert set(Fingerprint.objects.filter(fresh=True).values_list("photo_id", flat=True)) == set(ids(others))
    assert scan(owner, NOW) == 1


def test_the_number_of_queries_does_not_grow_with_the_photos(owner: User, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        seen(differing(number % 3), pixels=str(number // 2), camera_model="D750", taken_at_source="exif")

    with django_assert_max_num_queries(40):
        scan(owner, NOW)
