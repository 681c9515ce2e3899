from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from photos.archives import importing
from photos.models import ArchiveImport
from photos.views.request import PageRequest

SHOWN = 200  # files that were left; the API lists all


@require_safe
def archive(request: PageRequest, pk: int) -> HttpResponse:
    """Show how far an archive is; to htmx, which asks again until it is over, the part that changes."""
    template = "photos/includes/archive_progress.html" if request.htmx else "photos/archive.html"
    row = _import_or_404(request, pk)
    return render(request, template, {"archive": row, "left": row.left_entries.order_by("-failed", "number")[:SHOWN]})


@require_POST
def cancel(request: PageRequest, pk: int) -> HttpResponse:
    """Take no more of it; what was taken stays."""
    importing.end(_import_or_404(request, pk), timezone.now(), cancelled=True)
    return redirect("photos:archive_import", pk)


def _import_or_404(request: PageRequest, pk: int) -> ArchiveImport:
    row = ArchiveImport.objects.filter(owner=request.user, pk=pk).first()
    if row is None:
        raise Http404("This import is not here. Perhaps it belongs to somebody else.")
    return row
