from __future__ import annotations

from django.urls import path

from search import api, api_likeness

urlpatterns = [
    path("search", api.SearchView.as_view(), name="search"),
    path("search/image-to-image", api_likeness.SimilarView.as_view(), name="search_similar"),
    path("search/by-image", api_likeness.ByImageView.as_view(), name="search_by_image"),
]
