"""What was found to be the same photo more than once, and what a person said is not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone as clock

from photos.models.fingerprint import Fingerprint

if TYPE_CHECKING:
    from accounts.models import User

Pair = tuple[int, int]  # ids of two photos, the lower one first


class Tier(models.IntegerChoices):
    """Why photos are taken for one another, the surest reason first."""

    PIXELS = 1, "Same picture, other metadata"
    RAW = 2, "Raw, JPEG and edited"
    NEAR = 3, "Nearly identical"
    BURST = 4, "Burst"
    SIMILAR = 5, "Very similar"


class DuplicateGroupQuerySet(models.QuerySet["DuplicateGroup"]):
    def undecided(self) -> Self:
        return self.filter(is_decided=False)

    def visible_to(self, user: User) -> Self:
        """The groups of a user in which there is still something to decide: what lies in the trash does not count."""
        others = DuplicateMember.objects.filter(group=OuterRef("pk"), photo__owner=user, photo__trashed_at=None)
        there = Exists(others.exclude(photo=OuterRef("keeper")))
        return self.undecided().filter(there, owner=user, keeper__owner=user, keeper__trashed_at=None)


class DuplicateGroup(models.Model):
    """Photos of one person that are the same or nearly so: one that is to be kept, and others like it.

    Each of the others is like the keeper; whether they are like one another nobody has asked.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="duplicate_groups")
    tier = models.PositiveSmallIntegerField(choices=Tier)
    keeper = models.ForeignKey("photos.Photo", models.CASCADE, related_name="kept_in")
    found_at = models.DateTimeField()
    is_decided = models.BooleanField(default=False, help_text="Merged, or dismissed; kept so that it can be undone.")

    objects = DuplicateGroupQuerySet.as_manager()

    class Meta:
        db_table = "duplicate_group"
        ordering = ["tier", "pk"]
        indexes = [
            models.Index(fields=["owner", "tier", "id"], condition=Q(is_decided=False), name="duplicate_group_in_order")
        ]

    def __str__(self) -> str:
        return f"{Tier(self.tier).label}: {self.keeper_id}"

    def decide(self) -> None:
        """Take the group off the list; what is left of it is looked at again."""
        self._set_decided(True)

    def reopen(self) -> None:
        """Put the group on the list again; whether it is still one is looked at again."""
        self._set_decided(False)

    def _set_decided(self, is_decided: bool) -> None:
        self.is_decided = is_decided
        self.save(update_fields=["is_decided"])
        Fingerprint.objects.look_again(self.members.values_list("photo_id", flat=True))


class DuplicateMember(models.Model):
    """A photo in a group, the keeper among them; `closeness` to the keeper is 1 for what is the same."""

    group = models.ForeignKey(DuplicateGroup, models.CASCADE, related_name="members")
    photo = models.ForeignKey("photos.Photo", models.CASCADE, related_name="duplicate_places")
    closeness = models.FloatField()

    class Meta:
        db_table = "duplicate_member"
        constraints = [models.UniqueConstraint(fields=["group", "photo"], name="duplicate_member_once")]

    def __str__(self) -> str:
        return f"{self.photo_id} in {self.group_id}"


class DismissalQuerySet(models.QuerySet["Dismissal"]):
    def note(self, owner: User, photo_ids: Collection[int], group: DuplicateGroup | None = None) -> Dismissal:
        """Remember for ever that these photos are not duplicates of one another."""
        dismissal = self.create(owner=owner, group=group)
        dismissal.remember(combinations(sorted(photo_ids), 2))
        return dismissal

    def pairs_of(self, owner: User) -> set[Pair]:
        rows = DismissedPair.objects.filter(dismissal__owner=owner)
        return set(rows.values_list("first_id", "second_id"))


class Dismissal(models.Model):
    """A person said once of some photos that they are not duplicates; to delete the row is to take it back."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="dismissals")
    said_at = models.DateTimeField(default=clock.now)
    group = models.ForeignKey(DuplicateGroup, models.SET_NULL, null=True, related_name="dismissals")

    objects = DismissalQuerySet.as_manager()

    class Meta:
        db_table = "duplicate_dismissal"

    def __str__(self) -> str:
        return f"not duplicates, said by {self.owner_id}"

    def remember(self, pairs: Iterable[Pair]) -> None:
        """Add pairs to what was said; what was said before stays with who said it first."""
        rows = [DismissedPair(dismissal=self, first_id=first, second_id=second) for first, second in pairs]
        DismissedPair.objects.bulk_create(rows, ignore_conflicts=True)

    def photo_ids(self) -> set[int]:
        return {pk for pair in self.pairs.values_list("first_id", "second_id") for pk in pair}


class DismissedPair(models.Model):
    dismissal = models.ForeignKey(Dismissal, models.CASCADE, related_name="pairs")
    first = models.ForeignKey("photos.Photo", models.CASCADE, related_name="+")
    second = models.ForeignKey("photos.Photo", models.CASCADE, related_name="+")

    class Meta:
        db_table = "duplicate_dismissed_pair"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_dismissed_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="duplicate_dismissed_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"


class Lookalike(models.Model):
    """Two photos of one owner that a model finds very much alike."""

    first = models.ForeignKey("photos.Photo", models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey("photos.Photo", models.CASCADE, related_name="+")
    model = models.CharField(max_length=200)
    cosine = models.FloatField()

    class Meta:
        db_table = "duplicate_lookalike"
        constraints = [
            models.UniqueConstraint(fields=["first", "second", "model"], name="duplicate_lookalike_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="duplicate_lookalike_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}: {self.cosine:.3f}"


class LikenessBound(models.Model):
    """From which cosine on a model finds two pictures as alike as one is to a slightly altered copy of itself."""

    model = models.CharField(max_length=200, unique=True)
    cosine = models.FloatField()
    pictures = models.PositiveIntegerField(help_text="It was measured on so many.")
    measured_at = models.DateTimeField()

    class Meta:
        db_table = "likeness_bound"

    def __str__(self) -> str:
        return f"{self.cosine:.3f} by {self.model}"
