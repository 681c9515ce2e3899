"""Curation: the same verbs as API and gallery, over many photos at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from photos import (
    admin_generations,  # noqa: F401  (it registers a page of its own)
    admin_vocabulary,  # noqa: F401  (and so does this)
    admin_watched,  # noqa: F401  (and this)
    curation,
    downloads,
    pipeline,
)
from photos.admin_filters import EmbeddedBy, InTrash, Refused, WithTag
from photos.admin_forms import PhotoActionForm, PhotoTagForm, PhotoTagFormSet, TagNameForm
from photos.embeddings import models_of
from photos.models import Photo, PhotoTag, Stage, Tag
from photos.models.tag import TooManyTags
from photos.selection import one_by_one

# fmt: off
FIELDS = (
    "large_picture", "title", "caption", "description", "taken_at", "rating", "favorite", "archived",
    "owner", "original_name", "filename", "format", "size", "bytes", "sha256", "status", "error",
    "taken_at_source", "camera", "lens", "aperture", "shutter", "iso", "focal_length", "flash", "software",
    "artist", "copyright", "latitude", "longitude", "altitude", "city", "region", "country",
    "embedded_by", "trashed_at", "created_at", "updated_at",
)
# fmt: on


class PhotoTagInline(admin.TabularInline):
    model = PhotoTag
    form = PhotoTagForm
    formset = PhotoTagFormSet
    extra = 1
    fields = ["tag", "rejected", "source", "score", "model"]
    readonly_fields = ["source", "score", "model"]
    autocomplete_fields = ["tag"]
    can_delete = False  # a tag is rejected, and that is remembered


class StageInline(admin.TabularInline):
    model = Stage
    fields = readonly_fields = ("name", "status", "attempts", "error", "finished_at", "traceback")
    can_delete = False

    def has_add_permission(self, *_: Any) -> bool:
        return False


@admin.register(Photo)
class PhotoAdmin(admin.ModelAdmin):
    list_display = ["picture", "title_or_name", "tag_list", "status", "taken_at", "owner", "archived", "in_trash"]
    list_display_links = ["picture", "title_or_name"]
    list_filter = ["status", InTrash, "archived", "favorite", WithTag, Refused, EmbeddedBy, "taken_at", "owner"]
    list_per_page = 50
    list_select_related = ["owner"]
    show_full_result_count = False
    date_hierarchy = "taken_at"
    search_fields = ["title", "caption", "description", "original_name", "photo_tags__tag__name"]
    inlines = [PhotoTagInline, StageInline]
    action_form = PhotoActionForm
    actions = ["add_tags", "remove_tags", "analyse_again", "archive", "unarchive", "move_to_trash", "restore"]
    fields = FIELDS
    readonly_fields = tuple(name for name in FIELDS if name not in Photo.EDITABLE)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Photo]:
        return Photo.objects.for_listing()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # photos come in by upload alone

    def has_delete_permission(self, request: HttpRequest, obj: Photo | None = None) -> bool:
        return False  # the trash comes first

    def get_urls(self) -> list[URLPattern]:
        thumbnail = self.admin_site.admin_view(self.thumbnail)
        return [path("<int:pk>/thumbnail/<int:size>/", thumbnail, name="photos_photo_thumbnail"), *super().get_urls()]

    def thumbnail(self, request: HttpRequest, pk: int, size: int) -> HttpResponseBase:
        """Show any photo to who may see them in the admin; the gallery's own address shows each person only theirs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        photo = get_object_or_404(Photo.objects, pk=pk)
        return downloads.thumbnail(request, photo, 512 if size < 1600 else 1600)

    # What is changed, is changed as everywhere

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let the form send along what it showed: only what a person changed there becomes theirs."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.show_hidden_initial = True
        return field

    def save_model(self, request: HttpRequest, obj: Photo, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in Photo.EDITABLE}
        if moment := changes.get("taken_at"):
            changes["taken_at"] = moment.replace(tzinfo=None)  # a wall clock of unknown offset, not one in UTC
        curation.edit_photo(obj, changes, timezone.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.new_objects = formset.changed_objects = formset.deleted_objects = []
        if isinstance(formset, PhotoTagFormSet) and (formset.accepted or formset.refused):
            curation.retag(form.instance, timezone.now(), add=formset.accepted, remove=formset.refused)

    # Columns

    @admin.display(description="")
    def picture(self, photo: Photo) -> SafeString:
        return _image(photo, 512, 80)

    @admin.display(description="Picture")
    def large_picture(self, photo: Photo) -> SafeString:
        return _image(photo, 1600, 480)

    @admin.display(description="Photo", ordering="original_name")
    def title_or_name(self, photo: Photo) -> str:
        return str(photo)

    @admin.display(description="Tags")
    def tag_list(self, photo: Photo) -> str:
        return ", ".join(photo.tag_names)

    @admin.display(description="Pixels")
    def size(self, photo: Photo) -> str:
        return f"{photo.width} x {photo.height}"

    @admin.display
    def embedded_by(self, photo: Photo) -> str:
        return ", ".join(models_of(photo.pk))

    @admin.display(boolean=True, ordering="trashed_at")
    def in_trash(self, photo: Photo) -> bool:
        return photo.trashed_at is not None

    # Actions

    @admin.action(description="Add these tags", permissions=["change"])
    def add_tags(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        if tags := self._tags(request):
            self._each(request, photos, lambda photo: curation.retag(photo, timezone.now(), add=tags), "retagged")

    @admin.action(description="Remove these tags", permissions=["change"])
    def remove_tags(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        if tags := self._tags(request):
            self._each(request, photos, lambda photo: curation.retag(photo, timezone.now(), remove=tags), "retagged")

    @admin.action(description="Analyse again", permissions=["change"])
    def analyse_again(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        self._each(request, photos, lambda photo: pipeline.repeat(photo, timezone.now(), Stage.QUICK), "analysed")

    @admin.action(description="Archive", permissions=["change"])
    def archive(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        self._each(request, photos, lambda photo: photo.edit({"archived": True}), "archived")

    @admin.action(description="Take out of the archive", permissions=["change"])
    def unarchive(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        self._each(request, photos, lambda photo: photo.edit({"archived": False}), "taken out of the archive")

    @admin.action(description="Move to the trash", permissions=["change"])
    def move_to_trash(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        self._each(request, photos.filter(trashed_at=None), lambda photo: photo.trash(timezone.now()), "trashed")

    @admin.action(description="Restore from the trash", permissions=["change"])
    def restore(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        self._each(request, photos.exclude(trashed_at=None), Photo.restore, "restored")

    def _tags(self, request: HttpRequest) -> list[str]:
        """Return the tags written beside the action; without any, say what to do."""
        names = [name for name in request.POST.get("tags", "").split(",") if name.strip()]
        if not names:
            self.message_user(request, "Write the tags beside the action, with commas between.", messages.WARNING)
        return names

    def _each(self, request: HttpRequest, photos: QuerySet[Photo], change: Callable[[Photo], Any], done: str) -> None:
        """Change photos one by one through their own methods, which tell the index of it."""
        count = full = 0
        for photo in one_by_one(photos):
            try:
                change(photo)
                count += 1
            except TooManyTags:
                full += 1
        self.message_user(request, f"{count} photos {done}.")
        if full:
            self.message_user(request, f"{full} photos left as they were. {TooManyTags.words}", messages.WARNING)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    form = TagNameForm
    list_display = ["name", "photos_with_it"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        shown = Q(photo_tags__rejected=False, photo_tags__photo__trashed_at=None)
        return Tag.objects.annotate(shown_on=Count("photo_tags", filter=shown))

    @admin.display(description="Photos", ordering="-shown_on")
    def photos_with_it(self, tag: Tag) -> int:
        return int(getattr(tag, "shown_on", 0))


def _image(photo: Photo, size: int, height: int) -> SafeString:
    source = reverse("admin:photos_photo_thumbnail", args=[photo.pk, size])
    return format_html('<img src="{}" height="{}" alt="" loading="lazy">', source, height)
