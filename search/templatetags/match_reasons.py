from __future__ import annotations

from django import template

from search.queries import Hit

register = template.Library()

CLOSE = 1.2  # squared distance of unit vectors: cosine 0.4

FIELDS = {
    "caption": "in the caption",
    "title": "in the title",
    "description": "in the description",
    "filename": "in the file name",
    "text": "in the picture",
}


@register.filter
def reasons(hit: Hit, query: str) -> str:
    """Say why a search for `query` found this photo: `has the tag “dog”, in the caption`."""
    alike = "looks like" if hit.distance <= CLOSE else "looks a little like"
    return ", ".join(_words(match, f"{alike} “{query}”") for match in hit.matched_by)


def _words(match: str, alike: str) -> str:
    kind, _, word = match.partition(":")
    if kind == "tag":
        return f"has the tag “{word}”"
    return FIELDS.get(kind, alike)
