from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from photos.views import detail, selection, shelf, trash, upload

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
    path("gallery/selection/", selection.selection, name="selection"),
    path("gallery/<int:pk>/", detail.detail, name="detail"),
    path("gallery/<int:pk>/edit/", detail.edit, name="edit"),
    path("gallery/<int:pk>/tags/", detail.tags, name="tags"),
    path("gallery/<int:pk>/analyze/", detail.analyse, name="analyze"),
]
