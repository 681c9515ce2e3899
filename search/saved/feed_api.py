"""GET /searches/{id}/feed: a saved search for feed readers."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from photos.api.negotiation import AnyNegotiation
from photos.api.parameters import QuerySerializer, query_of
from search.saved.api import saved_search_of
from search.saved.feed import atom, newest_matches
from search.saved.searches import SavedSearch

ATOM = "application/atom+xml"
LONGEST_TOKEN = 100


class FeedQuery(QuerySerializer):
    token = serializers.CharField(
        max_length=LONGEST_TOKEN,
        required=False,
        help_text="The secret of the link that its owner made; opens the feed to readers that cannot sign in.",
    )


class SignedInOrWithToken(BasePermission):
    """Let a request in that brings a token; whether the token is right, the view finds out."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 - the name is DRF's
        return bool(request.user and request.user.is_authenticated) or "token" in request.query_params


class FeedView(APIView):
    """The 50 photos that came last of those a saved search finds, as an Atom feed."""

    permission_classes = [SignedInOrWithToken]
    content_negotiation_class = AnyNegotiation

    @extend_schema(
        operation_id="saved_search_feed",
        parameters=[FeedQuery],
        responses={(200, ATOM): OpenApiTypes.STR, 304: OpenApiResponse(description="You have this state of it.")},
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        token = query_of(request, FeedQuery).get("token")
        search = saved_search_of(request, pk) if token is None else _opened(pk, token)
        photos = newest_matches(search)
        site = request.build_absolute_uri("/").rstrip("/")
        text = atom(search, photos, site, request.build_absolute_uri()).encode()
        return _answer(request._request, text)


def _opened(pk: int, token: str) -> SavedSearch:
    search = SavedSearch.objects.by_link(pk, token)
    if search is None:
        raise Http404("This link opens nothing. Perhaps it was revoked.")
    return search


def _answer(request: HttpRequest, text: bytes) -> Any:
    """Answer 304 by the text alone: no date tells that a photo left, or that the query is another one now."""
    etag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    response = HttpResponse(text, content_type=f"{ATOM}; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"  # the address may hold a secret
    response["ETag"] = etag
    return get_conditional_response(request, etag, response=response)
