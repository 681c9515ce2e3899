from __future__ import annotations

import ctypes
import gc

HEAPS = 2
_LARGE = 4 * 2**20  # bytes: an array of a million photos, or a decoded picture
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # of glibc's malloc.h

# Objects made and not yet freed before Python looks for circles among the newest; 700 unless told.
_YOUNG_OBJECTS = 20_000


def share_heaps() -> None:
    """Have all threads of this process allocate from two heaps, and give back what is large as soon as it is freed.

    glibc gives each a heap of its own, and each keeps what a picture once took: measured after twenty photos in twenty
    threads 380 MB, against 20 MB. What counts as large it raises to the largest that was ever freed, which then stays.
    Other C libraries have no such heaps, and no such call.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, HEAPS)
        mallopt(_M_MMAP_THRESHOLD, _LARGE)


def spare_what_stays() -> None:
    """Have Python leave out what is loaded by now when it looks for circles of garbage.

    The modules of the site are more than 100,000 objects that stay as long as the process; going through them takes
    100 ms in the middle of somebody's search (https://docs.python.org/3/library/gc.html#gc.freeze).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
