"""What is sent from the page of exports."""

from __future__ import annotations

from django import forms

from photos.exports.contents import Layout
from photos.forms import PhotoNumbersField


class ExportForm(forms.Form):
    """Which photos, none named for all of them, and how the folders are made."""

    photo = PhotoNumbersField(required=False)
    layout = forms.TypedChoiceField(
        choices=[(Layout.DATE, "by month"), (Layout.ALBUMS, "by album, where a photo is in one")],
        coerce=Layout,
        initial=Layout.DATE,
        widget=forms.RadioSelect,
    )
