"""Every problem the service can answer with, by the last part of its `type`; /problems/<slug> explains it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.exceptions import APIException

_BY_STATUS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    410: "gone",
    411: "length_required",
    412: "unknown_protocol",
    413: "content_too_large",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    422: "unprocessable_content",
    423: "upload_locked",
    429: "too_many_requests",
    500: "internal_server_error",
    503: "service_unavailable",
    507: "insufficient_storage",
}


@dataclass(frozen=True)
class Problem:
    title: str
    explanation: str


PROBLEMS = {
    "bad_request": Problem(
        "Bad request",
        "Something in the request is not as the API expects it; `errors` names each field or parameter. "
        "Unknown ones are refused too, so that a typing error is never silently ignored.",
    ),
    "unauthorized": Problem("Sign in first", "Send a name and password by HTTP Basic, or sign in with a browser."),
    "forbidden": Problem("Not allowed", "We know who you are, or where the request comes from, and may not do this."),
    "not_found": Problem("Not found", "It is not there, or it is not yours: the answer is the same for both."),
    "method_not_allowed": Problem("Method not allowed", "This address exists; the Allow header lists its methods."),
    "not_acceptable": Problem("Not acceptable", "The Accept header rules out every form this address answers in."),
    "conflict": Problem("Conflict", "The photo, or the job, is not in the state this needs."),
    "gone": Problem("Gone", "It was here and is not any more."),
    "length_required": Problem("Say how long it is", "The body came in chunks; this service wants a Content-Length."),
    "content_too_large": Problem("Too large", "The request is larger than this service takes."),
    "unsupported_media_type": Problem("Unsupported media type", "The Content-Type is not one this address reads."),
    "range_not_satisfiable": Problem("No such range", "The Range header asks for bytes past the end of the file."),
    "unprocessable_content": Problem("Cannot be processed", "The request is well formed, its content is not."),
    "too_many_requests": Problem("Too many requests", "Wait as long as the Retry-After header says."),
    "internal_server_error": Problem("A fault of ours", "A bug. The log of the service has the details."),
    "service_unavailable": Problem("Not available now", "Try again after the Retry-After header."),
    "insufficient_storage": Problem("No room", "The disk of the service is full."),
    # Uploads
    "no_file": Problem(
        "No file", "Send the photo as multipart/form-data in the field `file`. A body cut short ends here too."
    ),
    "too_many_files": Problem("Too many files", "Send one photo a request; as many requests as you like."),
    "empty_file": Problem("Empty file", "The file has no bytes. Nothing was stored."),
    "file_too_large": Problem("File too large", "CLOUDZY_MAX_UPLOAD_MB sets the limit. Nothing was stored."),
    "unsupported_type": Problem(
        "Not an image we read",
        "The bytes decide, not the name. We read JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP, HEIC/HEIF, JPEG 2000, and "
        "with the extra `raw` raw photos of cameras.",
    ),
    "too_many_pixels": Problem(
        "Too many pixels", "CLOUDZY_MAX_MEGAPIXELS sets the limit; it is checked before anything is decoded."
    ),
    "truncated_image": Problem("The image is cut short", "Part of the file is missing. Send it again from its source."),
    "broken_image": Problem("The image is damaged", "The file begins like an image and cannot be decoded."),
    "decoder_unavailable": Problem(
        "No decoder",
        "The process that decodes pictures does not start: too little memory, or CLOUDZY_DECODER_MEMORY_MB is too low.",
    ),
    "checksum_mismatch": Problem(
        "Other bytes arrived",
        "The SHA-256 that was announced (X-Content-SHA256, or `sha256` in Upload-Metadata), or the Upload-Checksum of "
        "one piece, is not that of what arrived. Nothing of it was stored; send it again.",
    ),
    "quota_exceeded": Problem(
        "Your room is used up",
        "As much as you may keep is taken (`used` of `limit`, in `unit`), the trash and uploads on their way with it. "
        "Delete what you do not need for good, or ask whoever runs this service: CLOUDZY_QUOTA_MB and "
        "CLOUDZY_MAX_PHOTOS are the limits of everybody, and a person may have others in the admin.",
    ),
    "too_many_uploads": Problem(
        "Too many unfinished uploads",
        "Finish some, delete them, or wait: unfinished uploads are forgotten after 24 hours.",
    ),
    "unknown_protocol": Problem(
        "Another protocol", "Resumable uploads are spoken in tus 1.0.0: see the header Tus-Version."
    ),
    "offset_mismatch": Problem(
        "The piece belongs elsewhere", "Ask by HEAD how far the upload is, and go on from its Upload-Offset."
    ),
    "upload_gone": Problem(
        "The upload is gone", "It was not a photo, was deleted, or nothing came for 24 hours. `detail` has the reason."
    ),
    "upload_locked": Problem(
        "The upload is busy", "Another request is writing to it, perhaps one whose client is gone."
    ),
    "storage_missing": Problem(
        "The storage is missing",
        "The media folder lacks the marker of this library; perhaps its disk is not mounted. Nothing was stored.",
    ),
    "disk_full": Problem("The disk is full", "Nothing was stored. Make room and send it again."),
    "original_missing": Problem("The original is missing", "Its row is there, its file is not: see check_integrity."),
    "no_motion": Problem("Nothing moves", "No video comes with this photo: `has_motion` tells which have one."),
    "sidecar_unclear": Problem(
        "Whose sidecar?", "An XMP sidecar belongs to the photo of its name, and you have several. Nothing was stored."
    ),
    "no_captioner": Problem(
        "Nobody describes photos", "Captions come from tags until CLOUDZY_CAPTIONER names a model that looks at photos."
    ),
    "no_reader": Problem("Nobody reads pictures", "Text in pictures is read where CLOUDZY_OCR switches it on."),
    "name_taken": Problem("Too many of one name", "More of them in one second than we tell apart. Try again."),
    "database_busy": Problem("The database is busy", "Another process holds it; try again in a moment."),
    "database_unusable": Problem(
        "The database is not usable",
        "It is missing, damaged, not migrated or a newer version's, as /health tells; `manage.py migrate` may cure it.",
    ),
    # Search
    "bad_query": Problem("A query we cannot search for", "A query has 1 to 200 characters and no NUL among them."),
    "cursor_expired": Problem(
        "The cursor has expired",
        "What a search by relevance found is kept for 15 minutes, for the one who searched. Search again, without a "
        "cursor.",
    ),
    "not_analysed": Problem(
        "Not analysed yet", "The photo has no vector of the current model. POST /photo/{id}/analyze makes one."
    ),
    "saved_already": Problem("Saved already", "Each search is saved once: rename or change the one that is there."),
    "too_many_saved": Problem("Too many saved searches", "100 searches are kept for each person, 10 of them pinned."),
    "model_missing": Problem(
        "The encoder is missing", "The files of the image encoder are not usable; `detail` and /health say what to do."
    ),
}


def slug_of(problem: APIException) -> str:
    """Return the catalogue's slug: the exception's own code, or the name of its status."""
    codes = problem.get_codes()
    if isinstance(codes, str) and codes in PROBLEMS:
        return codes
    if problem.default_code in PROBLEMS:
        return problem.default_code
    return _BY_STATUS.get(problem.status_code, "internal_server_error")


@login_not_required
def problem_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Explain a problem to a person, also to one who is not signed in and wonders why not."""
    problem = PROBLEMS.get(slug)
    if problem is None:
        raise Http404("There is no such problem.")
    facts = {"slug": slug, "status": "Problem", "title": problem.title, "detail": problem.explanation}
    return render(request, "problems/problem.html", facts)
