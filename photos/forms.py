from __future__ import annotations

from typing import Any

from django import forms

from ai.captioners.loading import takes_its_time
from ai.ocr.loading import is_switched_on
from photos.models import Photo, PhotoFile, Reanalysis, Stage
from photos.models.tag import MAX_TAG_LENGTH, MAX_TAGS, TooManyTags, normalise_tag
from photos.paging import MAX_ID
from photos.reanalysis import Wanted
from photos.selection import Action
from photos.standing import Standing

MAX_SELECTED = 500

# What the steps are called where a person chooses among them.
STAGE_WORDS = {
    Stage.Name.METADATA: "Facts from the file: date, camera, place",
    Stage.Name.THUMBNAILS: "Smaller pictures",
    Stage.Name.COLOURS: "Colours",
    Stage.Name.FINGERPRINT: "Fingerprint, for finding duplicates",
    Stage.Name.EMBEDDING: "Tags and search, and the caption that follows from them",
    Stage.Name.CAPTION: "Caption",
    Stage.Name.DESCRIPTION: "Words of the captioner",
    Stage.Name.TEXT: "Text in the picture",
}


def repeatable() -> list[tuple[str, str]]:
    """Return the steps that a person may ask for once more: optional ones only where they are switched on."""
    optional = {Stage.Name.DESCRIPTION: takes_its_time(), Stage.Name.TEXT: is_switched_on()}
    wanted = [*Stage.QUICK, *(name for name, is_on in optional.items() if is_on)]
    return [(name.value, STAGE_WORDS[name]) for name in wanted]


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


class WordForm(forms.Form):
    """One word of a photo, and how it is to stand there from now on."""

    word = forms.CharField(max_length=MAX_TAG_LENGTH)
    standing = forms.ChoiceField(choices=[(standing, standing) for standing in Standing])

    def clean_word(self) -> str:
        if not (word := normalise_tag(self.cleaned_data["word"])):
            raise forms.ValidationError("A tag needs letters.")
        return word


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


class ChosenForm(forms.Form):
    """Some of a person's photos."""

    photo = PhotoNumbersField(error_messages={"required": "Select some photos first."})


class StageForm(forms.Form):
    """One step of the analysis, or none named."""

    stage = forms.ChoiceField(required=False, choices=Stage.Name)


class ReanalysisForm(forms.Form):
    """Which photos are to be analysed once more, and which steps; of what failed, all that failed."""

    scope = forms.ChoiceField(choices=Reanalysis.Scope, widget=forms.HiddenInput)
    photo = PhotoNumbersField(required=False)
    stage = forms.MultipleChoiceField(
        required=False,
        choices=repeatable,
        initial=[Stage.Name.EMBEDDING.value],
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        scope = cleaned.get("scope")
        if scope in (Reanalysis.Scope.ALL, Reanalysis.Scope.CHOSEN) and not cleaned.get("stage"):
            self.add_error("stage", "Choose what is to be done once more.")
        if scope == Reanalysis.Scope.CHOSEN and not cleaned.get("photo"):
            self.add_error("photo", "Select some photos first.")
        return cleaned

    def wanted(self) -> Wanted:
        scope = Reanalysis.Scope(self.cleaned_data["scope"])
        return Wanted(scope, tuple(self.cleaned_data["stage"]), tuple(self.cleaned_data["photo"] or ()))


class CancelForm(forms.Form):
    """The number of a reanalysis."""

    number = forms.IntegerField(min_value=1, max_value=MAX_ID)


class VersionForm(forms.Form):
    """One of the versions of a photo."""

    file = forms.ModelChoiceField(
        PhotoFile.objects.none(), error_messages={"invalid_choice": "The photo has no such version any more."}
    )

    def __init__(self, data: Any, photo: Photo) -> None:
        super().__init__(data)
        field = self.fields["file"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = photo.files.versions()
