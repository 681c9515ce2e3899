"""How duplicates are put on a page."""

from __future__ import annotations

from django import template

from photos.duplicates import wording
from photos.duplicates.review import Candidate, Review
from photos.models import Merge, Tier

register = template.Library()


@register.filter
def moves(review: Review) -> list[str]:
    return wording.moves(review.moving)


@register.filter
def merge_words(merge: Merge) -> str:
    return wording.merged(merge)


@register.filter
def about_tier(tier: Tier) -> str:
    return wording.ABOUT[tier]


@register.filter
def alikeness(candidate: Candidate) -> str:
    """Say how close a photo is to the one that is suggested; nothing for that one, and for what is the same."""
    if candidate.is_suggested or candidate.closeness >= 1:
        return ""
    return f"{candidate.closeness:.0%} alike"
