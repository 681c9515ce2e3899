"""The headers of tus 1.0.0: read from requests, and described."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from photos.resumable.partial import Checksum

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "checksum", "expiration", "termination")
ALGORITHMS = ("sha256", "sha1")
STREAM = "application/offset+octet-stream"
LARGEST = 2**63 - 1


def abilities(longest: int) -> dict[str, str]:
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        "Tus-Max-Size": str(longest),
    }


def is_stream(request: Request) -> bool:
    return (request.content_type or "").partition(";")[0].strip().lower() == STREAM


def announced(request: Request) -> int:
    """Return how long the body says it is."""
    return int(request.META.get("CONTENT_LENGTH") or 0)


def whole_number(request: Request, name: str) -> int:
    """Read a header that must be there and be a whole number; raises ValidationError."""
    text = request.headers.get(name, "")
    if not re.fullmatch(r"\d{1,19}", text, re.ASCII) or int(text) > LARGEST:
        raise ValidationError({name: ["A whole number of bytes is required."]})
    return int(text)


def metadata(request: Request) -> str:
    return request.headers.get("Upload-Metadata", "").strip()


def checksum(request: Request) -> Checksum | None:
    """Read Upload-Checksum: an algorithm and a digest in base64; raises ValidationError."""
    text = request.headers.get("Upload-Checksum", "")
    if not text:
        return None
    algorithm, _, encoded = text.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise ValidationError({"Upload-Checksum": [f"The algorithm is one of {', '.join(ALGORITHMS)}."]})
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise ValidationError({"Upload-Checksum": [f"That is not the base64 of a {algorithm}."]})
    return Checksum(algorithm, digest)


def _header(name: str, words: str, required: bool = False, **more: object) -> OpenApiParameter:
    kind = {"type": "string", **more} if more else OpenApiTypes.STR
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, required=required, description=words)


RESUMABLE = _header("Tus-Resumable", "The version of the protocol.", required=True, enum=[VERSION])
LENGTH = OpenApiParameter(
    "Upload-Length",
    {"type": "integer", "minimum": 1, "maximum": LARGEST},
    OpenApiParameter.HEADER,
    required=True,
    description="Bytes of the whole file.",
)
OFFSET = OpenApiParameter(
    "Upload-Offset",
    {"type": "integer", "minimum": 0, "maximum": LARGEST},
    OpenApiParameter.HEADER,
    required=True,
    description="Where this piece belongs: as many bytes as are there, which `HEAD` tells.",
)
METADATA = _header(
    "Upload-Metadata",
    "Pairs of a key and a value in base64, separated by commas. Read are `filename`, `lastModified` (milliseconds "
    "since 1970), `relativePath`, `sha256` (of the whole file, in hexadecimal: other bytes are refused) and `kind` "
    "(`photo`, or `archive` for a ZIP of photos); others are left alone.",
)
CHECKSUM = _header("Upload-Checksum", "`sha256` or `sha1`, a space, and the digest of this body in base64.")
PIECE = (
    "Send the next piece of an upload. `HEAD` on the same address tells how far it is; what arrived before a "
    "connection broke is kept for 24 hours after the last piece."
)
PIECE_ANSWER = (
    "Kept. `Upload-Offset` says how far it is. After the last piece, and for whoever asks by `HEAD` later, "
    "`X-Photo-Id` names the photo it has become (`/photo/{id}`); `X-Photo-Duplicate: true` says that you had these "
    "bytes already, `X-Photo-Restored: true` that they were in the trash. "
    "`X-Waits-For-Photo: true`: it is the moving half of a photo, and is kept until that comes or it expires."
)
