"""What the pages of saved searches take."""

from __future__ import annotations

from django import forms

from photos.paging import MAX_ID
from search.ranking.modes import Mode
from search.ranking.queries import LONGEST_ASKED
from search.ranking.sorts import Sort
from search.saved.saving import Draft
from search.saved.searches import BEST_FIRST, LONGEST_NAME


class NameField(forms.CharField):
    def __init__(self, **options: object) -> None:
        messages = {"required": "A saved search needs a name."}
        super().__init__(max_length=LONGEST_NAME, error_messages=messages, **options)  # type: ignore[arg-type]


class SaveForm(forms.Form):
    """A search to keep; `q`, `mode` and `sort` as in the address of the page that shows it."""

    name = NameField()
    q = forms.CharField(max_length=LONGEST_ASKED)
    mode = forms.ChoiceField(choices=[(str(mode), mode) for mode in Mode], required=False)
    sort = forms.ChoiceField(choices=[(str(sort), sort) for sort in Sort], required=False)
    pinned = forms.BooleanField(required=False)

    def draft(self) -> Draft:
        said = self.cleaned_data
        mode, sort = Mode(said["mode"] or Mode.HYBRID), said["sort"] or BEST_FIRST
        return Draft(said["name"], said["q"], mode, sort, said["pinned"])


class RenameForm(forms.Form):
    name = NameField()


class OrderForm(forms.Form):
    sort = forms.ChoiceField(choices=[(str(sort), sort) for sort in Sort])


class SeenForm(forms.Form):
    """The number of the newest photo there was when the page was made."""

    up_to = forms.IntegerField(min_value=0, max_value=MAX_ID)
