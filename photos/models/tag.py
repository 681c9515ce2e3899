from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Self

from django.db import connection, models
from django.db.models import Count, Q
from rest_framework.exceptions import ValidationError

if TYPE_CHECKING:
    from accounts.models import User
    from ai.vocabulary import TagScore
    from photos.models.photo import Photo

MAX_TAG_LENGTH = 64
MAX_TAGS = 200  # that show on one photo
MAX_MODEL_LENGTH = 200
CAPTIONER = "captioner:"  # begins the model's name on a tag that was read out of a captioner's answer
SAID_SCORE = 0.5  # such a tag comes with no probability: it stands behind those an encoder is sure of


class TooManyTags(ValidationError):  # noqa: N818 - a problem of a client, named as the others are
    """Somebody wants more tags on one photo than anybody would read."""

    words = f"A photo has at most {MAX_TAGS} tags."

    def __init__(self) -> None:
        super().__init__({"tags": [self.words]})


def normalise_tag(name: str) -> str:
    """Return a tag as it is stored: lower case, single spaces, no control characters, at most 64 characters.

    The result may be empty; who takes tags from a person refuses that.
    """
    printable = "".join(c if c.isprintable() else " " for c in name)
    return " ".join(printable.lower().split())[:MAX_TAG_LENGTH].rstrip()


def _words(names: Iterable[str]) -> list[str]:
    """Return the names as they are stored, each once and without empty ones."""
    return list(dict.fromkeys(filter(None, map(normalise_tag, names))))


class TagQuerySet(models.QuerySet["Tag"]):
    def counted_for(self, user: User) -> Self:
        """Tags on photos the user sees, as `photo_count`, most used first."""
        seen = Q(
            photo_tags__rejected=False,
            photo_tags__photo__owner=user,
            photo_tags__photo__trashed_at=None,
        )
        counted = self.annotate(photo_count=Count("photo_tags", filter=seen))
        return counted.filter(photo_count__gt=0).order_by("-photo_count", "name")

    def named(self, names: Iterable[str]) -> dict[str, Tag]:
        """Return the rows of these normalised names in their order, making those that are missing."""
        wanted = list(dict.fromkeys(names))
        rows = {tag.name: tag for tag in self.filter(name__in=wanted)}
        if missing := [name for name in wanted if name not in rows]:
            Tag.objects.bulk_create([Tag(name=name) for name in missing], ignore_conflicts=True)
            rows |= {tag.name: tag for tag in self.filter(name__in=missing)}
        return {name: rows[name] for name in wanted}


