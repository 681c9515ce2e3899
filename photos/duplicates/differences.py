"""In what photos differ that are to be compared side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from django.template.defaultfilters import date as written_date
from django.template.defaultfilters import filesizeformat

from photos.duplicates.inheritance import Belongings
from photos.duplicates.keepers import Merits
from photos.models import Photo
from photos.templatetags.photo_display import DATE_SOURCES


@dataclass(frozen=True)
class Fact:
    """What is known of one photo under a name; `differs` where others say otherwise, `best` where none has more."""

    name: str
    value: str
    differs: bool
    best: bool


@dataclass(frozen=True)
class _Known:
    photo: Photo
    merits: Merits
    have: Belongings


_SAID: dict[str, Callable[[_Known], str]] = {
    "Size": lambda known: f"{known.photo.width} \N{MULTIPLICATION SIGN} {known.photo.height}",
    "File": lambda known: f"{known.photo.format.upper()}, {filesizeformat(known.photo.bytes)}",
    "Name": lambda known: known.photo.original_name,
    "Taken": lambda known: _taken(known.photo),
    "Camera": lambda known: " · ".join(filter(None, (known.photo.camera, known.photo.lens))),
    "Place": lambda known: _place(known.photo),
    "Liked": lambda known: _liked(known.photo),
    "Title": lambda known: known.photo.title,
    "Description": lambda known: known.photo.description,
    "Tags": lambda known: ", ".join(known.photo.tag_names),
    "Albums": lambda known: ", ".join(title for titles in known.have.groups.values() for title in _of(titles, known)),
    "Corrected": lambda known: ", ".join(known.photo.edited).replace("_", " "),
    "Shelf": lambda known: "Archive" if known.photo.archived else "",
    "Files beside it": lambda known: str(known.merits.files or ""),
    "Known facts": lambda known: str(known.merits.facts),
    "Added": lambda known: written_date(known.photo.created_at.astimezone(UTC), "j M Y, H:i"),
}
_WORTH: dict[str, Callable[[_Known], float]] = {
    "Size": lambda known: known.merits.pixels,
    "File": lambda known: known.merits.bytes,
    "Known facts": lambda known: known.merits.facts,
}


def facts_of(photos: Sequence[Photo], merits: Mapping[int, Merits], have: Belongings) -> dict[int, list[Fact]]:
    """Return by id what is known of each of these photos: the same names in the same order, but for what none has."""
    known = [_Known(photo, merits[photo.pk], have) for photo in photos]
    table: dict[int, list[Fact]] = {photo.pk: [] for photo in photos}
    for name, say in _SAID.items():
        values = [say(one) for one in known]
        if not any(values):
            continue
        best = _best(known, _WORTH[name]) if name in _WORTH else None
        differs = len(set(values)) > 1
        for one, value in zip(known, values, strict=True):
            table[one.photo.pk].append(Fact(name, value, differs, one is best))
    return table


def _best(known: Sequence[_Known], worth: Callable[[_Known], float]) -> _Known | None:
    """Return who has more than each of the others, if anybody."""
    most = max(map(worth, known))
    leading = [one for one in known if worth(one) == most]
    return leading[0] if len(leading) == 1 and len(known) > 1 else None


def _taken(photo: Photo) -> str:
    moment = written_date(photo.taken_at.astimezone(UTC), "j M Y, H:i:s")
    return f"{moment} ({DATE_SOURCES[Photo.DateSource(photo.taken_at_source)]})"


def _place(photo: Photo) -> str:
    if photo.latitude is None or photo.longitude is None:
        return photo.place
    return photo.place or f"{photo.latitude:.4f}, {photo.longitude:.4f}"


def _liked(photo: Photo) -> str:
    return " ".join(filter(None, ("♥" if photo.favorite else "", "★" * (photo.rating or 0))))


def _of(titles: Mapping[int, Sequence[str]], known: _Known) -> Sequence[str]:
    return titles.get(known.photo.pk, ())
