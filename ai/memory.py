from __future__ import annotations

import re
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

_STATUS = Path("/proc/self/status")
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


def peak_mb() -> float:
    """Return the most that this process ever held, in MiB.

    Not by getrusage() where the kernel tells more: that also counts what the process was before it was this program.
    """
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    except OSError:
        found = None
    if found:
        return int(found[1]) / _KIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else _KIB)
