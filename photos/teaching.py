"""What persons say of their photos to teach a word. The word is everybody's, as the whole vocabulary is.

What is learned of it, `photos.learning` keeps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from ai.probes import THRESHOLD
from photos.models import OutsideExample, Photo, PhotoTag, Stage, TeachingExample, VocabularyState, VocabularyWord
from photos.models.queryset import PhotoQuerySet
from photos.models.tag import normalise_tag

if TYPE_CHECKING:
    from accounts.models import User


# A word that is known by its examples alone: it has no prompts to be recognised by, and is a tag when it is learned.
_NEW = {"leaf": False, "threshold": THRESHOLD}


def teachable(name: str, user: User | None = None) -> str:
    """Return the name as words are stored; raises ValidationError where it is none, or another word's already.

    A word that came with Cloudzy is on everybody's photos: only curators teach it. Without a user nobody is asked.
    """
    word = normalise_tag(name)
    row = VocabularyWord.objects.filter(word=word).first()
    if row is None:
        VocabularyWord(word=word, **_NEW).full_clean()
    elif row.shipped and user is not None and not user.is_staff:
        raise ValidationError(f"“{word}” came with Cloudzy and is everybody's. Teach a word of your own.")
    return word


def word_named(name: str) -> VocabularyWord:
    """Return the word of the vocabulary that is called so, new if need be; raises as teachable."""
    return VocabularyWord.objects.get_or_create(word=teachable(name), defaults=_NEW)[0]


def taught() -> QuerySet[VocabularyWord]:
    """Return the words that somebody has taught, in the order of the alphabet."""
    examples = TeachingExample.objects.filter(word=OuterRef("pk"))
    outside = OutsideExample.objects.filter(word=OuterRef("pk"))
    return VocabularyWord.objects.filter(Exists(examples) | Exists(outside)).order_by("word")


def taught_by(user: User) -> QuerySet[VocabularyWord]:
    """Return the words a person may look at: those with examples among their photos, to staff all."""
    if user.is_staff:
        return taught()
    own = TeachingExample.objects.filter(word=OuterRef("pk"), photo__owner=user)
    return taught().filter(Exists(own))


def mark(word: VocabularyWord, photos: Iterable[Photo], positive: bool, now: datetime) -> list[int]:
    """Say of these photos that they show the word, or that they do not; return their numbers.

    What a person says of a photo is a person's tag on it, or a rejection for ever. The caption, which tells of tags,
    is asked for anew. Raises TooManyTags, and then nothing was said.
    """
    with transaction.atomic():
        for photo in (said := list(photos)):
            facts = {"positive": positive, "marked_at": now}
            TeachingExample.objects.update_or_create(word=word, photo=photo, defaults=facts)
            if positive:
                photo.add_tags([word.word])
            else:
                PhotoTag.objects.keep_away(photo, [word.word])
            photo.request([Stage.Name.CAPTION])
    return [photo.pk for photo in said]


def unmark(word: VocabularyWord, photos: Iterable[Photo]) -> list[int]:
    """Take back what was said of these photos about the word; return the numbers of those it was said of.

    A word that nothing is left of goes with it.
    """
    with transaction.atomic():
        marked = set(word.examples.values_list("photo_id", flat=True))
        for photo in (freed := [photo for photo in photos if photo.pk in marked]):
            word.examples.filter(photo=photo).delete()
            PhotoTag.objects.withdraw(photo, [word.word])
            photo.request([Stage.Name.CAPTION])
        _let_go(word)
    return [photo.pk for photo in freed]


def forget(word: VocabularyWord, photos: PhotoQuerySet | None = None) -> None:
    """Take back all that was said of the word, or of these photos alone. Tags stay: a person gave them."""
    with transaction.atomic():
        if photos is None:
            word.outside_examples.all().delete()
            word.examples.all().delete()
        else:
            word.examples.filter(photo__in=photos.values("pk")).delete()
        _let_go(word)


def files_of(word: VocabularyWord) -> dict[str, list[str]]:
    """Return the SHA-256 of the files the word was taught by, for others who have them: "positive" and "negative"."""
    rows = [
        *word.examples.values_list("positive", "photo__sha256"),
        *word.outside_examples.values_list("positive", "sha256"),
    ]
    kinds = {"positive": True, "negative": False}
    found = {name: sorted({sha256 for positive, sha256 in rows if positive is kind}) for name, kind in kinds.items()}
    return {name: hashes for name, hashes in found.items() if hashes}


def mark_files(name: str, files: Mapping[str, Collection[str]], now: datetime) -> int:
    """Teach a word by those photos that have the files of files_of(); return how many there are. Raises TooManyTags."""
    said = 0
    for kind, hashes in files.items():
        photos = Photo.objects.filter(sha256__in=hashes, trashed_at=None)
        said += len(mark(word_named(name), photos, kind == "positive", now))
    return said


def _let_go(word: VocabularyWord) -> None:
    """Where nothing that was taught is left, drop what was learned, and the word unless it is more than that."""
    if taught().filter(pk=word.pk).exists():
        return
    if word.probes.all().delete()[0]:
        VocabularyState.renew()
    if not (word.shipped or word.leaf):
        VocabularyWord.objects.filter(pk=word.pk).delete()
