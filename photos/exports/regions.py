"""Faces in XMP, by the two standards that other programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from photos.exports.xml import named, writable
from photos.metadata.faces import Stored, as_stored
from photos.metadata.facts import Face

_RESOURCE = {named("rdf:parseType"): "Resource"}


def write_faces(about: ElementTree.Element, faces: Sequence[Face], stored: Stored) -> None:
    """Write faces, in fractions of the upright picture, so that `photos.metadata.faces` reads the very same again."""
    _working_group(about, faces, stored)
    _microsoft(about, faces)


def _working_group(about: ElementTree.Element, faces: Sequence[Face], stored: Stored) -> None:
    """Write regions of the Metadata Working Group (Guidelines 2.0, 5.9), which hold for the picture as it is stored."""
    regions = ElementTree.SubElement(about, named("mwg-rs:Regions"), _RESOURCE)
    size = {"stDim:w": f"{stored.width}", "stDim:h": f"{stored.height}", "stDim:unit": "pixel"}
    ElementTree.SubElement(regions, named("mwg-rs:AppliedToDimensions"), _attributes(size))
    listed = ElementTree.SubElement(ElementTree.SubElement(regions, named("mwg-rs:RegionList")), named("rdf:Bag"))
    for face in faces:
        lying = as_stored(face, stored.orientation)
        said = {"mwg-rs:Type": "Face"} | ({"mwg-rs:Name": writable(face.name)} if face.name else {})
        item = ElementTree.SubElement(listed, named("rdf:li"))
        region = ElementTree.SubElement(item, named("rdf:Description"), _attributes(said))
        middle = {"x": lying.left + lying.width / 2, "y": lying.top + lying.height / 2}
        sides = {
            f"stArea:{name}": f"{value:.7f}" for name, value in (middle | {"w": lying.width, "h": lying.height}).items()
        }
        ElementTree.SubElement(region, named("mwg-rs:Area"), _attributes(sides | {"stArea:unit": "normalized"}))


def _microsoft(about: ElementTree.Element, faces: Sequence[Face]) -> None:
    """Write faces by Microsoft's schema for people tagging, which holds for the picture as it is shown."""
    info = ElementTree.SubElement(about, named("MP:RegionInfo"), _RESOURCE)
    listed = ElementTree.SubElement(ElementTree.SubElement(info, named("MPRI:Regions")), named("rdf:Bag"))
    for face in faces:
        sides = ", ".join(f"{side:.6f}" for side in (face.left, face.top, face.width, face.height))
        said = {"MPReg:Rectangle": sides} | ({"MPReg:PersonDisplayName": writable(face.name)} if face.name else {})
        item = ElementTree.SubElement(listed, named("rdf:li"))
        ElementTree.SubElement(item, named("rdf:Description"), _attributes(said))


def _attributes(said: Mapping[str, str]) -> dict[str, str]:
    return {named(name): value for name, value in said.items()}
