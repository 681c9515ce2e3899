"""The curator's table of words."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ai.encoders.base import EncoderUnavailable
from photos.admin_vocabulary_forms import VocabularyWordForm
from photos.encoding import words_in_use
from photos.models import Tag, VocabularyWord

RETAGGED = "The photos are tagged anew in the background, as far as that changes anything."


@admin.register(VocabularyWord)
class VocabularyWordAdmin(admin.ModelAdmin):
    form = VocabularyWordForm
    list_display = ["word", "enabled", "threshold", "broader", "photos_with_it", "never_on", "shipped"]
    list_filter = ["enabled", "shipped", ("threshold", admin.EmptyFieldListFilter)]
    list_per_page = 100
    search_fields = ["word"]
    actions = ["switch_on", "switch_off"]
    fields = ("word", *VocabularyWord.EDITABLE, "in_effect", "shown", "refused", "shipped")

    def get_queryset(self, request: HttpRequest) -> QuerySet[VocabularyWord]:
        return VocabularyWord.objects.with_counts()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[VocabularyWord], search_term: str
    ) -> tuple[QuerySet[VocabularyWord], bool]:
        """Search among all names, and not in the columns: the JSON there has codes in place of letters like ü."""
        wanted = search_term.strip().lower()
        if not wanted:
            return queryset, False
        rows = VocabularyWord.objects.only("word", "synonyms", "translations")
        return queryset.filter(pk__in=[row.pk for row in rows if any(wanted in name for name in row.names)]), False

    def get_readonly_fields(self, request: HttpRequest, obj: VocabularyWord | None = None) -> tuple[str, ...]:
        told = ("in_effect", "shown", "refused", "shipped")
        return told if obj is None else ("word", *told)  # other words name it as their parent

    def has_delete_permission(self, request: HttpRequest, obj: VocabularyWord | None = None) -> bool:
        """What came with Cloudzy would come back with its next version: it is switched off instead."""
        return not (obj and obj.shipped) and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def save_model(self, request: HttpRequest, obj: VocabularyWord, form: Any, change: bool) -> None:
        obj.now_theirs(form.changed_data)
        obj.save()
        self.message_user(request, RETAGGED)

    @admin.action(description="Put in use", permissions=["change"])
    def switch_on(self, request: HttpRequest, words: QuerySet[VocabularyWord]) -> None:
        self._switch(request, words, on=True)

    @admin.action(description="Take out of use", permissions=["change"])
    def switch_off(self, request: HttpRequest, words: QuerySet[VocabularyWord]) -> None:
        self._switch(request, words, on=False)

    def _switch(self, request: HttpRequest, words: QuerySet[VocabularyWord], on: bool) -> None:
        chosen = VocabularyWord.objects.filter(pk__in=[word.pk for word in words])
        self.message_user(request, f"{chosen.switch(on)} words {'put in' if on else 'taken out of'} use. {RETAGGED}")

    # Columns

    @admin.display(description="Broader words")
    def broader(self, word: VocabularyWord) -> str:
        return ", ".join(word.parents)

    @admin.display(description="Photos", ordering="-shown_on")
    def photos_with_it(self, word: VocabularyWord) -> int:
        return word.shown_on

    @admin.display(description="Never on", ordering="-refused_on")
    def never_on(self, word: VocabularyWord) -> int:
        return word.refused_on

    # On the page of a word

    @admin.display(description="Shows on")
    def shown(self, word: VocabularyWord) -> str:
        return _photos("tag", word, self.photos_with_it(word))

    @admin.display(description="Never on")
    def refused(self, word: VocabularyWord) -> str:
        """Tell on how many photos a person said No: there it stays away, whatever is set here."""
        return _photos("refused", word, self.never_on(word))

    @admin.display(description="With the model in use")
    def in_effect(self, word: VocabularyWord) -> str:
        try:
            known = words_in_use().get(word.word)
        except EncoderUnavailable as exc:
            return str(exc)
        if known is None:
            return "It cannot tell this word, or the word is out of use."
        if known.threshold is None:
            return "Photos are found by it; it is no tag."
        if known.threshold == word.threshold:
            return f"It is a tag from {known.threshold:g} on."
        return f"It is a tag from {known.threshold:g} on, as was measured for it, until you set another threshold."


def _photos(parameter: str, word: VocabularyWord, count: int) -> str | SafeString:
    tag = Tag.objects.filter(name=word.word).first()
    if tag is None or not count:
        return "no photo"
    photos = f"{reverse('admin:photos_photo_changelist')}?{parameter}={tag.pk}"
    return format_html('<a href="{}">{}</a>', photos, f"{count} photos" if count > 1 else "1 photo")
