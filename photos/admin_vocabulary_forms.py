"""Lists of a word as a curator writes them: one name a line, one language a line."""

from __future__ import annotations

from typing import Any

from django import forms

from photos.models import VocabularyWord


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3, "cols": 60}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().to_python(value) or "").splitlines())
        return [line for line in lines if line]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class TranslationsField(LinesField):
    """Names by language, one language a line: `de: hund, köter`."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{language}: {', '.join(names)}" for language, names in sorted(value.items()))

    def to_python(self, value: Any) -> Any:
        names: dict[str, list[str]] = {}
        for line in super().to_python(value):
            language, separator, listed = line.partition(":")
            if not separator:
                raise forms.ValidationError("Write the language, a colon and the names: de: hund, köter")
            names.setdefault(language.strip().lower(), []).extend(
                name.strip() for name in listed.split(",") if name.strip()
            )
        return names

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or {}))
        except forms.ValidationError:
            return True


class VocabularyWordForm(forms.ModelForm):
    """What is wrong with a word beside the others, VocabularyWord.clean() says."""

    synonyms = LinesField(help_text=VocabularyWord._meta.get_field("synonyms").help_text)
    parents = LinesField(help_text=VocabularyWord._meta.get_field("parents").help_text)
    prompts = LinesField(help_text=VocabularyWord._meta.get_field("prompts").help_text)
    translations = TranslationsField(help_text=VocabularyWord._meta.get_field("translations").help_text)

    class Meta:
        model = VocabularyWord
        fields = ("word", *VocabularyWord.EDITABLE)
