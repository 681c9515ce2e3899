"""Reading what a client sent: nothing it sends is silently ignored."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

PREFER = OpenApiParameter(
    "Prefer",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="`respond-async`: answer once the photo is kept, and analyse it later.",
)

MAX_JSON_BYTES = 1_000_000
LONGEST_INTEGER = 19  # digits of what 64 bits hold


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not know, naming them and what is allowed."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping) and (unknown := sorted(set(data) - set(self.fields))):
            allowed = ", ".join(sorted(self.fields)) or "nothing"
            raise serializers.ValidationError({name: [f"Unknown. Allowed: {allowed}."] for name in unknown})
        values: dict[str, Any] = super().to_internal_value(data)
        return values


class ManyField(serializers.ListField):
    """A query parameter that may be given more than once; what is wrong with one of its values is told of it."""

    def to_internal_value(self, data: Any) -> list[Any]:
        try:
            return list(super().to_internal_value(data))
        except serializers.ValidationError as exc:
            if not isinstance(exc.detail, dict):
                raise
            words = dict.fromkeys(word for said in exc.detail.values() for word in said)
            raise serializers.ValidationError(list(words)) from exc


class QuerySerializer(StrictSerializer):
    """The query parameters of an endpoint; `format` picks a renderer and is accepted everywhere.

    Only a ManyField is given more than once.
    """

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        many = {name for name, field in self.fields.items() if isinstance(field, ManyField)}
        for name in data:
            if len(data.getlist(name)) > 1 and name not in many:
                raise serializers.ValidationError({name: ["Given more than once."]})
        values = {name: data.getlist(name) if name in many else value for name, value in data.items()}
        values.pop("format", None)
        return super().to_internal_value(values)


def query_of(request: Request, serializer_class: type[QuerySerializer] = QuerySerializer) -> dict[str, Any]:
    """Return the checked query parameters; raises ValidationError naming each that is wrong or unknown."""
    serializer = serializer_class(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def body_of(request: Request, serializer_class: type[StrictSerializer]) -> dict[str, Any]:
    """Return the checked body; raises ValidationError naming each field that is wrong or unknown."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class StrictJSONParser(JSONParser):
    """JSON of at most 1 MB in which no key stands twice and nothing is nested beyond reason."""

    def parse(self, stream: Any, *_: Any, **__: Any) -> Any:
        raw = stream.read(MAX_JSON_BYTES + 1)
        if len(raw) > MAX_JSON_BYTES:
            raise ParseError(f"The JSON is longer than {MAX_JSON_BYTES} bytes.")
        try:
            found = json.loads(
                raw.decode(),
                object_pairs_hook=_object,
                parse_constant=_no_constant,
                parse_float=_finite,
                parse_int=_bounded,
            )
            # Half a surrogate pair has no UTF-8, and so no answer could repeat it.
            json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as exc:
            raise ParseError(f"This is not JSON we read: {exc}") from exc
        return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is too large a number")
    return number


def _bounded(text: str) -> int:
    if len(text) > LONGEST_INTEGER:
        raise ValueError(f"{text[:20]}... is too large a number")
    return int(text)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON")
