from __future__ import annotations

import pytest

from ai.catalogue import CATALOGUE, Order, order_for, plain_name
from ai.manifests import ModelProblem

DEFAULT = "ViT-B-32__laion2b-s34b-b79k"


def test_the_catalogue_has_what_was_promised() -> None:
    assert {name: (entry.dimension, entry.recall) for name, entry in CATALOGUE.items()} == {
        DEFAULT: (512, 68.8),
        "XLM-Roberta-Base-ViT-B-32__laion5b_s13b_b90k": (512, 68.3),
        "ViT-B-32-SigLIP2-256__webli": (768, 73.2),
        "ViT-B-16-SigLIP2__webli": (768, 75.2),
        "ViT-B-32__openai": (512, 59.4),
        "vit-gpt2-image-captioning": (None, None),
    }


def test_every_entry_can_be_ordered_by_its_name_and_says_what_it_is() -> None:
    for name, entry in CATALOGUE.items():
        assert order_for(name) == Order(name, entry.repo, entry.revision)
        assert plain_name(name) == name
        assert all([entry.megabytes, entry.languages, entry.licence, entry.revision])


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        ("immich-app/Some-Model__v1@abc123", Order("Some-Model__v1", "immich-app/Some-Model__v1", "abc123")),
        ("me/it@refs/pr/1", Order("it", "me/it", "refs/pr/1")),
    ],
)
def test_any_other_model_is_named_by_repository_and_revision(wanted: str, order: Order) -> None:
    assert order_for(wanted) == order


def test_a_model_can_have_another_name_here() -> None:
    assert order_for(DEFAULT, "english").name == "english"
    assert order_for("me/it@main", "mine") == Order("mine", "me/it", "main")


@pytest.mark.parametrize(
    "wanted", ["", "nothing", "me/it", "me/it@", "../it@main", "me/it@../../x y", "a/b/c@main", "https://x/y@main"]
)
def test_what_is_neither_is_refused_with_the_way_to_name_it(wanted: str) -> None:
    with pytest.raises(ModelProblem, match=r"owner/repo@revision|cannot be the name"):
        order_for(wanted)
