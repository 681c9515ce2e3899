"""A saved search as an Atom feed (RFC 4287): the newest photos that match, for feed readers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from photos.models import Photo
from search.filters import holding
from search.models import Library
from search.saved.counting import matches_of
from search.saved.searches import SavedSearch

ENTRIES = 50


def newest_matches(search: SavedSearch) -> list[Photo]:
    """Return the strong matches that came last, the last one first; raises what a search does."""
    newest = matches_of(search)[: -ENTRIES - 1 : -1].tolist()
    # Whether the archive is meant the answers know; what may be seen the database says once more.
    photos = holding((), search.owner, with_archive=True).for_listing().in_bulk(newest)
    return [photos[pk] for pk in newest if pk in photos]


def atom(search: SavedSearch, photos: Sequence[Photo], site: str, address: str) -> str:
    """Write the feed. `site` begins every address in it, `address` is its own; the same photos make the same text."""
    library, _ = Library.position()
    feed = _Feed(
        title=_legal(search.name),
        link=f"{site}{search.get_absolute_url()}",
        description=_legal(f"Photos found by {search.query}"),
        feed_url=address,
        feed_guid=_name(library, f"search/{search.pk}"),
        author_name=str(search.owner),
        changed_at=_changed_at(search, photos),
    )
    for photo in photos:
        feed.add_item(
            title=_legal(str(photo)),
            link=f"{site}{photo.get_absolute_url()}",
            description=escape(_legal(photo.caption)),
            unique_id=_name(library, f"photo/{photo.pk}"),
            pubdate=photo.created_at,
            updateddate=photo.updated_at,
            categories=[_legal(name) for name in photo.tag_names],
            thumbnail=f"{site}{reverse('api:photo-thumbnail', args=[photo.pk])}?size=512",
        )
    return feed.writeString("utf-8")


def _changed_at(search: SavedSearch, photos: Sequence[Photo]) -> datetime:
    """Return when anything in the feed changed last, as far as photos know."""
    return max([search.created_at, *(photo.updated_at for photo in photos)])


class _Feed(Atom1Feed):
    """Adds thumbnails without a length, which nobody knows before they are made; never says it changed just now."""

    def latest_post_date(self) -> datetime:
        changed: datetime = self.feed["changed_at"]
        return changed

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("link", "", {"rel": "enclosure", "href": item["thumbnail"], "type": "image/webp"})


def _legal(text: str) -> str:
    """Leave out what XML cannot say."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")


def _name(library: uuid.UUID, what: str) -> str:
    """Return a name for ever, whatever address the site moves to."""
    return uuid.uuid5(library, what).urn
