from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from photos.views import analysis, dates, detail, imports, jobs, selection, shelf, trash, understanding, upload, version

app_name = "photos"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="photos:gallery"), name="home"),
    path("gallery/", shelf.gallery, name="gallery"),
    path("gallery/favorites/", shelf.favorites, name="favorites"),
    path("gallery/archive/", shelf.archive, name="archive"),
    path("gallery/trash/", shelf.trash, name="trash"),
    path("gallery/trash/empty/", trash.empty, name="empty_trash"),
    path("gallery/trash/<int:pk>/thumbnail/", trash.thumbnail, name="trashed_thumbnail"),
    path("gallery/trash/<int:pk>/delete/", trash.delete, name="delete"),
    path("gallery/upload/", upload.upload, name="upload"),
    path("gallery/dates/", dates.choose, name="dates"),
    path("gallery/dates/shift/", dates.shift, name="shift_dates"),
    path("gallery/dates/undo/", dates.undo, name="undo_dates"),
    path("gallery/imports/<int:pk>/", imports.archive, name="archive_import"),
    path("gallery/imports/<int:pk>/cancel/", imports.cancel, name="archive_cancel"),
    path("gallery/jobs/", jobs.jobs, name="jobs"),
    path("gallery/jobs/retry/", jobs.retry, name="jobs_retry"),
    path("gallery/jobs/all/retry/", jobs.retry_jobs, name="jobs_retry_jobs"),
    path("gallery/jobs/all/cancel/", jobs.cancel, name="jobs_cancel"),
    path("gallery/jobs/<uuid:job>/traceback/", jobs.traceback, name="jobs_traceback"),
    path("gallery/jobs/stages/<int:stage>/traceback/", jobs.stage_traceback, name="jobs_stage_traceback"),
    path("gallery/jobs/all/pause/", jobs.pause, name="jobs_pause"),
    path("gallery/jobs/all/resume/", jobs.resume, name="jobs_resume"),
    path("gallery/selection/", selection.selection, name="selection"),
    path("gallery/<int:pk>/", detail.detail, name="detail"),
    path("gallery/<int:pk>/edit/", detail.edit, name="edit"),
    path("gallery/<int:pk>/date/", detail.date, name="date"),
    path("gallery/<int:pk>/tags/", detail.tags, name="tags"),
    path("gallery/<int:pk>/analyze/", detail.analyse, name="analyze"),
    path("gallery/<int:pk>/hurry/", jobs.hurry, name="hurry"),
    path("gallery/<int:pk>/understanding/", understanding.understanding, name="understanding"),
    path("gallery/<int:pk>/understanding/word/", understanding.word, name="word"),
    path("gallery/<int:pk>/understanding/caption/", understanding.caption, name="caption"),
    path("gallery/<int:pk>/understanding/hand-back/", understanding.hand_back, name="hand_back"),
    path("gallery/<int:pk>/understanding/repeat/", understanding.repeat, name="repeat"),
    path("gallery/<int:pk>/versions/show/", version.show, name="show_version"),
    path("gallery/<int:pk>/versions/separate/", version.separate, name="separate_version"),
    path("analysis/", analysis.analysis, name="analysis"),
    path("analysis/choose/", analysis.choose, name="analysis_choose"),
    path("analysis/start/", analysis.start, name="analysis_start"),
    path("analysis/cancel/", analysis.cancel, name="analysis_cancel"),
]
