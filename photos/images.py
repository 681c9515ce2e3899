from __future__ import annotations

import errno
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pi_heif
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from photos import jpeg2000
from photos.boxes import has_readable_items, has_still_image
from photos.colours import flatten, is_flat, to_srgb
from photos.decoding import apart
from photos.exif import orientation_of
from photos.image_types import HEIC, JPEG_2000, TIFF, ImageType, UnsupportedType, type_of
from photos.jpeg2000 import Codestream, opened_jpeg2000, read_codestream
from photos.jpeg2000_notes import notes_in
from photos.memory import decoding_slot
from photos.motion import Clip, clip_in
from photos.odd_tiffs import name_of_tiff
from photos.panoramas import is_panorama
from photos.profiles import profile_of
from photos.raws import FULL_SIZE, opened_raw
from photos.truncation import is_cut_short
from photos.unreadable import BrokenImage, TooManyPixels, TruncatedImage

pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
# Our own limit decides, before anything is decoded; Pillow's would warn at one size and refuse at another.
Image.MAX_IMAGE_PIXELS = None
# The memory of a large image then goes back to the system with it: blocks of Pillow's own 16 MB stay with the process.
Image.core.set_block_size(64 * 2**20)

# What Pillow, libheif and zlib raise on bytes they cannot make sense of.
DECODE_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    struct.error,
    zlib.error,
)

_Box = tuple[float, float, float, float]

_GAP = 2.0  # an image is first brought to this many times the wanted size by quick means, then by good ones
# A JPEG that would be decoded whole is halved with less of a gap: photos come out within 50 dB, in half of the time.
_LEAST_GAP = 1.25
_ANIMATED_TYPES = {"gif", "webp", "png", "avif"}  # more than one frame in a TIFF is pages, in an MPO another view
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {_TURNS[orientation] for orientation in (5, 6, 7, 8)}


@dataclass(frozen=True)
class ImageInfo:
    type: ImageType
    width: int  # as shown, after orientation
    height: int
    animated: bool
    panorama: bool = False
    clip: Clip | None = None  # of a motion photo


@dataclass(frozen=True)
class Decoded:
    info: ImageInfo
    image: Image.Image  # upright sRGB, mode RGB, no metadata


def inspect(path: Path, max_pixels: int) -> ImageInfo:
    """Prove that a file is a whole image within the limit, and measure it; raises as decode does."""
    return decode(path, max_pixels, max_side=1).info


def open_upright(path: Path, max_side: int | None) -> Image.Image:
    """Decode a file that passed the door before: upright, sRGB, mode RGB; raises as decode does."""
    return decode(path, None, max_side).image


@apart
def decode(path: Path, max_pixels: int | None, max_side: int | None) -> Decoded:
    """Check and decode the first frame in one pass, at most `max_side` pixels on the longer side.

    Raises UnsupportedType, TooManyPixels (before decoding), TruncatedImage or BrokenImage.
    """
    with opened(path) as (kind, image):
        stream = read_codestream(path) if kind in JPEG_2000 else None
        _bound_pixels(image, stream, max_pixels)
        size = image.size
        animated = kind.name in _ANIMATED_TYPES and getattr(image, "is_animated", False)
        drafted = _draft(image, max_side)
        with decoding_slot(kind, image, max(math.prod(size), math.prod(_tile_size(image)))):
            _load(image, stream, max_side)
            turn = _TURNS.get(orientation_of(image))
            pixels = to_srgb(_shrunk(image, size, drafted, max_side), profile_of(image))
            upright = bare(pixels if turn is None else pixels.transpose(turn))
    whole = image.info.get(FULL_SIZE, size)
    width, height = reversed(whole) if turn in _SIDEWAYS else whole
    is_wide, clip = is_panorama(image, width, height), clip_in(path, kind, image)
    return Decoded(ImageInfo(kind, width, height, animated, is_wide, clip), upright)


def bare(image: Image.Image) -> Image.Image:
    """Copy the pixels alone: a new image has no EXIF, XMP, comment or profile that could leak into a derivative."""
    fresh = Image.new("RGB", image.size)
    fresh.paste(image)
    return fresh


