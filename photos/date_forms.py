from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from photos.date_shifting import LONGEST
from photos.forms import PhotoNumbersField
from photos.paging import MAX_ID

_UNITS = ("days", "hours", "minutes", "seconds")


class DateShiftForm(forms.Form):
    """Which photos, how much, and whether that is later or earlier."""

    photo = PhotoNumbersField(error_messages={"required": "Select some photos first."})
    direction = forms.ChoiceField(
        choices=[("later", "later"), ("earlier", "earlier")], widget=forms.RadioSelect, initial="later"
    )
    days = forms.IntegerField(required=False, min_value=0, max_value=LONGEST.days)
    hours = forms.IntegerField(required=False, min_value=0, max_value=999)
    minutes = forms.IntegerField(required=False, min_value=0, max_value=999)
    seconds = forms.IntegerField(required=False, min_value=0, max_value=999)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.by:
            raise forms.ValidationError("Say by how much.")
        if not self.errors and abs(self.by) > LONGEST:
            raise forms.ValidationError("A hundred years is the most.")
        return cleaned

    @property
    def by(self) -> timedelta:
        amount = timedelta(**{unit: self.cleaned_data.get(unit) or 0 for unit in _UNITS})
        return -amount if self.cleaned_data.get("direction") == "earlier" else amount


class ShiftNumberForm(forms.Form):
    """The number of a shift."""

    number = forms.IntegerField(min_value=1, max_value=MAX_ID)
