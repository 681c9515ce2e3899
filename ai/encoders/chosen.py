from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EncoderSettings:
    """Which encoder, and what it needs: `name` is a kind, or a kind and the name of an installed model (clip:NAME)."""

    name: str
    folder: Path
    models: Path
    threads: int
    batch_size: int
