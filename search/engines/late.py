"""FAISS, imported at its first use: most commands never search, and to import it takes a seventh of a second."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import faiss
else:

    class _AtFirstUse:
        def __getattr__(self, name: str) -> Any:
            return getattr(import_module("faiss"), name)

    faiss = _AtFirstUse()

__all__ = ["faiss"]
