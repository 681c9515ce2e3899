"""The models known to work well, and how to name any other one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ai.manifests import PLAIN_NAME, ModelProblem

COMMIT = re.compile(r"[0-9a-f]{40,64}")

_EXPLICIT = re.compile(r"(?P<repo>\w[\w.-]*/(?P<name>\w[\w.-]*))@(?P<revision>\w[\w./-]*)", re.ASCII)


@dataclass(frozen=True)
class Order:
    """What to fetch, and the name it is to have here. A branch or tag is resolved to a commit when it is fetched."""

    name: str
    repo: str
    revision: str

    @property
    def is_pinned(self) -> bool:
        return bool(COMMIT.fullmatch(self.revision))


@dataclass(frozen=True)
class Entry:
    """A model of the catalogue. `recall` and `megabytes` are as published, the revision is what to fetch.

    `dimension` and `recall` are None for models that write captions.

    `recall`: mean of recall@1, @5 and @10 in English on Crossmodal-3600, in percent, from Immich's documentation of its
    search (docs/features/searching). Nobody can look a commit up without the network, so a revision may be a branch:
    the commit it was is written into the manifest, with the hashes of the files, and is what counts ever after.
    """

    name: str
    repo: str
    revision: str
    megabytes: int
    languages: str
    licence: str
    dimension: int | None = None
    recall: float | None = None
    remark: str = ""

    @property
    def order(self) -> Order:
        return Order(self.name, self.repo, self.revision)


CATALOGUE = {
    entry.name: entry
    for entry in (
        Entry(
            name="ViT-B-32__laion2b-s34b-b79k",
            repo="immich-app/ViT-B-32__laion2b-s34b-b79k",
            revision="main",
            dimension=512,
            megabytes=610,
            languages="English",
            licence="MIT",
            recall=68.8,
            remark="default for English",
        ),
        Entry(
            name="XLM-Roberta-Base-ViT-B-32__laion5b_s13b_b90k",
            repo="immich-app/XLM-Roberta-Base-ViT-B-32__laion5b_s13b_b90k",
            revision="main",
            dimension=512,
            megabytes=1470,
            languages="100",
            licence="MIT",
            recall=68.3,
            remark="default for other languages",
        ),
        Entry(
            name="ViT-B-32-SigLIP2-256__webli",
            repo="immich-app/ViT-B-32-SigLIP2-256__webli",
            revision="main",
            dimension=768,
            megabytes=1540,
            languages="109",
            licence="Apache-2.0",
            recall=73.2,
        ),
        Entry(
            name="ViT-B-16-SigLIP2__webli",
            repo="immich-app/ViT-B-16-SigLIP2__webli",
            revision="main",
            dimension=768,
            megabytes=1540,
            languages="109",
            licence="Apache-2.0",
            recall=75.2,
        ),
        Entry(
            name="ViT-B-32__openai",
            repo="immich-app/ViT-B-32__openai",
            revision="main",
            dimension=512,
            megabytes=610,
            languages="English",
            licence="MIT",
            recall=59.4,
        ),
        Entry(
            name="vit-gpt2-image-captioning",
            repo="Xenova/vit-gpt2-image-captioning",
            revision="main",
            megabytes=980,
            languages="English",
            licence="Apache-2.0",
            remark="writes captions",
        ),
    )
}


def order_for(wanted: str, name: str = "") -> Order:
    """Return what to fetch for a name of the catalogue or `owner/repo@revision`; raise ModelProblem for neither.

    `name` is what the model is to be called here, if not as there.
    """
    if wanted in CATALOGUE:
        order = CATALOGUE[wanted].order
    elif explicit := _EXPLICIT.fullmatch(wanted):
        order = Order(explicit["name"], explicit["repo"], explicit["revision"])
    else:
        raise ModelProblem(
            f"{wanted!r} is not in the catalogue (manage.py models list); name any other model as owner/repo@revision."
        )
    return Order(plain_name(name or order.name), order.repo, order.revision)


def plain_name(name: str) -> str:
    """Return a name that can be a folder; raise ModelProblem for any other."""
    if not PLAIN_NAME.fullmatch(name):
        raise ModelProblem(
            f"{name!r} cannot be the name of a model: use letters, digits, dots, dashes and underscores."
        )
    return name
