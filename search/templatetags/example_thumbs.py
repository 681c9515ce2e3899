from __future__ import annotations

from django import template

from search.examples import Shown
from search.language import Example
from search.thumbs import Thumb, thumb

register = template.Library()


@register.filter
def thumb_in(example: Example, shown: Shown) -> Thumb | None:
    return thumb(example, shown)
