from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, include, path

import photos.api.urls
import search.views.api_urls
from cloudzy import docs
from cloudzy.health import HealthView
from cloudzy.problems import problem_page


def with_slash(patterns: list[URLPattern]) -> list[URLPattern]:
    """The same paths once more with a slash at the end: published clients write them either way."""
    return [path(f"{pattern.pattern}/", pattern.callback, pattern.default_args) for pattern in patterns]


api = [
    *photos.api.urls.urlpatterns,
    *search.views.api_urls.urlpatterns,
    path("health", HealthView.as_view(), name="health"),
    path("openapi.json", docs.schema, name="openapi"),
    path("docs", docs.swagger, name="docs"),
    path("redoc", docs.redoc, name="redoc"),
]

admin.site.site_header = admin.site.site_title = "Cloudzy"
admin.site.index_title = "Curation"

urlpatterns = [
    path("", include((api, "api"))),
    path("", include(with_slash(api))),
    path("", include("photos.urls")),
    path("gallery/duplicates/", include("photos.duplicate_urls")),
    path("gallery/", include("search.views.page_urls")),
    path("teach/", include("photos.teach_urls")),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("redoc.js", docs.redoc_script, name="redoc_script"),
    path("problems/<slug:slug>", problem_page, name="problem"),
]

handler400 = "cloudzy.errors.bad_request"
handler403 = "cloudzy.errors.permission_denied"
handler404 = "cloudzy.errors.not_found"
handler500 = "cloudzy.errors.server_error"
