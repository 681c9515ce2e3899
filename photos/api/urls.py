from __future__ import annotations

from django.urls import path

from photos.api import date_shifts, duplicates, exports, files, imports, jobs, tus, views
from photos.api.hashes import HashesView
from photos.api.recognised import TextView

urlpatterns = [
    path("upload", views.UploadView.as_view(), name="upload"),
    path("hashes", HashesView.as_view(), name="hashes"),
    path("exports", exports.ExportsView.as_view(), name="exports"),
    path("imports", imports.ImportListView.as_view(), name="imports"),
    path("imports/<int:pk>", imports.ImportView.as_view(), name="import"),
    path("imports/<int:pk>/left", imports.ImportLeftView.as_view(), name="import-left"),
    path("uploads", tus.UploadsView.as_view(), name="uploads"),
    path("uploads/<uuid:pk>", tus.UploadView.as_view(), name="resumable-upload"),
    path("photos", views.PhotoListView.as_view(), name="photos"),
    path("photo/<int:pk>", views.PhotoView.as_view(), name="photo"),
    path("photo/<int:pk>/restore", views.RestoreView.as_view(), name="photo-restore"),
    path("photo/<int:pk>/analyze", views.AnalyzeView.as_view(), name="photo-analyze"),
    path("photo/<int:pk>/file", views.FileView.as_view(), name="photo-file"),
    path("photo/<int:pk>/thumbnail", views.ThumbnailView.as_view(), name="photo-thumbnail"),
    path("photo/<int:pk>/text", TextView.as_view(), name="photo-text"),
    path("photo/<int:pk>/motion", files.MotionView.as_view(), name="photo-motion"),
    path("photo/<int:pk>/files", files.KeptFilesView.as_view(), name="photo-files"),
    path("photo/<int:pk>/files/<int:number>", files.KeptFileView.as_view(), name="photo-kept-file"),
    path("photo/<int:pk>/files/<int:number>/show", files.ShowVersionView.as_view(), name="photo-show-version"),
    path("photo/<int:pk>/files/<int:number>/separate", files.SeparateVersionView.as_view(), name="photo-separate"),
    path("date-shifts", date_shifts.DateShiftsView.as_view(), name="date-shifts"),
    path("date-shifts/<int:pk>", date_shifts.DateShiftView.as_view(), name="date-shift"),
    path("date-shifts/<int:pk>/undo", date_shifts.UndoDateShiftView.as_view(), name="date-shift-undo"),
    path("duplicates", duplicates.DuplicatesView.as_view(), name="duplicates"),
    path("duplicates/<int:pk>/merge", duplicates.MergeDuplicatesView.as_view(), name="duplicates-merge"),
    path("duplicates/<int:pk>/dismiss", duplicates.DismissDuplicatesView.as_view(), name="duplicates-dismiss"),
    path("merges/<int:pk>/undo", duplicates.UndoMergeView.as_view(), name="merge-undo"),
    path("dismissals/<int:pk>", duplicates.DismissalView.as_view(), name="dismissal"),
    path("jobs", jobs.JobsView.as_view(), name="jobs"),
    path("jobs/<uuid:pk>", jobs.JobView.as_view(), name="job"),
    path("jobs/<uuid:pk>/retry", jobs.RetryJobView.as_view(), name="job-retry"),
    path("jobs/<uuid:pk>/cancel", jobs.CancelJobView.as_view(), name="job-cancel"),
    path("tags", views.TagListView.as_view(), name="tags"),
]