class Tag(models.Model):
    name = models.CharField(max_length=MAX_TAG_LENGTH, unique=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        db_table = "tag"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.name = normalise_tag(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class PhotoTagQuerySet(models.QuerySet["PhotoTag"]):
    def accepted(self) -> Self:
        """Tags that show: all but those a person rejected, a person's first, then surest first."""
        return self.filter(rejected=False).select_related("tag").order_by("-score", "pk")

    def by_people(self) -> Self:
        """What people said of photos, and what they refused."""
        return self.filter(Q(source=PhotoTag.Source.HUMAN) | Q(rejected=True))

    def decide(self, photo: Photo, names: Iterable[str]) -> None:
        """Make these the whole list of tags of the photo; every other one is rejected for ever. Raises TooManyTags.

        A machine's word that is left standing stays the machine's; one rejected before is now a person's.
        """
        words = _words(names)
        own = self.filter(photo=photo)
        own.exclude(tag__name__in=words).update(rejected=True)
        standing = set(own.filter(rejected=False).values_list("tag__name", flat=True))
        self.say(photo, [word for word in words if word not in standing])

    def say(self, photo: Photo, names: Iterable[str]) -> None:
        """Make these words a person's, whoever said or rejected them before; raises TooManyTags."""
        if not (words := _words(names)):
            return
        own = self.filter(photo=photo)
        others = own.filter(rejected=False).exclude(tag__name__in=words).count()
        if others + len(words) > MAX_TAGS:
            raise TooManyTags
        tags = Tag.objects.named(words)
        theirs = {"source": PhotoTag.Source.HUMAN, "model": "", "score": 1.0, "rejected": False}
        own.filter(tag__in=tags.values()).update(**theirs)
        known = set(own.values_list("tag_id", flat=True))
        PhotoTag.objects.bulk_create(PhotoTag(photo=photo, tag=tag) for tag in tags.values() if tag.pk not in known)

    def reject(self, photo: Photo, names: Iterable[str]) -> None:
        """Take these words off the photo for ever."""
        self.filter(photo=photo, tag__name__in=_words(names)).update(rejected=True)

    def keep_away(self, photo: Photo, names: Iterable[str]) -> None:
        """Reject these words for ever, also those that nobody has said of the photo yet."""
        tags = Tag.objects.named(_words(names))
        self.reject(photo, tags)
        known = set(self.filter(photo=photo, tag__in=tags.values()).values_list("tag_id", flat=True))
        new = [PhotoTag(photo=photo, tag=tag, rejected=True) for tag in tags.values() if tag.pk not in known]
        PhotoTag.objects.bulk_create(new)

    def withdraw(self, photo: Photo, names: Iterable[str]) -> None:
        """Take back what a person said of these words, Yes or No: it is for the machine and the file again."""
        own = self.filter(photo=photo, tag__name__in=_words(names))
        own.filter(source=PhotoTag.Source.HUMAN).delete()
        own.update(rejected=False)

    def propose(self, photo: Photo, scores: Sequence[TagScore], model: str) -> None:
        """Replace the encoder's tags of the photo, leaving alone what a person or the file said and every rejection."""
        own = self.filter(photo=photo, source=PhotoTag.Source.MACHINE, rejected=False)
        own.exclude(model__startswith=CAPTIONER).delete()
        self._propose(photo, {score.word: score.probability for score in scores}, model)

    def propose_said(self, photo: Photo, words: Iterable[str], captioner: str) -> None:
        """Replace what captioners named on the photo, with the care of `propose`, and leave the encoder's tags."""
        own = self.filter(photo=photo, source=PhotoTag.Source.MACHINE, rejected=False)
        own.filter(model__startswith=CAPTIONER).delete()
        names = filter(None, map(normalise_tag, words))
        self._propose(photo, dict.fromkeys(names, SAID_SCORE), f"{CAPTIONER}{captioner}"[:MAX_MODEL_LENGTH])

    def _propose(self, photo: Photo, scores: Mapping[str, float], model: str) -> None:
        tags = Tag.objects.named(scores)
        decided = set(self.filter(photo=photo).values_list("tag_id", flat=True))
        PhotoTag.objects.bulk_create(
            PhotoTag(photo=photo, tag=tag, source=PhotoTag.Source.MACHINE, model=model, score=scores[name])
            for name, tag in tags.items()
            if tag.pk not in decided
        )

    def put_file_words(self, photo: Photo, words: Iterable[str]) -> None:
        """Let these be the words of the photo's file: they take the place of a machine's, and of none a person said.

        What the file says no more goes, what a person rejected stays away.
        """
        names = _words(words)
        own = self.filter(photo=photo)
        of_file = own.filter(source=PhotoTag.Source.FILE, rejected=False)
        of_file.exclude(tag__name__in=names).delete()
        if not names:
            return
        tags = Tag.objects.named(names[: MAX_TAGS - own.by_people().count()])
        said = {"source": PhotoTag.Source.FILE, "model": "", "score": 1.0}
        own.filter(tag__in=tags.values(), source=PhotoTag.Source.MACHINE, rejected=False).update(**said)
        known = set(own.values_list("tag_id", flat=True))
        new = [PhotoTag(photo=photo, tag=tag, **said) for tag in tags.values() if tag.pk not in known]
        PhotoTag.objects.bulk_create(new)

    def put_machine_scores(self, scores: Mapping[int, Mapping[int, float]], model: str) -> None:
        """Say by photo and tag how sure a machine is; to be called for tags that are the machine's or nobody's."""
        machine = str(PhotoTag.Source.MACHINE)
        rows = [
            (photo_id, tag_id, machine, model, score, False)
            for photo_id, said in scores.items()
            for tag_id, score in said.items()
        ]
        # By hand: bulk_create() takes ten times as long to write the same statement.
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO photo_tag (photo_id, tag_id, source, model, score, rejected)"
                " VALUES (%s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (photo_id, tag_id) DO UPDATE SET score = excluded.score, model = excluded.model",
                rows,
            )


class PhotoTag(models.Model):
    """One word on one photo. A row with `rejected` is a person's No and is remembered for ever."""

    class Source(models.TextChoices):
        HUMAN = "human"
        MACHINE = "machine"
        FILE = "file"

    # The constraint and the index below begin with them.
    photo = models.ForeignKey("photos.Photo", models.CASCADE, db_index=False, related_name="photo_tags")
    tag = models.ForeignKey(Tag, models.PROTECT, db_index=False, related_name="photo_tags")
    source = models.CharField(max_length=8, choices=Source, default=Source.HUMAN)
    model = models.CharField(
        max_length=MAX_MODEL_LENGTH, blank=True, help_text="The model that said it, for a machine's tag."
    )
    score = models.FloatField(default=1.0, help_text="Probability, 0 to 1; a person's word is 1.")
    rejected = models.BooleanField(default=False, help_text="A person said no: no model sets it again.")

    objects = PhotoTagQuerySet.as_manager()

    class Meta:
        db_table = "photo_tag"
        constraints = [models.UniqueConstraint(fields=["photo", "tag"], name="photo_tag_once")]
        # Who looks for the photos a tag shows on, and how sure it is, reads this index and no row.
        indexes = [models.Index(fields=["tag", "photo", "rejected", "score"], name="photo_tag_by_tag")]

    def __str__(self) -> str:
        return f"not {self.tag}" if self.rejected else str(self.tag)

    @property
    def probability(self) -> float | None:
        """How sure the encoder is; None for what a person, the file or a captioner said."""
        return self.score if self.source == self.Source.MACHINE and not self.is_said else None

    @property
    def is_said(self) -> bool:
        """Whether it was read out of a captioner's answer."""
        return self.model.startswith(CAPTIONER)
