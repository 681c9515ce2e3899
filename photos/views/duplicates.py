"""Duplicates in a browser: groups side by side, what would move, and what was done with them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from rest_framework.exceptions import ValidationError

from photos.duplicate_forms import TIERS, ChoiceForm, ListForm
from photos.duplicates import wording
from photos.duplicates.listing import counts, page_of_groups, page_of_merges
from photos.duplicates.merging import dismiss, merge
from photos.duplicates.review import Review, reviews
from photos.duplicates.undoing import undo, withdraw
from photos.models import Dismissal, DuplicateGroup, Merge, MergeRun, Tier
from photos.views.request import PageRequest, way_back

PAGE = 10
MERGES = 30
# Tiers in which a person need not look at each group before all are merged.
SURE = (Tier.PIXELS, Tier.RAW, Tier.NEAR)


@require_safe
def overview(request: PageRequest) -> HttpResponse:
    """Show groups to decide about; to htmx only those that follow."""
    form = _checked(ListForm(request.GET))
    tier, cursor = form.cleaned_data["tier"], form.cleaned_data["cursor"]
    page = page_of_groups(request.user, PAGE, tier, cursor)
    context = {"reviews": reviews(page.groups, request.user), "next_cursor": page.next_cursor, "tier": tier}
    if request.htmx and cursor:
        return render(request, "duplicates/includes/groups.html", context | {"tier_name": _name(tier)})
    return render(request, "duplicates/overview.html", context | _shelf(request, tier))


@require_safe
def count(request: PageRequest) -> HttpResponse:
    """Show how many groups there are, for the navigation."""
    total = DuplicateGroup.objects.visible_to(request.user).count()
    return render(request, "duplicates/includes/count.html", {"total": total})


@require_safe
def group(request: PageRequest, pk: int) -> HttpResponse:
    """Show one group as it was chosen so far; to htmx the group alone."""
    row = DuplicateGroup.objects.visible_to(request.user).select_related("keeper").filter(pk=pk).first()
    if row is None:
        raise Http404("This group is not here. Perhaps it was decided already.")
    choice = _checked(ChoiceForm(request.GET)).choice()
    found = reviews([row], request.user, {pk: choice} if choice else None)
    template = "duplicates/includes/group.html" if request.htmx else "duplicates/group.html"
    return render(request, template, {"review": found[0]})


@require_POST
def merge_group(request: PageRequest, pk: int) -> HttpResponse:
    form = _checked(ChoiceForm(request.POST))
    try:
        done = merge(pk, request.user, timezone.now(), form.choice())
    except DuplicateGroup.DoesNotExist as exc:
        raise Http404("This group is not here. Perhaps it was decided already.") from exc
    return _decided(request, f"{wording.merged(done)}.", reverse("duplicates:undo", args=[done.pk]))


@require_POST
def dismiss_group(request: PageRequest, pk: int) -> HttpResponse:
    try:
        dismissal = dismiss(pk, request.user)
    except DuplicateGroup.DoesNotExist as exc:
        raise Http404("This group is not here. Perhaps it was decided already.") from exc
    words = "All of them are kept, and are not shown as duplicates again."
    return _decided(request, words, reverse("duplicates:undo_dismissal", args=[dismissal.pk]))


@require_POST
def undo_merge(request: PageRequest, pk: int) -> HttpResponse:
    try:
        taken_back = undo(pk, request.user, timezone.now())
    except Merge.DoesNotExist as exc:
        raise Http404("This merge is not here.") from exc
    return _undone(request, taken_back.group)


@require_POST
def undo_dismissal(request: PageRequest, pk: int) -> HttpResponse:
    dismissal = Dismissal.objects.filter(owner=request.user, pk=pk).select_related("group").first()
    if dismissal is None:
        raise Http404("This was taken back already.")
    found = dismissal.group
    withdraw(dismissal)
    return _undone(request, found)


@require_safe
def merged(request: PageRequest) -> HttpResponse:
    """Show what was merged, the newest first."""
    form = _checked(ListForm(request.GET))
    merges, next_cursor = page_of_merges(request.user, MERGES, form.cleaned_data["cursor"])
    return render(request, "duplicates/merged.html", {"merges": merges, "next_cursor": next_cursor})


def _checked(form: Any) -> Any:
    if not form.is_valid():
        raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
    return form


def _shelf(request: PageRequest, tier: Tier | None) -> dict[str, Any]:
    found = counts(request.user)
    tabs = [(_name(one), one, found[one]) for one in Tier]
    return {
        "tabs": tabs,
        "total": sum(found.values()),
        "tier_name": _name(tier),
        "about": wording.ABOUT[tier] if tier else "",
        "all_at_once": found[tier] if tier in SURE else 0,
        "run": MergeRun.objects.filter(owner=request.user).order_by("-pk").first(),
    }


def _name(tier: Tier | None) -> str:
    return next((name for name, one in TIERS.items() if one is tier), "")


def _decided(request: PageRequest, words: str, undo_url: str) -> HttpResponse:
    """Say what was done, in the place of the group or above the next page, with the way back."""
    if request.htmx:
        answer = render(request, "duplicates/includes/decided.html", {"words": words, "undo_url": undo_url})
        answer["HX-Trigger"] = "duplicates-changed"
        return answer
    messages.success(request, words, extra_tags=undo_url)
    return redirect(way_back(request) or "duplicates:overview")


def _undone(request: PageRequest, row: DuplicateGroup | None) -> HttpResponse:
    if not request.htmx:
        messages.success(request, "Taken back. Everything is as it was.")
        return redirect(way_back(request) or "duplicates:overview")
    visible = DuplicateGroup.objects.visible_to(request.user).filter(pk=row.pk) if row else ()
    found: list[Review] = reviews(list(visible), request.user)
    answer = render(request, "duplicates/includes/undone.html", {"reviews": found})
    answer["HX-Trigger"] = "duplicates-changed"
    return answer
