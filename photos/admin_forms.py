from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.helpers import ActionForm

from photos.models import PhotoTag
from photos.models.tag import MAX_TAGS, TooManyTags, normalise_tag


class PhotoActionForm(ActionForm):
    tags = forms.CharField(required=False, label="Tags:", widget=forms.TextInput(attrs={"placeholder": "dog, beach"}))


class PhotoTagForm(forms.ModelForm):
    """One word of a photo's list. One that stands there is refused or taken back, not turned into another."""

    class Meta:
        model = PhotoTag
        fields = ("tag", "rejected")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tag"].disabled = self.instance.pk is not None
        self.fields["rejected"].show_hidden_initial = True  # what others did meanwhile is not this person's doing


class PhotoTagFormSet(forms.BaseInlineFormSet):
    """The rows of a photo's tags, of which only those count that a person changed: others may have come and gone."""

    @property
    def accepted(self) -> list[str]:
        return self._changed(rejected=False)

    @property
    def refused(self) -> list[str]:
        return self._changed(rejected=True)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if index is not None and index < self.initial_form_count() and form.instance.pk is None:
            # Its row has gone since the page was opened, as a machine's words do: nothing is left to decide.
            form.empty_permitted = True
            for field in form.fields.values():
                field.disabled = True

    def _changed(self, rejected: bool) -> list[str]:
        rows = [row.cleaned_data for row in self.forms if row.has_changed() and row.cleaned_data.get("tag")]
        return [row["tag"].name for row in rows if row["rejected"] == rejected]

    def clean(self) -> None:
        super().clean()
        shown = [row for row in self.forms if row.cleaned_data.get("tag") and not row.cleaned_data["rejected"]]
        if self.accepted and len(shown) > MAX_TAGS:
            raise forms.ValidationError(TooManyTags.words)


class TagNameForm(forms.ModelForm):
    def clean_name(self) -> str:
        """Return the name as it is stored, so that one already taken is found whatever its case."""
        name = normalise_tag(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("A tag needs at least one visible character.")
        return name
