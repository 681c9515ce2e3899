"""What pages ask of likeness: which part of a picture, which photo to be more or less like."""

from __future__ import annotations

from typing import Any

from django import forms

from photos.regions import BadRegion, region_of
from search.language import Example
from search.language.errors import BadValue
from search.language.examples import MOST_EXAMPLES, read_examples
from search.language.grammar import LONGEST

_PER_CENT = 100
MANY = f"Select at most {MOST_EXAMPLES} photos to find others like them."


class ExampleField(forms.Field):
    """One example as the language of queries writes it."""

    def to_python(self, value: Any) -> Example | None:
        text = str(value or "").strip()[:LONGEST]
        if not text:
            return None
        try:
            examples = read_examples(text)
        except BadValue as exc:
            raise forms.ValidationError(f"“{text}” is no photo. {exc}".strip()) from exc
        if len(examples) > 1:
            raise forms.ValidationError("One photo at a time.")
        return examples[0]


class RegionForm(forms.Form):
    """A part of a photo or shown picture: where it begins and how large it is, in per cent."""

    of = ExampleField()
    left = forms.FloatField(min_value=0, max_value=_PER_CENT)
    top = forms.FloatField(min_value=0, max_value=_PER_CENT)
    width = forms.FloatField(min_value=0, max_value=_PER_CENT)
    height = forms.FloatField(min_value=0, max_value=_PER_CENT)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            region = region_of(*(cleaned[side] / _PER_CENT for side in ("left", "top", "width", "height")))
        except BadRegion as exc:
            raise forms.ValidationError(str(exc)) from exc
        return cleaned | {"example": Example(cleaned["of"].of, region)}


class RefineForm(forms.Form):
    """What a result is to the person: more like what is wanted, or less."""

    more = ExampleField(required=False)
    less = ExampleField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and bool(cleaned.get("more")) == bool(cleaned.get("less")):
            raise forms.ValidationError("Say which photo is more like what you look for, or which less.")
        return cleaned
