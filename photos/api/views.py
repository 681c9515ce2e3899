"""Photos over HTTP: each view reads the request, calls one function and answers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.record import Actor, Where
from photos import curation, downloads, pipeline
from photos.api import serializers as forms
from photos.api.arriving import PhotoUploadSerializer, arrival_of
from photos.api.examples import PHOTO, QUEUED, UPLOADED, WAITING
from photos.api.negotiation import FILE_RESPONSES, THUMBNAIL_RESPONSES, AnyNegotiation
from photos.api.parameters import PREFER, StrictJSONParser, body_of, query_of
from photos.api.requests import owner_of, page_url, photo_of, prefers_async, trashed_photo_of
from photos.embeddings import latest_vectors
from photos.models import Photo, PhotoColour, PhotoFace, PhotoFile, Tag
from photos.paging import Order, Page, page_of
from photos.tasks import hurry
from photos.uploads import Accepted, accept_upload, received_file
from photos.waiting import KeptWaiting

KEPT = PolymorphicProxySerializer("Kept", [forms.UploadedSerializer, forms.WaitingSerializer], None)


class UploadView(APIView):
    """Upload one photo. The answer carries its tags and caption."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="upload",
        parameters=[PREFER],
        request={"multipart/form-data": PhotoUploadSerializer},
        responses={
            201: OpenApiResponse(forms.UploadedSerializer, "Kept and analysed.", examples=[UPLOADED]),
            202: OpenApiResponse(KEPT, "It will be analysed, or waits for its photo.", examples=[QUEUED, WAITING]),
            200: OpenApiResponse(forms.UploadedSerializer, "You had these bytes already."),
        },
        description=(
            "Upload one photo. The answer carries its tags and caption. The moving half of a Live Photo that comes "
            "before its photo is kept for 24 hours and joined to it when it comes: 202, with `status` waiting and "
            "`expires_at`, and without an `id`."
        ),
    )
    def post(self, request: Request) -> Response:
        query_of(request)
        file = received_file(request)
        arrival = arrival_of(request)
        now = timezone.now()
        checksum = request.headers.get("X-Content-SHA256", "")
        later = prefers_async(request)
        try:
            accepted = accept_upload(file, owner_of(request), now, checksum, later, arrival, may_wait=True)
        except KeptWaiting as exc:
            answer = {"status": "waiting", "expires_at": exc.upload.expires_at, "message": str(exc)}
            return Response(answer, status=202)
        if later and accepted.created:
            hurry(accepted.photo.pk)
            headers = {"Location": f"/photo/{accepted.photo.pk}", "Preference-Applied": "respond-async"}
            return Response(_uploaded(accepted, accepted.photo), status=202, headers=headers)
        photo = pipeline.analyse(accepted.photo, now, picture=accepted.picture)
        return Response(_uploaded(accepted, photo), status=201 if accepted.created else 200)


def _uploaded(accepted: Accepted, photo: Photo) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": photo.pk, "filename": photo.filename, "tags": photo.tag_names}
    answer |= {"caption": photo.caption, "status": photo.status}
    if photo.error:
        answer["error"] = photo.error
    if accepted.joined:
        return answer | {"kept_as": accepted.joined, "message": f"Kept with the photo with ID {photo.pk}"}
    if accepted.created:
        return answer | {"message": f"Photo uploaded successfully with ID {photo.pk}"}
    answer |= {"duplicate": True, "message": f"You have this photo already, with ID {photo.pk}"}
    return answer | {"restored": True} if accepted.restored else answer


class PhotoListView(APIView):
    """Your photos, newest added first."""

    @extend_schema(
        operation_id="photos",
        parameters=[forms.ListQuery],
        responses=OpenApiResponse(forms.ListedPhotoSerializer(many=True), examples=[PHOTO]),
    )
    def get(self, request: Request) -> Response:
        query = query_of(request, forms.ListQuery)
        if query["cursor"] and query["skip"]:
            raise ValidationError({"skip": ["Give either skip or cursor."]})
        photos = _choice(request, query)
        page = page_of(photos, Order(("created_at",)), query["limit"], query["cursor"], query["skip"])
        data = _listed(page.photos, with_embedding=bool(query.get("include")))
        return Response(data, headers=_paging_headers(request, page, photos.count()))


def _listed(photos: list[Photo], with_embedding: bool) -> Any:
    rows: Any = photos  # the stubs know a serializer of one row only
    ids = [photo.pk for photo in photos]
    context = _seen_on(ids)
    if not with_embedding:
        return forms.PhotoSerializer(rows, many=True, context=context).data
    context["embeddings"] = latest_vectors(ids)
    return forms.PhotoWithEmbeddingSerializer(rows, many=True, context=context).data


