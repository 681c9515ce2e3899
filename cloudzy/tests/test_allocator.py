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


LARGE_THAT_WAS_FREED = """
import re
from pathlib import Path
from cloudzy.allocator import share_heaps

def held():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

share_heaps()
import numpy as np
np.ones(2**21)  # 16 MB: by itself the allocator would now keep as much
before = held()
many = [np.ones(2**20) for _ in range(20)]
kept = np.ones(2**18)  # lies beyond them, if they lie in a heap
del many
print(held() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc keeps what was freed")
def test_what_is_large_is_given_back_though_something_large_was_freed_before() -> None:
    command = [sys.executable, "-c", LARGE_THAT_WAS_FREED]

    run = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=True)

    assert int(run.stdout) < 40  # MB, of 160
