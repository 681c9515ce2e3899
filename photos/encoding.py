"""Which encoder belongs to the library: the one its vectors are of, whatever the settings have come to say since."""

from __future__ import annotations

from django.conf import settings

from ai.encoders.base import Encoder, EncoderUnavailable, model_key
from ai.loading import get_encoder
from ai.vocabulary import Word
from photos.models import ActiveModel
from photos.vocabulary import taught


def current_encoder() -> Encoder:
    """Return the encoder that the library is read with just now, with the library's words; raise EncoderUnavailable.

    It does so also where the encoder's files have been replaced: what they make of a text says nothing of the vectors
    there are.
    """
    active = ActiveModel.current()
    return matching_encoder(active.encoder, active.key) if active else taught(get_encoder())


def newest_encoder() -> Encoder:
    """Return the encoder that photos are embedded with; raise EncoderUnavailable.

    It is the current one. Where that one's files have been replaced, the photos of meanwhile have the vector of the
    new ones and so tags; they are found by meaning once `models use` has brought the others after them.
    """
    active = ActiveModel.current()
    return taught(get_encoder(active.encoder if active else ""))


def matching_encoder(name: str, key: str) -> Encoder:
    """Return the encoder of this name, provided its vectors are of the space `key`; raise EncoderUnavailable."""
    encoder = get_encoder(name)
    if model_key(encoder) != key:
        raise EncoderUnavailable(
            f"The library is in {key}, and {name} is {model_key(encoder)} now: run `manage.py models use {name}`."
        )
    return taught(encoder)


def adopt(encoder: Encoder) -> None:
    """Let a library without any vector belong to this encoder; part of the transaction that stores its first one."""
    ActiveModel.adopt(settings.CLOUDZY_ENCODER, model_key(encoder))


def encoder_in_use() -> str:
    """Return the name of the encoder the library is read with, as `get_encoder` takes it."""
    active = ActiveModel.current()
    return active.encoder if active else settings.CLOUDZY_ENCODER


def encoder_problem() -> str:
    """Return why the library cannot be read and what to do, or ""; files that cannot be opened count too."""
    try:
        current_encoder().warm_up()
    except EncoderUnavailable as exc:
        return str(exc)
    return ""


def disagreement() -> str:
    """Return in words that the settings ask for another encoder than the library has, or ""."""
    said, used = settings.CLOUDZY_ENCODER, encoder_in_use()
    if said == used or not settings.CLOUDZY_ENCODER_IS_SET:
        return ""
    return (
        f"CLOUDZY_ENCODER says {said}, the library is in {used}: run `manage.py models use {said}`, "
        f"or take CLOUDZY_ENCODER out of the settings."
    )


def words_in_use() -> dict[str, Word]:
    """Return by name the words that the current encoder can tell; raise EncoderUnavailable."""
    vocabulary = current_encoder().vocabulary
    return {word.word: word for word in vocabulary.words} if vocabulary else {}
