from __future__ import annotations

from django.urls import path

from photos.views import duplicate_runs, duplicates

app_name = "duplicates"
urlpatterns = [
    path("", duplicates.overview, name="overview"),
    path("count/", duplicates.count, name="count"),
    path("merged/", duplicates.merged, name="merged"),
    path("merged/<int:pk>/undo/", duplicates.undo_merge, name="undo"),
    path("dismissed/<int:pk>/undo/", duplicates.undo_dismissal, name="undo_dismissal"),
    path("many/", duplicate_runs.start, name="many"),
    path("many/progress/", duplicate_runs.progress, name="progress"),
    path("many/<int:pk>/cancel/", duplicate_runs.cancel, name="cancel"),
    path("many/<int:pk>/undo/", duplicate_runs.undo, name="undo_many"),
    path("<int:pk>/", duplicates.group, name="group"),
    path("<int:pk>/merge/", duplicates.merge_group, name="merge"),
    path("<int:pk>/dismiss/", duplicates.dismiss_group, name="dismiss"),
]
