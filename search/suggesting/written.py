"""Words that stand in titles and captions, for who begins to type them. Only one's own photos are looked at."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import User
from photos.models import Photo
from search.fulltext.beginnings import with_beginning
from search.language.folding import fold

SHORTEST = 2  # letters that must stand there: one alone begins half of all words
_READ = 200  # photos whose texts are read, the newest
_WORD = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True)
class Written:
    """A word, and the photos on which it is written, of those that were read."""

    word: str
    photo_ids: tuple[int, ...]


def words_beginning(beginning: str, user: User, among: Collection[int] | None = None) -> list[Written]:
    """Return words of the user's titles and captions that begin so, those on most photos first.

    With `among`, only of these photos. Captions that the template made are left out: they repeat tags and the date.
    """
    folded = fold(beginning)
    if len(folded) < SHORTEST or not folded.isalnum():
        return []
    photos = with_beginning(Photo.objects.visible_to(user).listed(), folded)
    said = photos.exclude(title="", edited=[], authors={}).order_by("-pk")
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for pk, title, caption, edited, authors in said.values_list("pk", "title", "caption", "edited", "authors")[:_READ]:
        if among is not None and pk not in among:
            continue
        is_made = "caption" not in edited and not authors.get("caption")
        for word in _WORD.findall(title if is_made else f"{title} {caption}"):
            if (key := fold(word)).startswith(folded) and key != folded:
                found[key].setdefault(pk, word.lower())
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Written(next(iter(photos.values())), tuple(photos)) for _, photos in ordered]
