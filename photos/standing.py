"""How a word stands on a photo, and how a person changes that: each change can be taken back by naming how it stood."""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from ai.encoders.base import EncoderUnavailable
from photos.models import Photo, PhotoTag, Tag
from photos.models.tag import normalise_tag
from photos.opinion import Opinion, opinion_on


class Standing(StrEnum):
    HUMAN = "human"  # a person says it
    MACHINE = "machine"  # it is left to the machine, which says it where it is sure enough
    FILE = "file"
    REJECTED = "rejected"  # a person says it is not so
    OPEN = "open"  # nobody says anything


def standing_of(photo_tag: PhotoTag | None) -> Standing:
    if photo_tag is None:
        return Standing.OPEN
    return Standing.REJECTED if photo_tag.rejected else Standing(photo_tag.source)


def set_standing(photo: Photo, word: str, standing: Standing) -> Standing:
    """Let the word stand so from now on, and return how it stood. Raises TooManyTags and Photo.DoesNotExist."""
    word = normalise_tag(word)
    with transaction.atomic():
        Photo.objects.select_for_update().only("pk").get(pk=photo.pk)
        own = PhotoTag.objects.filter(photo=photo, tag__name=word)
        former = standing_of(photo_tag := own.first())
        if standing is Standing.HUMAN:
            photo.add_tags([word])
        elif standing is Standing.REJECTED:
            _reject(photo, word, photo_tag)
        elif standing is Standing.FILE and photo_tag is not None:
            own.update(source=PhotoTag.Source.FILE, model="", score=1.0, rejected=False)
        else:
            _leave(photo, word, photo_tag, standing)
    return former


def _reject(photo: Photo, word: str, photo_tag: PhotoTag | None) -> None:
    """Remember the No, also where so far the word was but a proposal."""
    if photo_tag is None:
        _add_machine_tag(photo, word, _opinion(photo), rejected=True)
    else:
        photo.remove_tags([word])


def _leave(photo: Photo, word: str, photo_tag: PhotoTag | None, standing: Standing) -> None:
    """Forget what a person said of the word; left to the machine, it is a tag again where the machine says so."""
    if photo_tag is not None:
        was_the_machine_s = photo_tag.source == PhotoTag.Source.MACHINE
        if standing is Standing.MACHINE and was_the_machine_s:
            PhotoTag.objects.filter(pk=photo_tag.pk).update(rejected=False)
            return
        photo_tag.delete()
    if standing is Standing.MACHINE and (opinion := _opinion(photo)).would_tag(word):
        _add_machine_tag(photo, word, opinion, rejected=False)


def _add_machine_tag(photo: Photo, word: str, opinion: Opinion, rejected: bool) -> None:
    PhotoTag.objects.create(
        photo=photo,
        tag=Tag.objects.named([word])[word],
        source=PhotoTag.Source.MACHINE,
        model=opinion.model,
        score=opinion.probabilities.get(word, 0.0),
        rejected=rejected,
    )


def _opinion(photo: Photo) -> Opinion:
    try:
        return opinion_on(photo.pk)
    except EncoderUnavailable:
        return Opinion("")