def _seen_on(ids: list[int]) -> dict[str, Any]:
    files = PhotoFile.objects.by_photo(ids)
    return {"palettes": PhotoColour.objects.palettes(ids), "faces": PhotoFace.objects.by_photo(ids), "files": files}


def _choice(request: Request, query: dict[str, Any]) -> Any:
    owner = owner_of(request)
    if query["trashed"]:
        return Photo.objects.in_trash_of(owner)
    visible = Photo.objects.visible_to(owner)
    return visible.archived() if query["archived"] else visible.listed()


def _paging_headers(request: Request, page: Page, total: int) -> dict[str, str]:
    headers = {"X-Total-Count": str(total)}
    if page.next_cursor:
        headers["Link"] = f'<{page_url(request, page.next_cursor)}>; rel="next"'
    return headers


@extend_schema_view(
    get=extend_schema(
        operation_id="photo", responses=OpenApiResponse(forms.PhotoWithEmbeddingSerializer, examples=[PHOTO])
    ),
    patch=extend_schema(
        operation_id="photo_edit",
        request=forms.PhotoChangesSerializer,
        responses=OpenApiResponse(forms.PhotoWithEmbeddingSerializer, examples=[PHOTO]),
    ),
    delete=extend_schema(operation_id="photo_delete", parameters=[forms.DeleteQuery], responses={204: None}),
)
class PhotoView(APIView):
    """One photo: see it, correct it, move it to the trash."""

    parser_classes = [StrictJSONParser]

    def get(self, request: Request, pk: int) -> Response:
        query_of(request)
        return _photo_answer(photo_of(request, pk))

    def patch(self, request: Request, pk: int) -> Response:
        query_of(request)
        photo = photo_of(request, pk)
        curation.edit_photo(photo, body_of(request, forms.PhotoChangesSerializer), timezone.now())
        return _photo_answer(photo)

    def delete(self, request: Request, pk: int) -> Response:
        if query_of(request, forms.DeleteQuery)["permanent"]:
            curation.purge(photo_of(request, pk, also_trashed=True), Actor.of(owner_of(request), Where.API))
        else:
            photo_of(request, pk).trash(timezone.now())
        return Response(status=204)


def _photo_answer(photo: Photo) -> Response:
    context = _seen_on([photo.pk]) | {"embeddings": latest_vectors([photo.pk])}
    return Response(forms.PhotoWithEmbeddingSerializer(photo, context=context).data)


class RestoreView(APIView):
    """Take a photo out of the trash."""

    parser_classes = [StrictJSONParser]

    @extend_schema(operation_id="photo_restore", request=None, responses=forms.PhotoWithEmbeddingSerializer)
    def post(self, request: Request, pk: int) -> Response:
        query_of(request)
        photo = trashed_photo_of(request, pk)
        photo.restore()
        return _photo_answer(photo)


class AnalyzeView(APIView):
    """Analyse a photo again: the stages named, or those that failed."""

    parser_classes = [StrictJSONParser]

    @extend_schema(
        operation_id="photo_analyze", request=forms.StagesSerializer, responses=forms.PhotoWithEmbeddingSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        query_of(request)
        photo = photo_of(request, pk)
        stages = body_of(request, forms.StagesSerializer).get("stages", [])
        return _photo_answer(curation.reanalyse(photo, timezone.now(), stages))


class FileView(APIView):
    """The original, byte for byte; ranges and conditional requests are answered."""

    content_negotiation_class = AnyNegotiation

    @extend_schema(operation_id="photo_file", responses=FILE_RESPONSES)
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        query_of(request)
        return downloads.original(request, photo_of(request, pk))


class ThumbnailView(APIView):
    """The photo as WebP, upright, without metadata."""

    content_negotiation_class = AnyNegotiation

    @extend_schema(operation_id="photo_thumbnail", parameters=[forms.ThumbnailQuery], responses=THUMBNAIL_RESPONSES)
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        size = query_of(request, forms.ThumbnailQuery)["size"]
        return downloads.thumbnail(request, photo_of(request, pk), size)


class TagListView(APIView):
    """The tags on your photos, most used first."""

    @extend_schema(
        operation_id="tags",
        parameters=[forms.TagQuery],
        responses=OpenApiResponse(
            forms.TagSerializer(many=True), examples=[OpenApiExample("tags", [{"name": "dog", "count": 12}])]
        ),
    )
    def get(self, request: Request) -> Response:
        limit = query_of(request, forms.TagQuery)["limit"]
        return Response(forms.TagSerializer(Tag.objects.counted_for(owner_of(request))[:limit], many=True).data)
