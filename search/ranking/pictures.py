"""Pictures that people search by, which are no photos: kept for a quarter of an hour, for their owner alone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from PIL import Image

from accounts.models import User
from ai.encoders.base import model_key
from photos import thumbnails
from search.models import ShownPicture
from search.ranking.looks import embedded, encoder_for_pictures

SIDE = 1024  # pixels that are kept of a picture, enough for a part of a quarter of it


def show(image: Image.Image, user: User, now: datetime) -> ShownPicture:
    """Keep an upright sRGB image that photos are to be like; raises ModelMissing, BrokenImage.

    What has expired goes, whoever showed it, and of this person's all but the newest.
    """
    encoder = encoder_for_pictures()
    picture = ShownPicture(
        owner=user,
        rendition=thumbnails.rendition(image, SIDE),
        width=image.width,
        height=image.height,
        vector=embedded(image, encoder),
        model=model_key(encoder),
        shown_at=now,
    )
    with transaction.atomic():
        User.hold(user.pk)
        picture.save(force_insert=True)
        forget_expired(now)
        newest = ShownPicture.objects.filter(owner=user).order_by("-shown_at", "token").values("pk")
        ShownPicture.objects.filter(pk__in=[row["pk"] for row in newest[ShownPicture.MOST :]]).delete()
    return picture


def forget_expired(now: datetime) -> None:
    """Delete what was shown too long ago; writes only where there is something."""
    if (expired := ShownPicture.objects.expired(now)).exists():
        expired.delete()
