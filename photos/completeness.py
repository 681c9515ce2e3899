"""What photos should have by their stages and have not: renditions, and the vector that searches compare."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from rest_framework.exceptions import APIException

from photos import downloads, storage, thumbnails
from photos.images import DECODE_ERRORS, BrokenImage
from photos.models import ActiveModel, Photo, Stage
from photos.tasks import queue_photos

CHUNK = 2000


def without_renditions() -> Iterator[tuple[int, str]]:
    """Yield id and original of each photo whose thumbnails were made and are not all there."""
    made = Stage.objects.filter(photo=OuterRef("pk"), name=Stage.Name.THUMBNAILS, status=Stage.Status.DONE)
    rows = Photo.objects.filter(Exists(made)).order_by("pk").values_list("pk", "image")
    for pk, name in rows.iterator(chunk_size=CHUNK):
        if not all(storage.path_of(thumbnails.path_for(name, size)).is_file() for size in thumbnails.SIZES):
            yield pk, name


def without_vector() -> list[tuple[int, str]]:
    """Return id and original of photos that were embedded, and have no vector of the model the library is read with."""
    ended = Stage.objects.filter(photo=OuterRef("pk"), name=Stage.Name.EMBEDDING, status=Stage.Status.DONE)
    active = ActiveModel.current()
    embedded = Photo.objects.embedded_by(active.key) if active else Photo.objects.none()
    photos = Photo.objects.filter(Exists(ended), trashed_at=None).exclude(pk__in=embedded.values("pk"))
    return list(photos.order_by("pk").values_list("pk", "image"))


def render_again(photo_id: int) -> bool:
    """Make the thumbnails of a photo anew; False where its original cannot be read, or it has gone."""
    try:
        for photo in Photo.objects.filter(pk=photo_id):
            downloads.render_again(photo)
            return True
    except (APIException, BrokenImage, *DECODE_ERRORS):
        pass
    return False


def embed_again(photo_id: int) -> bool:
    """Have a worker look at a photo once more; False where that is queued already."""
    return queue_photos([photo_id], "embed", [Stage.Name.EMBEDDING]) == 1
