from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PATH = "/v1/chat/completions"


@dataclass(frozen=True)
class Endpoint:
    """Where a vision model is asked. `url` is what stands before /v1; `seconds` bounds each exchange."""

    url: str
    model: str
    key: str = ""
    language: str = "English"
    seconds: float = 60

    @property
    def completions(self) -> str:
        # Many a manual gives the address with /v1.
        return self.url.rstrip("/").removesuffix("/v1") + PATH


@dataclass(frozen=True)
class CaptionerSettings:
    """Which captioner, and what it needs: `name` is a kind, or `local:` and the name of an installed model."""

    name: str
    models: Path
    endpoint: Endpoint
    threads: int
