"""How the API describes itself: every operation names the problems it can answer with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers

from photos.api.parameters import StrictSerializer

PROBLEM = inline_serializer(
    "Problem",
    {
        "type": serializers.CharField(help_text="/problems/<slug>, a page that explains it."),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "detail": serializers.CharField(),
        "errors": serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False),
    },
)
ALWAYS = {
    400: "A parameter, a field, the body or the Host is wrong.",
    401: "No credentials, or wrong ones.",
    403: "Not allowed.",
    406: "Nothing the Accept header allows.",
    503: "The database is busy; see Retry-After.",
}
WITH_OBJECT = {404: "Not there, or not yours."}
WITH_BODY = {
    411: "A body of unknown length.",
    413: "A body over the limit.",
    415: "A Content-Type, or an image, that is not read here.",
}
WITH_IMAGE = {
    422: "An image, but broken, too large in pixels, or not of the given checksum.",
    507: "The disk is full.",
}
OF_TUS = {
    409: "The piece does not belong here: see HEAD.",
    410: "Given up, expired, or refused as a photo.",
    412: "Tus-Resumable is missing or names another version.",
    422: "An image, but broken, too large in pixels, or not of the given SHA-256.",
    423: "Another request is at this upload.",
    429: "Too many unfinished uploads.",
    460: "Not the bytes of Upload-Checksum.",
    507: "The disk is full.",
}
OF_LIKENESS = {409: "Not analysed yet.", 422: "The file of a photo, of which a part is meant, is damaged."}
# What one kind of address alone answers, by the end of its path.
OF_PATH = {
    "/search": OF_LIKENESS | {404: "The file of a photo is missing.", 410: "The cursor has expired."},
    "/facets": OF_LIKENESS | {404: "The file of a photo is missing."},
    "/date-shifts": WITH_OBJECT,
    "/exports": WITH_OBJECT,
    "/image-to-image": OF_LIKENESS | WITH_OBJECT,
    "/uploads": OF_TUS,
    "/uploads/{id}": OF_TUS,
    "/analyze": {409: "Nobody is set up to describe photos, or to read the text in them."},
    "/retry": {409: "It did not fail, or another job does the same already."},
    "/cancel": {409: "It has ended already."},
    "/file": {416: "A range past the end of the file."},
    "/thumbnail": {422: "The original is damaged.", 507: "The disk is full."},
}
Endpoint = tuple[str, str, str, Callable[..., Any]]


def without_slash(endpoints: list[Endpoint], **_: Any) -> list[Endpoint]:
    """Leave out the second spelling of each path, with a slash at its end."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


class ProblemSchema(AutoSchema):
    """Adds to what a view declares the problems that any view of its kind can answer with."""

    def get_tags(self) -> list[str]:
        return [self.view.__module__.partition(".")[0]]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        described: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if isinstance(serializer, StrictSerializer):
            described["additionalProperties"] = False
        return described

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, words in self._problems().items():
            if str(status) not in bodies:
                response = OpenApiResponse(PROBLEM, words)
                body = self._get_response_for_code(response, str(status), ["application/problem+json"], direction)
                bodies[str(status)] = body
        return dict(sorted(bodies.items()))

    def _problems(self) -> dict[int, str]:
        found = dict(ALWAYS)
        if "{" in self.path:
            found |= WITH_OBJECT
        for end, problems in OF_PATH.items():
            if self.path.endswith(end):
                found |= problems
        if self.method in {"POST", "PATCH"}:
            found |= WITH_BODY
            if all(parser.media_type == "multipart/form-data" for parser in self.view.get_parsers()):
                found |= WITH_IMAGE
        return found
