"""What the name of a file says of which photo it is a version: `IMG_E1234.JPG` is an edited `IMG_1234.HEIC`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

KEY_LENGTH = 255

# Of iPhones; `IMG_1234-edited`, in the languages Google's Takeout knows; Lightroom's `-Edit-2` and `-Enhanced-NR`.
_APPLE = re.compile(r"img_e(?=\d{4,}$)")
_EDITED = re.compile(
    r"(?:[-_ ](?:edited|edit|bearbeitet|modifié|modifie|editado|editada|modificato|bewerkt|edytowane|編集済み)"
    r"|-enhanced(?:-nr|-sr)*)(?:-(?P<number>\d{1,2}))?(?P<copy>\(\d{1,3}\))?$"
)
_GOOGLE = re.compile(r"~(?P<number>\d{1,2})$")
# Pixel phones: PXL_20240501_123045678.RAW-01.MP.COVER.jpg beside PXL_20240501_123045678.RAW-02.ORIGINAL.dng
_PIXEL = re.compile(r"\.raw-\d+(?:\.mp)?\.(?:cover|original)$|\.mp$")
_EXTENSION = re.compile(r"\.[^.\W]{1,5}$")


@dataclass(frozen=True)
class VersionName:
    key: str  # the same for all versions of a photo
    is_edited: bool = False
    number: int = 0  # of the edit, the newer the higher

    @classmethod
    def of(cls, name: str) -> Self:
        """Take a file name apart; case and the way its characters are composed do not count."""
        stem = _PIXEL.sub("", _EXTENSION.sub("", unicodedata.normalize("NFC", name).casefold()))
        if found := _GOOGLE.search(stem) or _EDITED.search(stem):
            parts = found.groupdict()
            rest = stem[: found.start()] + (parts.get("copy") or "")
            if rest:
                return cls(rest[:KEY_LENGTH], True, int(parts["number"] or 1))
        plain = _APPLE.sub("img_", stem)
        return cls(plain[:KEY_LENGTH], plain != stem, int(plain != stem))
