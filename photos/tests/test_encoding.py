from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from ai.encoders.base import Encoder, EncoderUnavailable
from ai.fakes import FakeEncoder
from photos.encoding import current_encoder, disagreement, encoder_in_use, newest_encoder
from photos.models import ActiveModel
from photos.tests.migrated import NEW, OLD, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_encoder")]


def test_the_settings_decide_until_a_vector_is_stored(settings: Settings) -> None:
    assert current_encoder().revision == "1"
    settings.CLOUDZY_ENCODER = "other"
    assert current_encoder().revision == "2"
    upload("red")
    settings.CLOUDZY_ENCODER = "fake"

    assert current_encoder().revision == "2"


def test_a_change_of_model_is_heard_at_the_next_call_and_a_call_costs_two_queries() -> None:
    active = ActiveModel.adopt("fake", OLD)
    active.change_to("other", NEW)
    current_encoder()
    active.change_to("fake", OLD)
    current_encoder()
    active.change_to("other", NEW)

    changed = current_encoder()
    with CaptureQueriesContext(connection) as captured:
        current_encoder()

    assert (changed.revision, len(captured)) == ("2", 2)


def test_other_files_under_the_same_name_are_not_searched_with_but_embed(
    use_encoder: Callable[[Encoder], None],
) -> None:
    upload("red")
    use_encoder(FakeEncoder(revision="3"))

    with pytest.raises(EncoderUnavailable, match=r"fake is fake@3-32d now: run .* models use fake"):
        current_encoder()

    assert newest_encoder().revision == "3"


def test_settings_that_ask_for_another_model_are_told_what_to_run(settings: Settings) -> None:
    upload("red")
    assert disagreement() == ""
    settings.CLOUDZY_ENCODER = "other"

    assert disagreement().startswith(
        "CLOUDZY_ENCODER says other, the library is in fake: run `manage.py models use other`"
    )
    assert encoder_in_use() == "fake"


def test_a_default_that_nobody_set_is_no_disagreement(settings: Settings) -> None:
    upload("red")
    settings.CLOUDZY_ENCODER, settings.CLOUDZY_ENCODER_IS_SET = "compact", False

    assert disagreement() == ""
