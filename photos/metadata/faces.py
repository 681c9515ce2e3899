"""Faces that people have marked, as two standards write them into XMP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from photos.metadata.facts import MOST_FACES, Face, line
from photos.metadata.quantities import decimal
from photos.metadata.rdf import Structure

Size = tuple[float, float]

_KINDS = {"", "face", "pet"}  # other kinds of regions are a focus point or a bar code
SIDEWAYS = {5, 6, 7, 8}


@dataclass(frozen=True)
class Stored:
    """How the pixels lie in the file: regions are written in fractions of that."""

    width: int
    height: int
    orientation: int = 1  # of EXIF, 1..8: how they are to be turned


def faces_of(xmp: Structure, stored: Stored) -> tuple[Face, ...]:
    """Return the faces in an XMP packet, in fractions of the upright picture."""
    group = xmp.structure("mwg-rs:Regions")
    applied = group.structure("mwg-rs:AppliedToDimensions")
    orientation = _still_to_turn(stored, (decimal(applied.text("stDim:w")), decimal(applied.text("stDim:h"))))
    faces = [turned(face, orientation) for face in _working_group(group)]
    # Microsoft's are written for the picture as it is shown.
    return _each_once([*faces, *_microsoft(xmp.structure("MP:RegionInfo"))][:MOST_FACES])


def as_stored(face: Face, orientation: int) -> Face:
    """Return a face of the upright picture as it lies in the stored one: `turned` turned back."""
    return turned(face, {6: 8, 8: 6}.get(orientation, orientation))


def turned(face: Face, orientation: int) -> Face:
    """Return a face of a stored picture as it lies in the upright one (EXIF orientation, CIPA DC-008)."""
    left, top, width, height = face.left, face.top, face.width, face.height
    right, bottom = 1 - left - width, 1 - top - height
    if orientation in SIDEWAYS:
        width, height = height, width
    lefts = {2: right, 3: right, 5: top, 6: bottom, 7: bottom, 8: top}
    tops = {3: bottom, 4: bottom, 5: left, 6: left, 7: right, 8: right}
    corner = lefts.get(orientation, left), tops.get(orientation, top)
    return _rounded(face.name, *corner, width, height)


def _working_group(group: Structure) -> Iterator[Face]:
    """Read regions of the Metadata Working Group (Guidelines 2.0, 5.9): the middle and the size of each."""
    for region in group.structures("mwg-rs:RegionList"):
        area = region.structure("mwg-rs:Area")
        if region.text("mwg-rs:Type").lower() in _KINDS and area.text("stArea:unit") in ("", "normalized"):
            x, y, w, h = (decimal(area.text(f"stArea:{name}")) for name in "xywh")
            if x is not None and y is not None and w is not None and h is not None:
                yield from _within(region.text("mwg-rs:Name"), x - w / 2, y - h / 2, w, h)


def _microsoft(info: Structure) -> Iterator[Face]:
    """Read regions of Microsoft's schema for people tagging: left, top, width and height in one text."""
    for region in info.structures("MPRI:Regions"):
        numbers = [decimal(part) for part in region.text("MPReg:Rectangle").split(",")]
        sides = [number for number in numbers if number is not None]
        if len(sides) == len(numbers) == 4:
            yield from _within(region.text("MPReg:PersonDisplayName"), *sides)


def _within(name: str, left: float, top: float, width: float, height: float) -> Iterator[Face]:
    """Yield the part of a region that lies in the picture, if there is any."""
    right, bottom = min(1.0, left + width), min(1.0, top + height)
    left, top = max(0.0, left), max(0.0, top)
    if right > left and bottom > top:
        yield _rounded(name, left, top, right - left, bottom - top)


def _rounded(name: str, *sides: float) -> Face:
    return Face(line(name), *(round(side, 6) + 0.0 for side in sides))  # a millionth is no pixel; no negative zero


def _still_to_turn(stored: Stored, applied: tuple[float | None, float | None]) -> int:
    """Return the orientation, 1 where the regions were written for the picture as it stands upright already.

    They say for what size they hold; where that has the sides of the upright picture, nothing is left to turn.
    """
    width, height = applied
    if not width or not height or stored.orientation not in SIDEWAYS or stored.width == stored.height:
        return stored.orientation
    return stored.orientation if (width > height) == (stored.width > stored.height) else 1


def _each_once(faces: Sequence[Face]) -> tuple[Face, ...]:
    """Leave out what both standards say."""
    kept: list[Face] = []
    for face in faces:
        same = next((one for one in kept if _is_same(one, face)), None)
        if same is None:
            kept.append(face)
        elif face.name and not same.name:
            kept[kept.index(same)] = replace(same, name=face.name)
    return tuple(kept)


def _is_same(one: Face, other: Face) -> bool:
    sides = ((one.left, other.left), (one.top, other.top), (one.width, other.width), (one.height, other.height))
    is_named_alike = one.name == other.name or not (one.name and other.name)
    return is_named_alike and all(abs(a - b) < 0.01 for a, b in sides)