@contextmanager
def opened(path: Path) -> Iterator[tuple[ImageType, Image.Image]]:
    """Open an image by the type its bytes tell; errors of decoders become TruncatedImage or BrokenImage.

    An OSError of the machine (no such file, disk failure) is raised as it is.
    """
    kind = type_of(path)
    _check_whole(path, kind)
    try:
        with _opened(path, kind) as image:
            if kind in JPEG_2000:
                image.info |= notes_in(path)
            yield kind, image
    except DECODE_ERRORS as exc:
        # Pillow's own have no number; a seek to a place the file cannot have is EINVAL.
        if isinstance(exc, OSError) and exc.errno not in (None, errno.EINVAL):
            raise
        if _says_cut(exc) or is_cut_short(path, kind):
            raise TruncatedImage from exc
        if kind is TIFF and isinstance(exc, UnidentifiedImageError) and (name := name_of_tiff(path)):
            raise UnsupportedType(name) from exc
        raise BrokenImage from exc


def _opened(path: Path, kind: ImageType) -> AbstractContextManager[Image.Image]:
    if kind.is_raw:
        return opened_raw(path, kind)
    return opened_jpeg2000(path, kind) if kind in JPEG_2000 else Image.open(path, formats=kind.pillow_formats)


def _check_whole(path: Path, kind: ImageType) -> None:
    """Refuse what decoders would take without a word though it is cut short, and what would end our process."""
    if (kind is HEIC or kind in JPEG_2000 or kind.is_raw) and is_cut_short(path, kind):
        raise TruncatedImage
    if kind is HEIC:
        if not has_still_image(path):
            raise UnsupportedType("a HEIF sequence without a still image")
        if not has_readable_items(path):
            raise BrokenImage


def _says_cut(exc: Exception) -> bool:
    # The message of UnidentifiedImageError holds the path, which may say anything.
    return isinstance(exc, EOFError) or (
        "truncated" in str(exc).lower() and not isinstance(exc, UnidentifiedImageError)
    )


def _bound_pixels(image: Image.Image, stream: Codestream | None, max_pixels: int | None) -> None:
    if max_pixels is not None:
        for width, height in (image.size, _tile_size(image), stream.size if stream else (0, 0)):
            if width * height > max_pixels:
                raise TooManyPixels(width, height, max_pixels)


def _tile_size(image: Image.Image) -> tuple[int, int]:
    """Tell the size of a TIFF's tiles, which libtiff decodes whole and which may be larger than the image."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return 0, 0
    tags = image.tag_v2
    return int(tags.get(TiffImagePlugin.TILEWIDTH, 0)), int(tags.get(TiffImagePlugin.TILELENGTH, 0))


def _load(image: Image.Image, stream: Codestream | None, max_side: int | None) -> None:
    if stream is None:
        image.load()
    else:
        jpeg2000.load(image, stream, max(image.size) / max(_fitted(image.size, max_side)) / _GAP)


def _draft(image: Image.Image, max_side: int | None) -> _Box | None:
    """Let the JPEG decoder halve the image as often as the gap allows; give the box the image fills."""
    target = _fitted(image.size, max_side)
    halves = min(image.width / target[0], image.height / target[1]) >= 2 * _GAP
    gap = _GAP if halves else _LEAST_GAP
    drafted = image.draft(None, (round(target[0] * gap), round(target[1] * gap)))
    return drafted[1] if drafted else None


def _shrunk(image: Image.Image, size: tuple[int, int], box: _Box | None, max_side: int | None) -> Image.Image:
    """Flatten an image and bring it to the size wanted of its real `size`, without a second copy of it in between."""
    target = _fitted(size, max_side)
    left, top, right, bottom = box or (0, 0, *image.size)
    across, down = (_factor(length, image) for length in ((right - left) / target[0], (bottom - top) / target[1]))
    flat = flatten(image, (across, down))
    if flat.size == target:
        return flat
    box = (left / across, top / down, right / across, bottom / down)
    return flat.resize(target, Image.Resampling.LANCZOS, box)


def _factor(ratio: float, image: Image.Image) -> int:
    """Return how many pixels become one by quick means: two at least where a flat copy would be as large again."""
    least = 1 if is_flat(image) or ratio < 2 * _LEAST_GAP else 2
    return max(least, int(ratio / _GAP))


def _fitted(size: tuple[int, int], max_side: int | None) -> tuple[int, int]:
    scale = min(1.0, max_side / max(size)) if max_side else 1.0
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
