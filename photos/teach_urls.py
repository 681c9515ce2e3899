from __future__ import annotations

from django.urls import path

from photos.views import teach

app_name = "teach"
urlpatterns = [
    path("", teach.overview, name="overview"),
    path("new/", teach.new, name="new"),
    path("<int:word>/", teach.lesson, name="lesson"),
    path("<int:word>/answer/", teach.answer, name="answer"),
    path("<int:word>/forget/", teach.forget, name="forget"),
]
