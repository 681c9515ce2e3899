"""Photos that are older than a stage, or than what does it today."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from photos import asking
from photos.models import Photo, Stage
from photos.pipeline import with_followers


def lacking(name: Stage.Name, limit: int | None = None, after: int = 0) -> list[int]:
    """Return the ids of photos, from the one after this on, that never had this stage or had an earlier version of it.

    What failed is left alone, and of stages with versions what is in the trash, too.
    """
    if name not in Stage.VERSIONS:
        return asking.never_asked(name, limit, after)
    earlier = Q(version=None) | Q(version__lt=Stage.VERSIONS[name])
    done = Stage.objects.filter(earlier, photo=OuterRef("pk"), name=name, status=Stage.Status.DONE)
    outdated = Photo.objects.filter(Exists(done), trashed_at=None, pk__gt=after)
    return list(outdated.order_by("pk").values_list("pk", flat=True)[:limit])


def ask_for(name: Stage.Name, photo_ids: Collection[int]) -> None:
    """Ask for this stage of photos that lack it; those that had it stay ready, also where it is called off."""
    if name not in Stage.VERSIONS:
        asking.ask_for(name, photo_ids)
        return
    ids = sorted(photo_ids)
    for start in range(0, len(ids), asking.ASKED_AT_ONCE):
        chunk = ids[start : start + asking.ASKED_AT_ONCE]
        Stage.objects.filter(photo_id__in=chunk, name__in=with_followers([name])).do_anew()
