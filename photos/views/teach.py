"""Teaching words in a browser: which there are, what was said of one, and what to say next."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.exceptions import ValidationError

from ai.encoders.base import EncoderUnavailable
from photos import teaching
from photos.lessons import Answer, lessons, say
from photos.models import Photo, VocabularyWord
from photos.suggestions import Order, suggestions
from photos.teach_forms import AnswerForm, OrderForm, TeachForm
from photos.views.request import PageRequest

SUGGESTED = 12
IN_OVERVIEW = 4  # examples of each word
IN_LESSON = 60  # examples of each kind
SHOWN = 24  # of the photos that were chosen in the gallery

SAID = {Answer.YES: "Shows “{}”", Answer.NO: "Does not show “{}”", Answer.UNDO: "Taken back for “{}”"}


@require_safe
def overview(request: PageRequest) -> HttpResponse:
    found = lessons(teaching.taught_by(request.user), request.user, IN_OVERVIEW)
    return render(request, "teach/overview.html", {"lessons": found})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PageRequest) -> HttpResponse:
    """Ask which word the photos chosen in the gallery show; once that is said, teach it."""
    if request.method != "POST":
        return redirect("teach:overview")
    form = TeachForm(request.POST, request.user)
    asked = form.is_valid()
    numbers = form.cleaned_data.get("photo", [])
    chosen = list(Photo.objects.visible_to(request.user).filter(pk__in=numbers))
    if not chosen:
        words = form.errors["photo"][0] if "photo" in form.errors else "These photos are not here any more."
        messages.error(request, str(words))
        return redirect("photos:gallery")
    if asked:
        word = teaching.word_named(form.cleaned_data["word"])
        _take(request, word, form)
        return redirect("teach:lesson", word.pk)
    problems = form.errors if "word" in request.POST else {}
    context = {"problems": problems, "chosen": chosen, "shown": chosen[:SHOWN], "more": len(chosen[SHOWN:])}
    known = {"known": teaching.taught_by(request.user)}
    return render(request, "teach/new.html", context | known, status=422 if problems else 200)


@require_safe
def lesson(request: PageRequest, word: int) -> HttpResponse:
    """Show a taught word and what to say next; to htmx only the latter."""
    row = _taught(request, word)
    context = _context(request, row) | _asking(request, row, _order(request.GET))
    template = "teach/includes/suggestions.html" if request.htmx else "teach/lesson.html"
    return render(request, template, context)


@require_POST
def answer(request: PageRequest, word: int) -> HttpResponse:
    """Take a Yes or No to photos named in the form, or behind an Undo button in the address."""
    row = _taught(request, word)
    form = AnswerForm(request.POST if "photo" in request.POST else request.GET)
    if not form.is_valid():
        raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
    _take(request, row, form)
    if request.htmx:
        return render(request, "teach/includes/answered.html", _context(request, row))
    if not teaching.taught_by(request.user).filter(pk=word).exists():
        return redirect("teach:overview")
    return redirect(f"{reverse('teach:lesson', args=[word])}?order={_order(request.POST)}")


@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: PageRequest, word: int) -> HttpResponse:
    """Ask whether to unlearn a word, and on POST take back all that this person said of it."""
    row = _taught(request, word)
    if request.method != "POST":
        return render(request, "teach/forget.html", {"word": row})
    teaching.forget(row, None if request.user.is_staff else Photo.objects.filter(owner=request.user))
    messages.success(request, f"Forgotten: “{row.word}”.")
    return redirect("teach:overview")


def _taught(request: PageRequest, word: int) -> VocabularyWord:
    row = teaching.taught_by(request.user).filter(pk=word).first()
    if row is None:
        raise Http404("This word is not here. Perhaps it was forgotten, or somebody else teaches it.")
    return row


def _take(request: PageRequest, word: VocabularyWord, form: TeachForm | AnswerForm) -> None:
    """Keep an answer, tell the person and offer to undo it; raises Http404 where no photo of theirs is meant."""
    given = Answer(form.cleaned_data["answer"])
    numbers = say(word, given, form.cleaned_data["photo"], request.user, timezone.now())
    if not numbers and given is not Answer.UNDO:
        raise Http404("These photos are not here. Perhaps they were deleted, or they belong to somebody else.")
    words = SAID[given].format(word.word)
    text = f"{words}." if len(numbers) == 1 else f"{words}: {len(numbers)} photos."
    messages.success(request, text, extra_tags="" if given is Answer.UNDO else _undo_url(word, numbers))


def _undo_url(word: VocabularyWord, numbers: list[int]) -> str:
    query = QueryDict(mutable=True)
    query["answer"] = Answer.UNDO
    query.setlist("photo", [str(number) for number in numbers])
    return f"{reverse('teach:answer', args=[word.pk])}?{query.urlencode()}"


def _context(request: PageRequest, word: VocabularyWord) -> dict[str, Any]:
    return {"lesson": lessons(VocabularyWord.objects.filter(pk=word.pk), request.user, IN_LESSON)[0]}


def _asking(request: PageRequest, word: VocabularyWord, order: Order) -> dict[str, Any]:
    photos = Photo.objects.visible_to(request.user).listed()
    try:
        return {"order": order, "suggestions": suggestions(word, photos, SUGGESTED, order)}
    except EncoderUnavailable as exc:
        return {"order": order, "problem": str(exc)}


def _order(asked: QueryDict) -> Order:
    form = OrderForm(asked)
    return form.cleaned_data["order"] if form.is_valid() else Order.UNSURE
