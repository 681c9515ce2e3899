"""Albums, as importing, exporting and merging photos know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import ClassVar

from django.db import transaction

from accounts.models import User
from albums.models import Album, AlbumPlace
from photos.models import Photo


class AlbumGrouping:
    kind: ClassVar[str] = "albums"

    def titles(self, photo_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
        places = AlbumPlace.objects.filter(photo__in=photo_ids).order_by("album__title", "album")
        titles = defaultdict(list)
        for photo_id, title in places.values_list("photo_id", "album__title"):
            titles[photo_id].append(title)
        return dict(titles)

    def in_order(self, owner: User) -> Iterator[tuple[str, Sequence[int]]]:
        for album in Album.objects.visible_to(owner).order_by("title", "pk"):
            yield album.title, list(album.photos.values_list("pk", flat=True))

    def put(self, owner: User, title: str, photo_ids: Sequence[int]) -> None:
        Album.objects.named(owner, title).add(photo_ids)

    def hand_over(self, giver: Photo, taker: Photo) -> Sequence[int]:
        new = []
        with transaction.atomic():
            for album in Album.objects.visible_to(taker.owner).with_photo(giver).order_by("pk"):
                if album.add([taker.pk]):
                    new.append(album.pk)
                    self._beside(album, giver, taker)
        return new

    def take_back(self, taker: Photo, groups: Collection[int]) -> None:
        for album in Album.objects.visible_to(taker.owner).filter(pk__in=groups):
            album.remove([taker.pk])

    def _beside(self, album: Album, giver: Photo, taker: Photo) -> None:
        """Give the taker the giver's position; the earlier row of the two stands first."""
        position = album.places.get(photo=giver).position
        album.places.filter(photo=taker).update(position=position)
