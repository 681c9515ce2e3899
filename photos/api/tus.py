"""Uploads that resume, by the tus protocol 1.0.0 (tus.io): core, creation, checksum, expiration and termination."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from photos import pipeline
from photos.api import tus_headers as tus
from photos.api.negotiation import AnyNegotiation
from photos.api.parameters import PREFER, query_of
from photos.api.requests import owner_of, prefers_async
from photos.models import IncomingUpload
from photos.resumable import receiving, told
from photos.resumable.errors import NotAnOffsetStream, UnknownProtocol
from photos.resumable.receiving import Piece

OVERRIDES = {"HEAD", "PATCH", "DELETE"}


class OffsetStream(BaseParser):
    """Names the type of the bodies; they are read piece by piece, and never by a parser."""

    media_type = tus.STREAM


class TusView(APIView):
    """What every address of the protocol does: it speaks one version, and says so in every answer."""

    parser_classes = [OffsetStream]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AnyNegotiation

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        wanted = request.headers.get("X-HTTP-Method-Override", "").upper()
        if request.method == "POST" and wanted in OVERRIDES:
            request.method = wanted
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        spoken = request.method == "OPTIONS" or not hasattr(self, (request.method or "").lower())
        if not spoken and request.headers.get("Tus-Resumable") != tus.VERSION:
            raise UnknownProtocol

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = tus.VERSION
        if answer.status_code == UnknownProtocol.status_code:
            answer["Tus-Version"] = tus.VERSION
        if request.method in {"HEAD", "PATCH", "POST"}:
            answer["Cache-Control"] = "no-store"
        return answer

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        longest = max(receiving.longest_of(kind) for kind in (told.PHOTO, told.ARCHIVE))
        return Response(status=204, headers=tus.abilities(longest))


class UploadsView(TusView):
    """Begin an upload in pieces; `OPTIONS` tells what this server can."""

    @extend_schema(
        operation_id="upload_begin",
        parameters=[tus.RESUMABLE, tus.LENGTH, tus.METADATA, tus.CHECKSUM, PREFER],
        request={tus.STREAM: OpenApiTypes.BINARY},
        responses={201: OpenApiResponse(description="Begun; `Location` is where the pieces go.")},
    )
    def post(self, request: Request) -> Response:
        query_of(request)
        now = timezone.now()
        length = tus.whole_number(request, "Upload-Length")
        announced = tus.announced(request)
        checksum = tus.checksum(request)
        if announced and not tus.is_stream(request):
            raise NotAnOffsetStream
        upload = receiving.begin(owner_of(request), length, tus.metadata(request), now)
        where = {"Location": f"/uploads/{upload.pk}"}
        if announced:
            return _received(request, upload, Piece(0, announced, _body(request), checksum), 201, where)
        return Response(status=201, headers=where | _standing(upload, 0))


class UploadView(TusView):
    """Send the next piece of an upload."""

    @extend_schema(
        operation_id="upload_piece",
        parameters=[tus.RESUMABLE, tus.OFFSET, tus.CHECKSUM, PREFER],
        request={tus.STREAM: OpenApiTypes.BINARY},
        responses={204: OpenApiResponse(description=tus.PIECE_ANSWER)},
        description=tus.PIECE,
    )
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        query_of(request)
        if not tus.is_stream(request):
            raise NotAnOffsetStream
        offset = tus.whole_number(request, "Upload-Offset")
        piece = Piece(offset, tus.announced(request), _body(request), tus.checksum(request))
        return _received(request, _upload_of(request, pk), piece, 204, {})

    def head(self, request: Request, pk: uuid.UUID) -> Response:
        query_of(request)
        upload = _upload_of(request, pk)
        headers = _standing(upload, receiving.look_at(upload, timezone.now()))
        headers |= {"Upload-Length": str(upload.length)}
        return Response(headers=headers | ({"Upload-Metadata": upload.metadata} if upload.metadata else {}))

    @extend_schema(
        operation_id="upload_terminate",
        parameters=[tus.RESUMABLE],
        responses={204: OpenApiResponse(description="Forgotten. A photo that was made of it stays.")},
        description="Give an upload up.",
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        query_of(request)
        receiving.terminate(_upload_of(request, pk), timezone.now())
        return Response(status=204)


def _received(request: Request, upload: IncomingUpload, piece: Piece, status: int, headers: dict[str, str]) -> Response:
    """Add a piece; the photo it completes is analysed at once, unless the client would rather not wait for that."""
    now, later = timezone.now(), prefers_async(request)
    received = receiving.receive(upload, piece, now, queued=later)
    if received.accepted and received.accepted.created:
        if later:
            headers["Preference-Applied"] = "respond-async"
        else:
            pipeline.analyse(received.accepted.photo, now, picture=received.accepted.picture)
    return Response(status=status, headers=headers | _standing(upload, received.offset))


def _upload_of(request: Request, pk: uuid.UUID) -> IncomingUpload:
    upload = IncomingUpload.objects.select_related("owner").filter(owner=owner_of(request), pk=pk).first()
    if upload is None:
        raise Http404("There is no such upload.")
    return upload


def _body(request: Request) -> receiving.Read:
    return request._request.read


def _standing(upload: IncomingUpload, offset: int) -> dict[str, str]:
    """Say how far it is, until when it waits, and which photo it has become."""
    headers = {"Upload-Offset": str(offset)}
    if upload.waits_for and upload.finished_at is None:
        headers["X-Waits-For-Photo"] = "true"
    if upload.finished_at is None:
        return headers | {"Upload-Expires": http_date(upload.expires_at.timestamp())}
    if upload.archive_id:
        return headers | {"X-Import-Id": str(upload.archive_id)}
    headers["X-Photo-Id"] = str(upload.photo_id)
    return headers | {name: "true" for name, true in _REMARKS.items() if getattr(upload, true)}


_REMARKS = {"X-Photo-Duplicate": "duplicate", "X-Photo-Restored": "restored"}
