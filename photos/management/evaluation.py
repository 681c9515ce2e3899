"""`manage.py models evaluate DIR`: how good a model is on pictures that somebody has labelled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper

from ai.encoders.base import Encoder, model_key
from ai.encoders.placeholder import PlaceholderEncoder
from ai.evaluation import Retrieval, Score
from ai.loading import get_encoder
from ai.vocabulary import MAX_TAGS
from photos.encoding import current_encoder
from photos.evaluating import DEPTH, Evaluation, NothingKnown, evaluate
from photos.generations import encoder_named
from photos.labelled import LabelledSet, NoLabelledSet, Skipped, read_labelled
from photos.looking import Seen, look_at
from photos.management.progress import progress_bar
from photos.vocabulary import taught

_DIGITS = 4
_NAMED_AT_MOST = 20


def add_arguments(actions: Any) -> None:
    parser = actions.add_parser("evaluate", help="Measure how good a model is on labelled pictures.")
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="Holds a folder of pictures for each word, or a captions.json."
    )
    parser.add_argument(
        "--model", default="", metavar="NAME", help="An installed model or compact; else the library's."
    )
    parser.add_argument("--limit", type=int, metavar="N", help="Take a fair sample of so many pictures.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Also write the figures to this file.")


@dataclass(frozen=True)
class Report:
    """What was measured, with which model, on what."""

    folder: Path
    limit: int | None
    encoder: Encoder
    seen: Seen
    skipped: tuple[Skipped, ...]
    evaluation: Evaluation

    def as_dict(self) -> dict[str, Any]:
        figures, pictures = self.evaluation, max(1, len(self.seen.pictures))
        vocabulary = self.encoder.vocabulary
        return {
            "settings": {
                "folder": self.folder.name,
                "limit": self.limit,
                "depth": DEPTH,
                "tags_at_most": MAX_TAGS,
                "threads": settings.CLOUDZY_ENCODER_THREADS,
                "batch": settings.CLOUDZY_ENCODER_BATCH,
            },
            "model": {
                "key": model_key(self.encoder),
                "name": self.encoder.name,
                "revision": self.encoder.revision,
                "dimension": self.encoder.dimension,
                "words": len(vocabulary.words) if vocabulary else 0,
                "temperature": vocabulary.temperature if vocabulary else None,
            },
            "pictures": len(self.seen.pictures),
            "skipped": [asdict(skipped) for skipped in self.skipped],
            "coverage": asdict(figures.coverage),
            "tags": {
                "micro": _rounded(asdict(figures.tags.micro)),
                "macro": _rounded(asdict(figures.tags.macro)),
                "words": [asdict(word) | _rounded(asdict(word.score)) for word in figures.tags.words],
            },
            "search": {
                "precision": round(figures.precision, _DIGITS),
                "words": [_rounded(asdict(search)) for search in figures.searches],
            },
            "text_to_image": _retrieval(figures.text_to_image),
            "image_to_text": _retrieval(figures.image_to_text),
            "seconds_per_image": _rounded(
                {"decode": self.seen.decode_s / pictures, "embed": self.seen.embed_s / pictures}
            ),
        }


def run(options: dict[str, Any], out: OutputWrapper, err: OutputWrapper) -> None:
    """Evaluate, print tables and write the file; raise CommandError, or EncoderUnavailable for the model."""
    if options["limit"] is not None and options["limit"] < 1:
        raise CommandError("--limit must be at least 1.")
    encoder = _encoder(options["model"])
    try:
        report = _report(encoder, read_labelled(options["folder"]), options, err)
    except (NoLabelledSet, NothingKnown) as problem:
        raise CommandError(str(problem)) from problem
    out.write("\n".join(_told(report)))
    if options["json"]:
        text = json.dumps(report.as_dict(), indent=1, ensure_ascii=False)
        options["json"].write_text(f"{text}\n", encoding="utf-8")


def _encoder(name: str) -> Encoder:
    encoder = taught(get_encoder(encoder_named(name))) if name else current_encoder()
    if isinstance(encoder, PlaceholderEncoder):
        raise CommandError("The placeholder looks at file names and at no picture: there is nothing to evaluate.")
    return encoder


def _report(encoder: Encoder, labelled: LabelledSet, options: dict[str, Any], err: OutputWrapper) -> Report:
    pictures = labelled.pictures[: options["limit"]]
    with progress_bar(err, encoder.name, lambda count: f"{count} pictures") as progress:
        seen = look_at(encoder, pictures, settings.CLOUDZY_MAX_PIXELS, progress)
    skipped = (*labelled.skipped, *seen.skipped)
    if not seen.pictures:
        raise NoLabelledSet("\n".join(["None of these files is a picture that can be read.", *_left_out(skipped)]))
    return Report(options["folder"], options["limit"], encoder, seen, skipped, evaluate(encoder, seen))


def _told(report: Report) -> Iterator[str]:
    figures, seen, coverage = report.evaluation, report.seen, report.evaluation.coverage
    yield f"{model_key(report.encoder)} on {len(seen.pictures)} pictures of {report.folder}"
    yield from _left_out(report.skipped)
    if figures.searches or figures.tags.words:
        yield from ["", *_words(figures)]
    for said, words in (("finds, but never tags with", coverage.searched), ("knows nothing of", coverage.unknown)):
        if words:
            yield f"The model {said}: {', '.join(words)}."
    if coverage.captions:
        yield from ["", f"{'captions':<20} {'R@1':>6} {'R@5':>6} {'R@10':>6} {'MRR':>6}"]
        yield _retrieval_row("text to image", figures.text_to_image)
        yield _retrieval_row("image to text", figures.image_to_text)
        yield f"The model knows nothing of {coverage.unknown_captions} of {coverage.captions} captions."
    each = 1000 / len(seen.pictures)
    yield f"\nPer picture: {seen.decode_s * each:.1f} ms to decode, {seen.embed_s * each:.1f} ms to embed."


def _words(figures: Evaluation) -> Iterator[str]:
    row = "{:<24} {:>6} {:>6} {:>6} {:>9} {:>6} {:>6} {:>6}"
    yield row.format("word", "shown", "tagged", "right", "precision", "recall", "F1", f"P@{DEPTH}")
    searches = {search.word: search for search in figures.searches}
    tags = {word.word: word for word in figures.tags.words}
    for word in sorted(searches | tags):
        found = f"{searches[word].precision:.3f}" if word in searches else ""
        if word in tags:
            counts = tags[word]
            yield row.format(word, counts.shown, counts.said, counts.right, *_figures(counts.score), found)
        else:
            yield row.format(word, searches[word].shown, "", "", "", "", "", found)
    yield row.format("all tags (micro)", "", "", "", *_figures(figures.tags.micro), "")
    yield row.format("all words (macro)", "", "", "", *_figures(figures.tags.macro), f"{figures.precision:.3f}")


def _figures(score: Score) -> tuple[str, str, str]:
    return f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}"


def _retrieval_row(name: str, retrieval: Retrieval) -> str:
    return " ".join([f"{name:<20}", *(f"{figure:6.3f}" for figure in (*retrieval.recall.values(), retrieval.mrr))])


def _retrieval(retrieval: Retrieval) -> dict[str, Any]:
    recall = {f"recall_at_{k}": share for k, share in retrieval.recall.items()}
    return _rounded({"queries": retrieval.queries, **recall, "mrr": retrieval.mrr})


def _left_out(skipped: Iterable[Skipped]) -> Iterator[str]:
    named = [f"Skipped {one.file}: {one.reason}" for one in skipped]
    yield from named[:_NAMED_AT_MOST]
    if len(named) > _NAMED_AT_MOST:
        yield f"and {len(named) - _NAMED_AT_MOST} more"


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, _DIGITS) if isinstance(value, float) else value for name, value in figures.items()}
