"""System check: the settings and the library agree on the model. Apart from `checks`, which needs no models."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register
from django.db import DatabaseError

from cloudzy.migrated import file_is_gone
from photos.encoding import disagreement


@register("cloudzy")
def check_model(**_: Any) -> list[CheckMessage]:
    """Warn where CLOUDZY_ENCODER asks for another model than the library has; nothing changes behind one's back."""
    try:
        problem = "" if file_is_gone() else disagreement()
    except DatabaseError:  # not migrated yet, or away: /health says so
        return []
    return [Warning(problem, id="cloudzy.W002")] if problem else []
