from __future__ import annotations

from django.urls import path

from search.saved import api as saved_api
from search.saved import feed_api
from search.views import api, api_facets, api_likeness

urlpatterns = [
    path("search", api.SearchView.as_view(), name="search"),
    path("search/facets", api_facets.FacetsView.as_view(), name="search_facets"),
    path("search/image-to-image", api_likeness.SimilarView.as_view(), name="search_similar"),
    path("search/by-image", api_likeness.ByImageView.as_view(), name="search_by_image"),
    path("searches", saved_api.SavedSearchListView.as_view(), name="saved_searches"),
    path("searches/<int:pk>", saved_api.SavedSearchView.as_view(), name="saved_search"),
    path("searches/<int:pk>/feed", feed_api.FeedView.as_view(), name="saved_search_feed"),
]
