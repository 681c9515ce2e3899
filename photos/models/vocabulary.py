from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from ai.plaintext import one_line
from photos.models.tag import MAX_TAG_LENGTH, PhotoTag, normalise_tag
from photos.models.tagging import VocabularyState
from photos.models.word_rules import Neighbour, objections

LONGEST_PROMPT = 200
LEAST_THRESHOLD = 0.01


class VocabularyQuerySet(models.QuerySet["VocabularyWord"]):
    """Whatever changes words renews the stamp by which every process notices, in the same transaction."""

    def switch(self, on: bool) -> int:
        """Put these words in use or out of it, as a curator does; return how many that changes."""
        with transaction.atomic():
            words = list(self.exclude(enabled=on).select_for_update())
            for word in words:
                word.enabled = on
                word.now_theirs(["enabled"])
            VocabularyWord.objects.bulk_update(words, ["enabled", "edited"])
        return len(words)

    def curated(self) -> Self:
        """What a curator made or changed, or somebody taught."""
        return self.filter(Q(shipped=False) | ~Q(edited=[]) | Q(examples__isnull=False)).distinct()

    def with_counts(self) -> Self:
        """With `shown_on` and `refused_on`: on how many photos outside the trash the word shows, or never will."""
        return self.annotate(shown_on=_photos_with_it(rejected=False), refused_on=_photos_with_it(rejected=True))

    def neighbours(self) -> list[Neighbour]:
        rows = self.values_list("word", "synonyms", "parents")
        return [Neighbour(word, tuple(synonyms), tuple(parents)) for word, synonyms, parents in rows]

    def update(self, **values: Any) -> int:
        with transaction.atomic():
            changed = super().update(**values)
            _renew_if(changed)
        return changed

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            deleted = super().delete()
            _renew_if(deleted[0])
        return deleted

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            created = super().bulk_create(objs, *args, **kwargs)
            _renew_if(len(created))
        return created


class VocabularyWord(models.Model):
    """A word that photos can be tagged with and found by, whichever encoder reads the library.

    `edited` names the fields that a curator set: no upgrade changes them, and they go before what an encoder learned.
    """

    word = models.CharField(max_length=MAX_TAG_LENGTH, unique=True, help_text="The tag, in lower case.")
    synonyms = models.JSONField(default=list, blank=True, help_text="Other names to find it by, one a line.")
    parents = models.JSONField(default=list, blank=True, help_text="Broader words that are true with it, one a line.")
    prompts = models.JSONField(
        default=list,
        blank=True,
        help_text="Texts that describe pictures of it, one a line. None: 'a photo of' and the word.",
    )
    leaf = models.BooleanField(
        "seen by itself", default=True, help_text="Off: it is only the sum of the words that have it as a parent."
    )
    translations = models.JSONField(
        default=dict, blank=True, help_text="Names in other languages, a language a line: de: hund, köter"
    )
    threshold = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST_THRESHOLD), MaxValueValidator(1.0)],
        help_text="The probability, 0.01 to 1, from which it is a tag. Empty: it serves searches only.",
    )
    enabled = models.BooleanField("in use", default=True)
    shipped = models.BooleanField("came with Cloudzy", default=False, editable=False)
    edited = models.JSONField(default=list, blank=True, editable=False)

    objects = VocabularyQuerySet.as_manager()
    shown_on: int  # filled by VocabularyQuerySet.with_counts, as is the next
    refused_on: int

    # What a curator may set; the word itself only when it is made.
    EDITABLE: ClassVar = ("synonyms", "parents", "prompts", "leaf", "translations", "threshold", "enabled")

    class Meta:
        db_table = "vocabulary_word"
        ordering = ["word"]
        verbose_name = "word"
        verbose_name_plural = "vocabulary"
        constraints = [
            models.CheckConstraint(
                condition=Q(threshold=None) | Q(threshold__gt=0, threshold__lte=1), name="vocabulary_threshold_0_to_1"
            )
        ]

    def __str__(self) -> str:
        return self.word

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            VocabularyState.renew()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            VocabularyState.renew()
        return deleted

    def clean(self) -> None:
        """Bring the names into the form they are stored in; raises ValidationError for what cannot be."""
        self.word = normalise_tag(self.word)
        self.synonyms = [name for name in _tags(self.synonyms) if name != self.word]
        self.parents = _tags(self.parents)
        self.prompts = _once(one_line(prompt, LONGEST_PROMPT) for prompt in self.prompts)
        translations = {language.strip().lower(): _tags(names) for language, names in self.translations.items()}
        self.translations = {language: names for language, names in translations.items() if names}
        stored = VocabularyWord.objects.filter(pk=self.pk).neighbours() if self.pk else []
        own = Neighbour(self.word, tuple(self.synonyms), tuple(self.parents))
        others = VocabularyWord.objects.exclude(pk=self.pk).neighbours()
        if problems := objections(own, others, stored[0] if stored else None, list(self.translations)):
            raise ValidationError(problems)

    @property
    def names(self) -> list[str]:
        """All that it is called, in every language."""
        return [self.word, *self.synonyms, *(name for names in self.translations.values() for name in names)]

    def edit(self, changes: Mapping[str, Any]) -> None:
        """Set what a curator decided of the fields in EDITABLE; raises ValidationError."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.now_theirs(changes)
        self.full_clean()
        self.save()

    def now_theirs(self, names: Collection[str]) -> None:
        """Remember these fields as a curator's; to be saved."""
        self.edited = sorted({*self.edited, *names} & {*self.EDITABLE})


def _renew_if(changed: int) -> None:
    if changed:
        VocabularyState.renew()


def _tags(names: Iterable[str]) -> list[str]:
    return _once(map(normalise_tag, names))


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, texts)))


def _photos_with_it(rejected: bool) -> Coalesce:
    rows = PhotoTag.objects.filter(tag__name=OuterRef("word"), rejected=rejected, photo__trashed_at=None)
    # Counted as one group, whatever order the rows would come in.
    counted = rows.order_by().values("tag__name").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
