from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import Settings

from cloudzy.model_checks import check_model
from photos.models import ActiveModel

pytestmark = pytest.mark.django_db


def test_settings_that_agree_with_the_library_are_no_problem() -> None:
    assert check_model() == []
    ActiveModel.adopt("fake", "fake@1-32d")

    assert check_model() == []


def test_settings_that_ask_for_another_model_are_a_warning_with_the_command(settings: Settings) -> None:
    ActiveModel.adopt("fake", "fake@1-32d")
    settings.CLOUDZY_ENCODER = "clip:other"

    (problem,) = check_model()

    assert (problem.id, problem.is_serious()) == ("cloudzy.W002", False)
    assert "run `manage.py models use clip:other`" in problem.msg


def test_a_database_without_the_table_yet_is_nobodys_fault() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE active_model RENAME TO away")

    assert check_model() == []
