"""What a client of a resumable upload can be told, beyond what any upload is; the statuses are those of tus 1.0."""

from __future__ import annotations

from rest_framework.exceptions import APIException


class OffsetMismatch(APIException):
    status_code = 409
    default_code = "offset_mismatch"

    def __init__(self, offset: int) -> None:
        super().__init__(f"{offset} bytes of this upload are here: go on from there.")


class UploadGone(APIException):
    status_code = 410
    default_code = "upload_gone"
    default_detail = "This upload was given up. Begin it anew."


class UnknownProtocol(APIException):
    status_code = 412
    default_code = "unknown_protocol"
    default_detail = "Send the header “Tus-Resumable: 1.0.0”; no other version of tus is spoken here."


class BeyondLength(APIException):
    status_code = 413
    default_code = "content_too_large"

    def __init__(self, length: int) -> None:
        super().__init__(f"This upload was to have {length} bytes, and these are more.")


class NotAnOffsetStream(APIException):
    status_code = 415
    default_code = "unsupported_media_type"
    default_detail = "The bytes of an upload come as application/offset+octet-stream."


class UploadLocked(APIException):
    status_code = 423
    default_code = "upload_locked"
    default_detail = "Another request is at this upload. Try again in a moment."
    retry_after = 1


class TooManyUploads(APIException):
    status_code = 429
    default_code = "too_many_uploads"
    retry_after = 60

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} uploads of yours are unfinished. Finish some, or delete them.")


class PartMismatch(APIException):
    status_code = 460  # tus 1.0 names it so
    default_code = "checksum_mismatch"
    default_detail = "The bytes of this request do not have the checksum of Upload-Checksum. Send them again."
