from __future__ import annotations

import re

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_EXCLUDED = re.compile(r"(?<!\S)(-\S)")  # with how its word begins


@register.filter
def unbroken(query: str) -> SafeString:
    """Keep the `-` of what is excluded on the line of its word, where browsers may break."""
    pieces = enumerate(_EXCLUDED.split(query))
    return format_html_join("", "{}", ((_kept(piece) if place % 2 else piece,) for place, piece in pieces))


def _kept(piece: str) -> SafeString:
    return format_html_join("", '<span class="unbroken">{}</span>', ((piece,),))
