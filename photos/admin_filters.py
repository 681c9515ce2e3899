from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from photos.embeddings import models_with_vectors
from photos.models import Photo, Tag

MOST_TAGS = 100
LONGEST_NUMBER = 18  # digits that every row's number fits in, and every database's integer


class InTrash(admin.SimpleListFilter):
    """The trash apart: without a choice the list shows what is not in it."""

    title = "trash"
    parameter_name = "trash"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("only", "In the trash"), ("with", "Both")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield first | {"display": "Not in the trash"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> QuerySet[Photo]:
        if self.value() == "with":
            return queryset
        return queryset.filter(trashed_at__isnull=self.value() != "only")


class EmbeddedBy(admin.SimpleListFilter):
    """Photos that have a vector of a model."""

    title = "model"
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(model, model) for model in sorted(models_with_vectors())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> QuerySet[Photo]:
        model = self.value()
        return queryset.filter(pk__in=Photo.objects.embedded_by(model)) if model else queryset


class Refused(admin.SimpleListFilter):
    """Photos on which a person said that a word is not to be."""

    title = "tag refused by a person"
    parameter_name = "refused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        refused = Tag.objects.filter(photo_tags__rejected=True).annotate(uses=Count("photo_tags"))
        return [(str(tag.pk), tag.name) for tag in refused.order_by("-uses", "name")[:MOST_TAGS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> QuerySet[Photo]:
        return _tagged(queryset, self.value(), rejected=True)


class WithTag(admin.SimpleListFilter):
    """Photos on which a tag shows; the tags used most are offered."""

    title = "tag"
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        used = Tag.objects.filter(photo_tags__rejected=False).annotate(uses=Count("photo_tags"))
        return [(str(tag.pk), tag.name) for tag in used.order_by("-uses", "name")[:MOST_TAGS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> QuerySet[Photo]:
        return _tagged(queryset, self.value(), rejected=False)


def _tagged(queryset: QuerySet[Photo], chosen: str | None, rejected: bool) -> QuerySet[Photo]:
    """Keep the photos with such a row for the tag of this number; all of them for what is no number."""
    if not chosen or not chosen.isdecimal() or len(chosen) > LONGEST_NUMBER:
        return queryset
    return queryset.filter(photo_tags__tag=int(chosen), photo_tags__rejected=rejected)
