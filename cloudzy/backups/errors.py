from __future__ import annotations

from collections.abc import Sequence


class BackupError(Exception):
    """A backup cannot be made, or cannot be used; the message says why in words for a person."""


class DamagedBackupError(BackupError):
    """What lies there is not what was backed up; `damages` names each file."""

    def __init__(self, damages: Sequence[str]) -> None:
        super().__init__(f"The backup is damaged: {damages[0]}" + ("" if len(damages) == 1 else ", and more."))
        self.damages = damages
