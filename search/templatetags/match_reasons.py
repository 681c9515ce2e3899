from __future__ import annotations

from django import template

from search.language import Query
from search.ranking.hits import Hit

register = template.Library()

FIELDS = {
    "caption": "in the caption",
    "title": "in the title",
    "description": "in the description",
    "filename": "in the file name",
    "place": "in the name of the place",
    "camera": "in the name of the camera",
    "artist": "in the name of the artist",
    "text": "in the picture",
}


@register.filter
def reasons(hit: Hit, query: Query) -> str:
    """Say why a search found this photo: `has the tag “dog”, in the caption`; what all results must have is no news."""
    needed = {str(condition) for condition in query.conditions}
    alike = "looks like" if hit.is_near else "looks a little like"
    wanted = f"“{hit.wanted}”" if hit.wanted else "it"
    return ", ".join(_words(match, f"{alike} {wanted}") for match in hit.matched_by if match not in needed)


def _words(match: str, alike: str) -> str:
    kind, _, word = match.partition(":")
    if kind == "tag":
        return f"has the tag “{word}”"
    return alike if match == "semantic" else FIELDS.get(match, match)
