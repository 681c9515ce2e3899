"""The bytes of a photo on their way out: whole, in part (RFC 9110, section 14), or none if the client has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from rest_framework.exceptions import APIException

from photos import images, originals, storage, thumbnails
from photos.errors import NoMotion, OriginalMissing
from photos.image_types import IMAGE_TYPES
from photos.models import Photo, PhotoFile

PIECE = 64 * 1024
_MIMES = {kind.name: kind.mime for kind in IMAGE_TYPES}
_OTHER_MIMES = {".xmp": "application/rdf+xml", ".mov": "video/quicktime", ".mp4": "video/mp4"}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class RangeNotSatisfiable(APIException):
    status_code = 416
    default_code = "range_not_satisfiable"

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size} bytes.")
        self.headers = {"Content-Range": f"bytes */{size}"}


@dataclass(frozen=True)
class Span:
    """The bytes from `start` up to and without `stop`."""

    start: int
    stop: int


def original(request: HttpRequest, photo: Photo) -> HttpResponseBase:
    """Answer with the original, byte for byte, as a download; raises RangeNotSatisfiable and as originals.reading."""
    with originals.reading(photo.original) as path:
        response = _unless_known(request, photo.sha256) or _whole_or_part(request, path, photo.sha256)
    return _as_download(response, photo.sha256, _MIMES[photo.format], photo.original_name)


def kept_file(request: HttpRequest, file: PhotoFile) -> HttpResponseBase:
    """Answer with a file that belongs to a photo beside its original, as `original` does."""
    with originals.reading(file.stored) as path:
        response = _unless_known(request, file.sha256) or _whole_or_part(request, path, file.sha256)
    return _as_download(response, file.sha256, mime_of(file), file.name)


def motion(request: HttpRequest, photo: Photo) -> HttpResponseBase:
    """Answer with the video of a motion photo, whole or in part; raises NoMotion and as `original`."""
    name, sha256, clip = _moving_file(photo)
    etag = f"{sha256}-motion"
    with originals.reading(name) as path:
        response = _unless_known(request, etag) or _whole_or_part(request, path, etag, clip)
    response = _as_download(response, etag, "video/mp4", "")
    response["Content-Disposition"] = "inline"
    return response


def _moving_file(photo: Photo) -> tuple[str, str, Span | None]:
    """Find what moves: in the file that is shown, beside it, or in another version."""
    if photo.clip_length:
        return photo.original, photo.sha256, Span(photo.clip_start, photo.clip_start + photo.clip_length)
    files = photo.files.order_by("pk")
    file = files.filter(kind=PhotoFile.Kind.MOTION).first() or files.filter(clip_length__gt=0).first()
    if file is None:
        raise NoMotion
    clip = Span(file.clip_start, file.clip_start + file.clip_length) if file.clip_length else None
    return file.stored, file.sha256, clip


def mime_of(file: PhotoFile) -> str:
    return _MIMES.get(file.format) or _OTHER_MIMES.get(Path(file.stored).suffix, "application/octet-stream")


def _as_download(response: HttpResponseBase, etag: str, mime: str, name: str) -> HttpResponseBase:
    response["ETag"] = f'"{etag}"'
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    response["Content-Type"] = mime
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def thumbnail(request: HttpRequest, photo: Photo, size: int) -> HttpResponseBase:
    """Answer with a WebP rendition, made anew if it was deleted; raises as render_again."""
    etag = f"{photo.sha256}-{size}"
    response = _unless_known(request, etag) or FileResponse(_rendition(photo, size))
    response["ETag"] = f'"{etag}"'
    response["Cache-Control"] = "private, max-age=86400"
    response["Content-Type"] = "image/webp"
    response["Content-Disposition"] = "inline"
    return response


def render_again(photo: Photo) -> None:
    """Make the derivatives of a photo from its original.

    Raises as originals.reading and images.decode, DiskFull, and OriginalMissing for a photo deleted meanwhile.
    """
    with originals.reading(photo.original) as path:
        image = images.open_upright(path, max(thumbnails.SIZES))
    renditions = thumbnails.render(image)
    with storage.disk_errors_named():
        thumbnails.save(storage.mounted_root(), photo.original, renditions)
    if not Photo.objects.filter(pk=photo.pk).exists():  # and who deleted it has looked for its files already
        thumbnails.remove(storage.media_root(), photo.original)
        raise OriginalMissing


def _rendition(photo: Photo, size: int) -> BinaryIO:
    path = storage.path_of(thumbnails.path_for(photo.original, size))
    with originals.reading(photo.original):
        try:
            return path.open("rb")
        except FileNotFoundError:
            render_again(photo)
        return path.open("rb")  # gone once more where the photo was deleted just now


def _unless_known(request: HttpRequest, etag: str) -> HttpResponseBase | None:
    """Return the 304 for a client that has these bytes, else None."""
    answer = get_conditional_response(request, etag=f'"{etag}"')
    return answer if answer is not None and answer.status_code == 304 else None


def _whole_or_part(request: HttpRequest, path: Path, etag: str, inside: Span | None = None) -> HttpResponseBase:
    """Answer with a file or what lies `inside` of it, or with the part of that which is asked for."""
    there = path.stat().st_size
    whole = Span(min(inside.start, there), min(inside.stop, there)) if inside else Span(0, there)
    size = whole.stop - whole.start
    span = _span(request, size, etag)
    file = path.open("rb")
    if span is None and inside is None:
        return FileResponse(file)
    part = Span(whole.start + span.start, whole.start + span.stop) if span else whole
    response = StreamingHttpResponse(_pieces(file, part), status=206 if span else 200)
    if span:
        response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    response["Content-Length"] = str(part.stop - part.start)
    return response


def _span(request: HttpRequest, size: int, etag: str) -> Span | None:
    """Return the part asked for, or None for the whole: no range, several, one we cannot read, or of an older file."""
    asked = _RANGE.fullmatch(request.headers.get("Range", "")) if request.method == "GET" else None
    if not asked or request.headers.get("If-Range", f'"{etag}"') != f'"{etag}"':
        return None
    first, last = asked.groups()
    if first:
        span = Span(int(first), min(int(last) + 1, size) if last else size)
        if last and int(last) < int(first):
            return None
    elif last:
        span = Span(max(size - int(last), 0), size)
    else:
        return None
    if span.start >= span.stop:
        raise RangeNotSatisfiable(size)
    return span


def _pieces(file: BinaryIO, span: Span) -> Iterator[bytes]:
    with file:
        file.seek(span.start)
        left = span.stop - span.start
        while left and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
