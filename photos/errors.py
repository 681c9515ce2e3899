"""What can go wrong with a photo on its way in or out, as a client is told.

`default_code` is the slug of the problem, the last part of `type` in the answer.
"""

from __future__ import annotations

from rest_framework.exceptions import APIException


class NoFile(APIException):
    status_code = 400
    default_code = "no_file"
    default_detail = "The request holds no file. Send the photo as multipart/form-data in the field “file”."


class TooManyFiles(APIException):
    status_code = 400
    default_code = "too_many_files"
    default_detail = "Send one photo a request."


class EmptyFile(APIException):
    status_code = 400
    default_code = "empty_file"
    default_detail = "The file is empty."


class FileTooLarge(APIException):
    status_code = 413
    default_code = "file_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than the limit of {limit // 2**20} MB.")


class UploadTooLarge(APIException):
    status_code = 413
    default_code = "file_too_large"

    def __init__(self, limit: int, together: int) -> None:
        a_file, all_files = limit // 2**20, together // 2**20
        super().__init__(f"A file may have {a_file} MB, the files of one request {all_files} MB together.")


class QuotaExceeded(APIException):
    """`facts` go into the answer beside its words."""

    status_code = 413
    default_code = "quota_exceeded"

    def __init__(self, unit: str, used: int, limit: int) -> None:
        what = f"{limit:,} photo{'s' * (limit != 1)}" if unit == "photos" else f"{limit // 2**20:,} MB"
        used_up = f"{used:,}" if unit == "photos" else f"{used / 2**20:,.1f} MB"
        super().__init__(f"You may keep {what} here, and {used_up} of that are used. Photos in the trash count.")
        self.facts = {"used": used, "limit": limit, "unit": unit}


class ChecksumMismatch(APIException):
    status_code = 422
    default_code = "checksum_mismatch"
    default_detail = "The bytes that arrived do not have the SHA-256 of X-Content-SHA256. Send the file again."


class StorageMissing(APIException):
    status_code = 503
    default_code = "storage_missing"
    default_detail = "The folder of the photos cannot be used; perhaps its disk is not mounted."
    retry_after = 60


class DiskFull(APIException):
    status_code = 507
    default_code = "disk_full"
    default_detail = "The disk is full."


class OriginalMissing(APIException):
    status_code = 404
    default_code = "original_missing"
    default_detail = "The file of this photo is not in the storage."


class NoMotion(APIException):
    status_code = 404
    default_code = "no_motion"
    default_detail = "No video comes with this photo."


class SidecarUnclear(APIException):
    status_code = 409
    default_code = "sidecar_unclear"
    default_detail = "Several of your photos are called so. Send the sidecar with the folder its photo came from."


class NoPhotoForIt(APIException):
    status_code = 415
    default_code = "unsupported_type"

    def __init__(self, what: str) -> None:
        super().__init__(f"This is {what}, and you have no photo that it belongs to. Send the photo first.")


class NoCaptioner(APIException):
    status_code = 409
    default_code = "no_captioner"
    default_detail = "No captioner that looks at photos is set up: see CLOUDZY_CAPTIONER."


class NoReader(APIException):
    status_code = 409
    default_code = "no_reader"
    default_detail = "The text in pictures is not read here: see CLOUDZY_OCR."


class NameTaken(APIException):
    status_code = 503
    default_code = "name_taken"
    default_detail = "Too many files of this name came in at this second. Send it again."
    retry_after = 1
