"""What is found and done with duplicates, in words for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.template.defaultfilters import date as written_date

from photos.duplicates.inheritance import Inheritance
from photos.metadata import Face
from photos.models import Merge, Tier

ABOUT: Mapping[Tier, str] = {
    Tier.PIXELS: "Every pixel is equal; only what is written in the files differs.",
    Tier.RAW: "One camera's files of one moment, under one name. They become one photo with versions: no file goes.",
    Tier.NEAR: "They look the same: another size, quality or format, or a slight change.",
    Tier.BURST: "One camera took them within seconds, and they look alike. Each is a photo of its own.",
    Tier.SIMILAR: "They show nearly the same. Look closely before you merge them.",
}
_LONGEST = 80


def moves(moving: Inheritance) -> list[str]:
    """Say what the kept photo takes over, one thing a line."""
    lines = [line for name, value in moving.changes.items() if (line := _changed(name, value))]
    if moving.tags:
        lines.append(f"Tags: {', '.join(moving.tags)}")
    if moving.rejected:
        lines.append(f"Tags that are off for good: {', '.join(moving.rejected)}")
    lines += [f"{kind.capitalize()}: {', '.join(titles)}" for kind, titles in moving.groups.items()]
    if moving.faces:
        lines.append(f"Faces: {_faces(moving.faces)}")
    if moving.files:
        lines.append(f"Kept beside it: {_short(', '.join(moving.files))}")
    if moving.lessons:
        lines.append("It teaches the words that the others have taught")
    return lines


def merged(merge: Merge) -> str:
    count = merge.merged.count()
    verb = "joined to" if merge.tier == Tier.RAW else "merged into"
    end = " as versions of it" if merge.tier == Tier.RAW else ""
    return f"{count} photo{'s' if count > 1 else ''} {verb} {merge.keeper or 'a photo that is gone'}{end}"


def _changed(name: str, value: object) -> str:
    if name == "favorite":
        return "It becomes a favorite"
    if name == "archived":
        return "It comes back from the archive"
    if name == "rating":
        return f"Stars: {value}"
    if isinstance(value, datetime):
        return f"Date: {written_date(value, 'j F Y, H:i:s')}"
    if name == "location" and isinstance(value, dict):
        return f"Place: {value['latitude']:.4f}, {value['longitude']:.4f}"
    return f"{name.capitalize()}: {_short(str(value))}"


def _faces(faces: Sequence[Face]) -> str:
    named, nameless = [face.name for face in faces if face.name], sum(not face.name for face in faces)
    return ", ".join([*named, *([f"{nameless} without a name"] if nameless else [])])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"
