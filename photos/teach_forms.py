from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from photos import teaching
from photos.forms import PhotoNumbersField
from photos.lessons import Answer
from photos.models.tag import MAX_TAG_LENGTH
from photos.suggestions import Order

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.models import User

SOME = {"required": "Select some photos first."}


class TeachForm(forms.Form):
    """Some photos, a word, and whether they show it."""

    word = forms.CharField(max_length=MAX_TAG_LENGTH, error_messages={"required": "Which word do you teach?"})
    answer = forms.ChoiceField(choices=[(Answer.YES, "They show it"), (Answer.NO, "They do not show it")])
    photo = PhotoNumbersField(error_messages=SOME)

    def __init__(self, data: QueryDict, user: User) -> None:
        super().__init__(data)
        self._user = user

    def clean_word(self) -> str:
        try:
            return teaching.teachable(self.cleaned_data["word"], self._user)
        except forms.ValidationError as problem:
            raise forms.ValidationError(problem.messages) from problem


class AnswerForm(forms.Form):
    """What a person says of photos about a word; `undo` takes it back."""

    answer = forms.ChoiceField(choices=[(answer, answer) for answer in Answer])
    photo = PhotoNumbersField(error_messages=SOME)


class OrderForm(forms.Form):
    order = forms.ChoiceField(required=False, choices=[(order, order) for order in Order])

    def clean_order(self) -> Order:
        return Order(self.cleaned_data["order"] or Order.UNSURE)
