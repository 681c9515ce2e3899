"""Why an image cannot be had from a file."""

from __future__ import annotations

from rest_framework.exceptions import APIException


class TooManyPixels(APIException):
    status_code = 422
    default_code = "too_many_pixels"
    default_detail = "This image has more pixels than the limit."

    def __init__(self, width: int, height: int, max_pixels: int) -> None:
        limit = f"{max_pixels / 1e6:.3g}"
        super().__init__(f"This image has {width} x {height} pixels; the limit is {limit} megapixels.")


class BrokenImage(APIException):
    status_code = 422
    default_code = "broken_image"
    default_detail = "This file is damaged: the image in it cannot be read."


class TruncatedImage(BrokenImage):
    default_code = "truncated_image"
    default_detail = "This file is cut short: part of the image is missing."


class DecoderFailed(BrokenImage):
    """The process that decodes has ended on this file, or had to be ended; another time it may succeed."""

    default_detail = "The decoder broke off on this file."


class DecoderUnavailable(APIException):
    """The process that decodes cannot even be started; that is no fault of any file, and passes."""

    status_code = 503
    default_code = "decoder_unavailable"
    default_detail = "The decoder cannot be started just now; the log of the service tells why."
    retry_after = 60
