"""A decoder's process that pictures with a certain comment are too much for: POISON ends it, SLOW keeps it for ever."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

if __name__ == "__main__":
    settings.configure(USE_I18N=False, CLOUDZY_DECODER="inline")

from photos import images
from photos.decoding import child
from photos.decoding.apart import Apart

POISON, SLOW = b"poison for decoders", b"slow for decoders"


class Deadly(Apart[..., object]):
    def answered(self, arguments: dict[str, Any], beside: Sequence[bytes]) -> tuple[dict[str, Any], list[bytes]]:
        data = Path(arguments["path"]).read_bytes()
        if POISON in data:
            os.kill(os.getpid(), signal.SIGSEGV)
        if SLOW in data:
            time.sleep(3600)
        return super().answered(arguments, beside)


if __name__ == "__main__":
    images.decode = Deadly(images.decode._function)  # type: ignore[assignment]
    child.main(*(int(argument) for argument in sys.argv[1:3]))
