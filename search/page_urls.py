from __future__ import annotations

from django.urls import path

from search import pages

app_name = "search"
urlpatterns = [
    path("search/", pages.results, name="results"),
    path("search/completions/", pages.completions, name="completions"),
    path("search/by-image/", pages.by_image, name="by_image"),
    path("<int:pk>/similar/", pages.similar, name="similar"),
]
