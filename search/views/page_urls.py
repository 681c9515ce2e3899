from __future__ import annotations

from django.urls import path

from search.saved import pages as saved_pages
from search.suggesting import history_pages
from search.views import facet_pages, pages, pages_likeness

app_name = "search"
urlpatterns = [
    path("search/", pages.results, name="results"),
    path("search/facets/", facet_pages.facets, name="facets"),
    path("search/completions/", pages.completions, name="completions"),
    path("search/by-image/", pages_likeness.by_image, name="by_image"),
    path("search/like-photos/", pages_likeness.of_photos, name="of_photos"),
    path("search/part/", pages_likeness.region, name="region"),
    path("search/refine/", pages_likeness.refine, name="refine"),
    path("search/pictures/<slug:token>/", pages_likeness.picture, name="picture"),
    path("<int:pk>/similar/", pages.similar, name="similar"),
    path("searches/", saved_pages.saved, name="saved"),
    path("searches/pinned/", saved_pages.pinned, name="pinned"),
    path("searches/<int:pk>/", saved_pages.saved_results, name="saved_results"),
    path("searches/<int:pk>/count/", saved_pages.count, name="count"),
    path("searches/<int:pk>/seen/", saved_pages.seen, name="seen"),
    path("searches/<int:pk>/rename/", saved_pages.rename, name="rename"),
    path("searches/<int:pk>/pin/", saved_pages.pin, name="pin"),
    path("searches/<int:pk>/order/", saved_pages.keep_order, name="keep_order"),
    path("searches/<int:pk>/move/", saved_pages.move, name="move"),
    path("searches/<int:pk>/link/", saved_pages.link, name="link"),
    path("searches/<int:pk>/delete/", saved_pages.delete, name="delete"),
    path("searches/<int:pk>/put-back/", saved_pages.put_back, name="put_back"),
    path("searches/past/", history_pages.remember, name="remember"),
    path("searches/past/clear/", history_pages.clear, name="clear_past"),
    path("searches/past/switch/", history_pages.switch, name="switch_past"),
    path("searches/past/<int:pk>/forget/", history_pages.forget, name="forget"),
]
