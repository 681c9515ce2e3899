from __future__ import annotations

from django import template

from search.language import Example
from search.ranking.examples import Shown
from search.views.thumbs import Thumb, thumb

register = template.Library()


@register.filter
def thumb_in(example: Example, shown: Shown) -> Thumb | None:
    return thumb(example, shown)
