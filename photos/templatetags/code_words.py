from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def code_words(text: object) -> SafeString:
    """Set what stands between backticks as code: "in the field `file`"."""
    plain, *rest = str(text).split("`")
    return format_html_join("", "{}", [(plain,), *((_piece(place, part),) for place, part in enumerate(rest))])


def _piece(place: int, part: str) -> str:
    return part if place % 2 else format_html("<code>{}</code>", part)
