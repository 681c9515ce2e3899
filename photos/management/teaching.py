"""`manage.py tags teach`: what it asks for, and what it says."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, OutputWrapper
from django.utils import timezone

from ai.encoders.base import EncoderUnavailable
from photos import learning, teaching
from photos.models import LearnedProbe, Photo, VocabularyWord
from photos.models.tag import normalise_tag
from photos.suggestions import Order, suggestions
from photos.teaching_folders import Shown, show

MATCHES = 10


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("word", nargs="?", metavar="WORD", help="The word to teach.")
    parser.add_argument("--positive", type=Path, metavar="DIR", help="Pictures that show it.")
    parser.add_argument("--negative", type=Path, metavar="DIR", help="Pictures that do not show it.")
    parser.add_argument("--forget", action="store_true", help="Take back all that was said of the word.")
    parser.add_argument("--list", action="store_true", help="Show the words that were taught.")


def teach(options: dict[str, Any], out: OutputWrapper) -> None:
    """Do what the options say; raises CommandError."""
    try:
        if options["list"]:
            _list(out)
        elif options["forget"]:
            _forget(_asked(options), out)
        else:
            _teach(_asked(options), options, out)
    except EncoderUnavailable as problem:
        raise CommandError(str(problem)) from problem


def _asked(options: dict[str, Any]) -> str:
    if not options["word"]:
        raise CommandError("Name the word.")
    return str(options["word"])


def _teach(name: str, options: dict[str, Any], out: OutputWrapper) -> None:
    folders = [(options["positive"], True), (options["negative"], False)]
    if not any(folder for folder, _ in folders):
        raise CommandError("Name a folder of pictures: --positive DIR, --negative DIR or both.")
    for folder, _ in folders:
        if folder and not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
    try:
        word = teaching.word_named(name)
    except ValidationError as problem:
        raise CommandError(" ".join(problem.messages)) from problem
    for folder, positive in folders:
        if folder:
            _tell_shown(show(word, folder, positive, timezone.now()), folder, out)
    probe = learning.relearn(word, timezone.now())
    if probe is None:
        raise CommandError(f"“{word}” is not learned: that needs a picture that shows it, unlike those that do not.")
    out.write(f"{word}: {_words(probe)}")
    _tell_matches(word, out)


def _tell_shown(shown: Shown, folder: Path, out: OutputWrapper) -> None:
    for skipped in shown.skipped:
        out.write(f"skipped {skipped.path}: {skipped.reason}")
    out.write(f"{folder}: {shown.photos} photos of the library, {shown.outside} pictures that are not in it")


def _tell_matches(word: VocabularyWord, out: OutputWrapper) -> None:
    found = suggestions(word, Photo.objects.filter(trashed_at=None, archived=False), MATCHES, Order.SUREST)
    if found:
        out.write("The surest photos of which nobody has said anything yet:")
    for suggestion in found:
        out.write(f"{suggestion.photo.pk:>8}  {suggestion.probability:>4.0%}  {suggestion.photo}")


def _list(out: OutputWrapper) -> None:
    for word in teaching.taught():
        probe = learning.learned(word)
        out.write(f"{word}: {_words(probe) if probe else 'not learned'}")


def _forget(name: str, out: OutputWrapper) -> None:
    word = teaching.taught().filter(word=normalise_tag(name)).first()
    if word is None:
        raise CommandError(f"“{name}” was not taught: see --list.")
    teaching.forget(word)
    out.write(f"“{word}” is forgotten.")


def _words(probe: LearnedProbe) -> str:
    learned = f"learned from {probe.positives} pictures that show it and {probe.negatives} that do not"
    if probe.recall is None:
        return f"{learned}; with three of each its precision can be told"
    precision = "none tagged" if probe.precision is None else f"precision {probe.precision:.0%}"
    return f"{learned}; held-out examples: {precision}, recall {probe.recall:.0%}"
