"""What is sent from the pages of duplicates."""

from __future__ import annotations

from typing import Any

from django import forms

from photos.duplicates.merging import Choice
from photos.duplicates.stars import MOST
from photos.models import Tier
from photos.paging import MAX_ID

MOST_GROUPS = 500

TIERS = {tier.name.lower(): tier for tier in Tier}


class NumbersField(forms.Field):
    """Numbers that were sent under one name, at most so many."""

    widget = forms.MultipleHiddenInput

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def to_python(self, value: Any) -> list[int]:
        if len(sent := value or []) > self.most:
            raise forms.ValidationError(f"At most {self.most} at once.")
        try:
            numbers = [int(number) for number in sent]
        except ValueError as exc:
            raise forms.ValidationError("These are no numbers.") from exc
        if not all(0 < number <= MAX_ID for number in numbers):
            raise forms.ValidationError("These are no numbers of ours.")
        return numbers


class ListForm(forms.Form):
    """Which groups to show, and after which."""

    tier = forms.TypedChoiceField(
        choices=[(name, name) for name in TIERS], coerce=TIERS.__getitem__, required=False, empty_value=None
    )
    cursor = forms.CharField(required=False, max_length=40)


class ChoiceForm(forms.Form):
    """Which photo of a group is kept, and which are merged into it; nothing: as it is suggested."""

    keep = forms.IntegerField(min_value=1, max_value=MAX_ID, required=False)
    merge = NumbersField(MOST, required=False)

    def choice(self) -> Choice | None:
        keep = self.cleaned_data["keep"]
        return None if keep is None else Choice(keep, self.cleaned_data["merge"])


class ManyForm(forms.Form):
    """Groups to merge as it is suggested: those that are named, or all of a tier."""

    group = NumbersField(MOST_GROUPS, required=False)
    tier = forms.TypedChoiceField(
        choices=[(name, name) for name in TIERS], coerce=TIERS.__getitem__, required=False, empty_value=None
    )

    def clean(self) -> dict[str, Any] | None:
        if not self.cleaned_data.get("group") and self.cleaned_data.get("tier") is None and not self.errors:
            raise forms.ValidationError("Choose groups first.")
        return self.cleaned_data
