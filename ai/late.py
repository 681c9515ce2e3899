"""What runs a model is imported when one is asked for: most commands never ask, and would wait for it in vain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string


def late(path: str) -> Callable[[Any], Any]:
    """Return a function that stands for the one of this dotted path, and imports it when it is called."""
    return lambda chosen: import_string(path)(chosen)
