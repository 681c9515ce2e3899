from __future__ import annotations

from typing import Any

from django import forms

from photos.models import Photo
from photos.models.tag import MAX_TAG_LENGTH, MAX_TAGS, TooManyTags, normalise_tag
from photos.selection import Action

MAX_SELECTED = 500


class PageForm(forms.Form):
    """Which page of a shelf: after which photo, and which day's heading stands there already."""

    cursor = forms.CharField(required=False, max_length=200)
    shown = forms.DateField(required=False)


class LinesField(forms.CharField):
    """Text of many lines, whose ends browsers send as CR LF; here and in the database they are LF."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class EditForm(forms.Form):
    """What a person says about a photo. Only what was posted counts: an absent field stays as it is.

    The page sends along, as `initial-caption`, the text that it showed: where somebody else has changed it meanwhile,
    sending it back unchanged does not make it this person's.
    """

    title = forms.CharField(required=False, max_length=255)
    caption = LinesField(required=False, max_length=2_000)
    description = LinesField(required=False, max_length=10_000)
    rating = forms.IntegerField(required=False, min_value=1, max_value=5)
    favorite = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, photo: Photo) -> None:
        shown = {name: getattr(photo, name) for name in self.base_fields}
        for name in ("title", "caption", "description"):
            if (key := f"initial-{name}") in data:
                shown[name] = self.base_fields[name].to_python(data[key])
        super().__init__(data, initial=shown)

    def changes(self) -> dict[str, Any]:
        """Return what differs from what the page showed, so that a text merely sent back does not become a person's."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.data}


class TagForm(forms.Form):
    """Words to add, with commas between, or one to remove."""

    add = forms.CharField(required=False, max_length=1_000)
    remove = forms.CharField(required=False, max_length=MAX_TAG_LENGTH)

    def __init__(self, data: Any, photo: Photo) -> None:
        super().__init__(data)
        self.photo = photo

    def clean_add(self) -> list[str]:
        words = [word for word in map(normalise_tag, self.cleaned_data["add"].split(",")) if word]
        if words and len({*self.photo.tag_names, *words}) > MAX_TAGS:
            raise forms.ValidationError(TooManyTags.words)
        return words

    def clean_remove(self) -> list[str]:
        return [word] if (word := self.cleaned_data["remove"]) else []


class PhotoNumbersField(forms.Field):
    """Many numbers of photos under one name; the rows decide later which of them mean something."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: list[str] | None) -> list[int]:
        numbers = value or []
        if len(numbers) > MAX_SELECTED:
            raise forms.ValidationError(f"Select at most {MAX_SELECTED} photos at a time.")
        return [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 19]


class SelectionForm(forms.Form):
    """Some of a person's photos, and what to do with all of them."""

    action = forms.ChoiceField(choices=[(action, action) for action in Action])
    photo = PhotoNumbersField(error_messages={"required": "Select some photos first."})
