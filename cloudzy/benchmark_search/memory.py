from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_ROLLUP = Path("/proc/self/smaps_rollup")
_KIB = 1024


@dataclass(frozen=True)
class Memory:
    """What a process holds, in MiB: written by itself alone, and mapped together with others."""

    private_mb: float
    shared_mb: float

    @classmethod
    def now(cls) -> Memory | None:
        """Read `Private_Dirty` and the clean and shared pages of this process; None where no kernel tells.

        https://www.kernel.org/doc/html/latest/filesystems/proc.html (smaps_rollup)
        """
        try:
            lines = _ROLLUP.read_text().splitlines()[1:]
        except OSError:
            return None
        pages = {name: int(amount.split()[0]) for name, _, amount in (line.partition(":") for line in lines)}
        shared = pages["Shared_Clean"] + pages["Shared_Dirty"] + pages["Private_Clean"]
        return cls(pages["Private_Dirty"] / _KIB, shared / _KIB)
