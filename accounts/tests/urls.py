"""A page, an API view and the admin: one address of each kind the guard and the sign-in must treat."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user.get_username()} {request.META['REMOTE_ADDR']} {request.scheme}")


class WhoAmI(APIView):
    def get_authenticators(self) -> list[BaseAuthentication]:
        # Asked each time: the class attribute would keep what the mode was when this module was imported.
        classes: list[type[BaseAuthentication]] = api_settings.DEFAULT_AUTHENTICATION_CLASSES  # type: ignore[assignment]
        return [authentication() for authentication in classes]

    def get(self, request: Request) -> Response:
        return Response({"user": request.user.get_username()})

    post = get


urlpatterns = [
    path("page", page),
    path("api", WhoAmI.as_view()),
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
]
