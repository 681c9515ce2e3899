from __future__ import annotations

import subprocess
import sys

import pytest

from cloudzy.environment import BASE_DIR

HEAPS_OF_MANY_THREADS = """
import re, threading
from pathlib import Path
from cloudzy.allocator import share_heaps

share_heaps()
done = threading.Barrier(17)
threads = [threading.Thread(target=lambda: (bytearray(100_000), done.wait())) for _ in range(16)]
for thread in threads:
    thread.start()
maps = Path("/proc/self/maps").read_text()
done.wait()
# Of the mappings a heap begins at a multiple of 64 MB.
starts = [int(start, 16) for start in re.findall(r"^([0-9a-f]+)-[0-9a-f]+ rw-p 00000000 00:00 0 *$", maps, re.M)]
print(sum(start % 2**26 == 0 for start in starts))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc gives each thread a heap of its own")
def test_many_threads_share_their_heaps() -> None:
    command = [sys.executable, "-c", HEAPS_OF_MANY_THREADS]

    run = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=True)

    # One beside the first, which is not among the mappings; without sharing there are sixteen. A stack may lie by
    # chance where a heap could begin.
    assert int(run.stdout) <= 4
