"""Headers that pages of CLOUDZY_CORS_ORIGINS may send, and may read in our answers."""

from __future__ import annotations

from corsheaders.defaults import default_headers

_OF_TUS = ["Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Offset"]
_TOLD_BY_TUS = ["Tus-Checksum-Algorithm", "Tus-Extension", "Tus-Max-Size", "Tus-Version", "Upload-Expires"]

SENT = [*default_headers, *_OF_TUS, "Prefer", "Upload-Checksum", "X-Content-SHA256", "X-HTTP-Method-Override"]
READ = [
    *["Link", "Location", "Preference-Applied", "Retry-After", "X-Total-Count"],
    *["X-Import-Id", "X-Photo-Duplicate", "X-Photo-Id", "X-Photo-Restored"],
    *_OF_TUS,
    *_TOLD_BY_TUS,
]
