"""Raw photos, read where the extra `raw` is installed: the picture the camera made of its data, else one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import ContainerIO, Image, ImageFile

from photos.image_types import ImageType, RawUnreadable
from photos.raw_exif import exif_of
from photos.raw_previews import Preview, largest_preview

ENOUGH = 1400  # pixels on the longer side: a smaller preview is too little to look at
_MOST_BORDER = 2  # times as many pixels as are shown a sensor may have: more than any, and less than a bomb
_OWN_EXIF = {"raf", "rw2"}  # there the preview knows more than the file around it
FULL_SIZE = "full_size"  # in the info of a preview: the size of the whole photo


@contextmanager
def opened_raw(path: Path, kind: ImageType) -> Iterator[Image.Image]:
    """Open a raw photo as an image with its EXIF block: its largest preview, or what is made of the sensor's data.

    Raises RawUnreadable without the extra, OSError where nothing can be made of it.
    """
    if find_spec("rawpy") is None:
        raise RawUnreadable(kind)
    with path.open("rb") as file:
        preview, exif = largest_preview(file, kind.name), exif_of(file, kind.name)
        sensor = _sensor(path)
        if preview is None or not _is_enough(preview.size, sensor):
            with _made(path, sensor) as image:
                image.info["exif"] = exif
                yield image
            return
        inside: Any = ContainerIO.ContainerIO(file, preview.at, preview.length)
        with Image.open(inside, formats=("JPEG",)) as image:
            _describe(image, kind, exif, preview, sensor)
            yield image


def _is_enough(size: tuple[int, int], sensor: tuple[int, int] | None) -> bool:
    return max(size) >= (min(ENOUGH, max(sensor)) if sensor else ENOUGH)


def _describe(
    image: Image.Image, kind: ImageType, exif: bytes, preview: Preview, sensor: tuple[int, int] | None
) -> None:
    if exif and not (kind.name in _OWN_EXIF and image.info.get("exif")):
        image.info["exif"] = exif
    if sensor and max(sensor) > max(preview.size):
        image.info[FULL_SIZE] = _cut_like(sensor, preview.size)


def _cut_like(sensor: tuple[int, int], preview: tuple[int, int]) -> tuple[int, int]:
    """Return how much of the sensor a preview shows: cameras set to other proportions cut it, and only there."""
    scale = min(sensor[0] / preview[0], sensor[1] / preview[1])
    cut = round(preview[0] * scale), round(preview[1] * scale)
    is_same = all(abs(whole - part) <= 0.02 * whole for whole, part in zip(sensor, cut, strict=True))
    return sensor if is_same else cut


def _sensor(path: Path) -> tuple[int, int] | None:
    """Return the size of the photo on the sensor, None where LibRaw does not know this camera."""
    rawpy = import_module("rawpy")
    try:
        with rawpy.imread(str(path)) as raw:
            sizes = raw.sizes
            if sizes.raw_width * sizes.raw_height > _MOST_BORDER * sizes.width * sizes.height:
                return None
            return sizes.width, sizes.height
    except rawpy.LibRawError:
        return None


def _made(path: Path, sensor: tuple[int, int] | None) -> Image.Image:
    if sensor is None:
        raise OSError("LibRaw can make nothing of this raw photo")
    return _jpeg_of_libraw(path, sensor) or _Demosaiced(path, sensor)


def _jpeg_of_libraw(path: Path, sensor: tuple[int, int]) -> Image.Image | None:
    """Return the preview that only LibRaw finds, in makers' own notes, where there is one and it is large enough."""
    rawpy = import_module("rawpy")
    try:
        with rawpy.imread(str(path)) as raw:
            thumb = raw.extract_thumb()
    except rawpy.LibRawError:
        return None
    if thumb.format != rawpy.ThumbFormat.JPEG:
        return None
    image = Image.open(BytesIO(thumb.data), formats=("JPEG",))
    if not _is_enough(image.size, sensor):
        return None
    image.info[FULL_SIZE] = _cut_like(sensor, image.size)
    return image


class _Demosaiced(ImageFile.ImageFile):
    """The sensor's data as an image, made when it is loaded; at half the size where that is enough."""

    format = "RAW"

    def __init__(self, path: Path, sensor: tuple[int, int]) -> None:
        self._sensor = sensor
        self._half = self._is_made = False
        super().__init__(path)

    def _open(self) -> None:
        self._size, self._mode = self._sensor, "RGB"

    def draft(self, mode: str | None, size: tuple[int, int] | None) -> None:  # noqa: ARG002
        self._half = size is not None and all(2 * wanted <= own for wanted, own in zip(size, self.size, strict=True))

    def load(self) -> Any:
        if not self._is_made:
            rawpy = import_module("rawpy")
            try:
                with rawpy.imread(str(self.filename)) as raw:
                    # Turned by nobody: the EXIF block says how.
                    pixels = raw.postprocess(use_camera_wb=True, half_size=self._half, user_flip=0)
            except rawpy.LibRawError as exc:
                raise OSError(str(exc)) from exc
            made = Image.fromarray(pixels)
            self.im, self._size, self._is_made = made.im, made.size, True
        return super().load()
