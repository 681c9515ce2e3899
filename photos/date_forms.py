from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms

from photos import walltime
from photos.date_shifting import LAST_YEAR, LONGEST
from photos.forms import PhotoNumbersField
from photos.metadata.moments import FIRST_YEAR
from photos.models import Photo
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


class DateForm(forms.Form):
    """When a photo was taken, by the clock of the place."""

    taken_at = forms.DateTimeField(
        required=False,
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
        error_messages={"invalid": "Write it as 2019-03-21T11:04:22."},
    )

    def clean_taken_at(self) -> datetime | None:
        if (moment := self.cleaned_data["taken_at"]) is None:
            return None
        wall: datetime = moment.replace(tzinfo=None)
        if not FIRST_YEAR <= wall.year <= LAST_YEAR:
            raise forms.ValidationError(f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
        return wall

    def moment_for(self, photo: Photo) -> datetime:
        """Return what was said, with the offset that the photo's date has already, where that was no upload's."""
        offset = None if photo.taken_at_source == Photo.DateSource.UPLOAD else photo.taken_offset
        return walltime.as_shown(self.cleaned_data["taken_at"], offset)


class ShiftNumberForm(forms.Form):
    """The number of a shift."""

    number = forms.IntegerField(min_value=1, max_value=MAX_ID)
