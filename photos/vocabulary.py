"""The words of the library, handed to whichever encoder reads it.

An encoder with words of its own keeps them as it was taught and as it was measured, but for what a curator set. One
that understands any text gets all of them, by their prompts.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ai.encoders.base import Encoder, model_key
from ai.encoders.placeholder import PlaceholderEncoder
from ai.extending import extend
from ai.names import NameBook, Named
from ai.probes import THRESHOLD
from ai.vocabulary import Alias, Correction, Probe, Vocabulary, Word
from ai.zeroshot import DEFAULT_TEMPERATURE, PromptedWord, vocabulary_for
from photos.models import LearnedProbe, TagCalibration, VocabularyState, VocabularyWord
from photos.shipped import shipped
from photos.textvectors import RememberedTexts


@dataclass(frozen=True)
class _Taught:
    plain: Encoder
    stamp: uuid.UUID
    taught: Encoder


_taught: dict[str, _Taught] = {}
_names: dict[uuid.UUID, NameBook] = {}
_teaching, _naming = threading.Lock(), threading.Lock()


def taught(encoder: Encoder) -> Encoder:
    """Return the encoder with the library's words, made anew only when they have changed.

    Raise EncoderUnavailable where a prompt is to be embedded and cannot be.
    """
    if isinstance(encoder, PlaceholderEncoder):
        return encoder
    key = model_key(encoder)
    # The stamp before the words: what changes in between has a newer one, and is read at the next call.
    stamp = VocabularyState.now().current
    with _teaching:
        known = _taught.get(key)
        if known is None or known.plain is not encoder or known.stamp != stamp:
            known = _taught[key] = _Taught(encoder, stamp, encoder.with_vocabulary(vocabulary_of(encoder)))
    return known.taught


def vocabulary_of(encoder: Encoder) -> Vocabulary:
    """Return the vocabulary of the library's words in this encoder's space, as measured there."""
    rows = list(VocabularyWord.objects.all())
    own, calibration = encoder.vocabulary, TagCalibration.objects.latest_of(model_key(encoder))
    vocabulary = _extended(encoder, own, rows) if own else _prompted(encoder, rows)
    if calibration:
        vocabulary = replace(vocabulary, temperature=calibration.temperature)
    corrections = calibration.corrections if calibration else {}
    off = {row.word for row in rows if not row.enabled}
    # What is switched off keeps its leaf as part of the background, so that no other word's probability moves.
    words = [_corrected(word, corrections.get(word.word)) for word in vocabulary.words if word.word not in off]
    return replace(vocabulary, words=tuple(_with_probes(words, rows, model_key(encoder))))


def words_meant(texts: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return by text the words that the whole of it is a name of, in any language; none where it says anything else."""
    stamp = VocabularyState.now().current
    with _naming:
        book = _names.get(stamp)
        if book is None:
            book = NameBook([_named(row) for row in VocabularyWord.objects.filter(enabled=True)])
            _names.clear()
            _names[stamp] = book
    return {text: _meant(list(book.read(text))) for text in texts}


def prompts_of(row: VocabularyWord) -> tuple[str, ...]:
    """Return the texts that describe pictures of the word."""
    if not row.leaf:
        return ()
    return tuple(row.prompts) or tuple(template.format(row.word) for template in shipped().templates)


def _meant(read: Sequence[Named]) -> frozenset[str]:
    return frozenset(word.word for word in read[0].words) if len(read) == 1 else frozenset()


def _prompted(encoder: Encoder, rows: Sequence[VocabularyWord]) -> Vocabulary:
    words = [_prompted_word(row) for row in rows]
    return vocabulary_for(RememberedTexts(encoder), words, shipped().backgrounds, DEFAULT_TEMPERATURE)


def _extended(encoder: Encoder, own: Vocabulary, rows: Sequence[VocabularyWord]) -> Vocabulary:
    by_word = {row.word: row for row in rows}
    revised = [_revised(word, by_word.get(word.word)) for word in own.words]
    taught_words = {word.word for word in own.words}
    # What came with Cloudzy was written for encoders of any text: of most of it this one would understand little.
    added = [row for row in rows if row.word not in taught_words and (not row.shipped or "prompts" in row.edited)]
    return extend(own, revised, [_prompted_word(row) for row in added], encoder)


def _revised(word: Word, row: VocabularyWord | None) -> Word:
    """Return a word that the encoder was taught, with what a curator set of it."""
    if row is None:
        return word
    named = _named(row)
    # What it was taught as a synonym, and is a word of its own for encoders that can tell them apart.
    only_here = [name for name in word.synonyms if name not in _came_with(row)]
    changed = replace(word, synonyms=(*named.synonyms, *only_here), aliases=named.aliases)
    if "parents" in row.edited:
        changed = replace(changed, parents=named.parents)
    return replace(changed, threshold=row.threshold) if "threshold" in row.edited else changed


def _prompted_word(row: VocabularyWord) -> PromptedWord:
    word = _named(row)
    return PromptedWord(word.word, prompts_of(row), word.parents, word.synonyms, word.threshold, word.aliases)


def _with_probes(words: Sequence[Word], rows: Sequence[VocabularyWord], model: str) -> Iterator[Word]:
    """Yield the words, those that somebody taught this model by their probes; the leaf one had is background now."""
    learned = LearnedProbe.objects.filter(model=model).values_list("word_id", "weights", "bias")
    probes = {word_id: Probe(weights, bias) for word_id, weights, bias in learned}
    taught_rows = {row.word: row for row in rows if row.pk in probes and row.enabled}
    for word in words:
        if word.word not in taught_rows:
            yield word
    known = {word.word: word for word in words}
    for name, row in taught_rows.items():
        threshold = row.threshold if "threshold" in row.edited else THRESHOLD
        word = replace(known.get(name, _named(row)), leaves=(), correction=None)
        yield replace(word, probe=probes[row.pk], threshold=threshold)


def _named(row: VocabularyWord) -> Word:
    """Return the word with its names and nothing to recognise it by."""
    came_with = _came_with(row)
    shared = tuple(name for name in row.synonyms if name in came_with)
    own = tuple(Alias(name) for name in row.synonyms if name not in shared)
    return Word(row.word, (), tuple(row.parents), shared, row.threshold, aliases=(*own, *_translations(row)))


def _came_with(row: VocabularyWord) -> Sequence[str]:
    """Return the synonyms that the word came with: plain English, unlike those a curator gives it."""
    word = shipped().words.get(row.word)
    return word.synonyms if word else ()


def _translations(row: VocabularyWord) -> Iterator[Alias]:
    return (Alias(name, language) for language, names in row.translations.items() for name in names)


def _corrected(word: Word, measured: Collection[float] | None) -> Word:
    return word if measured is None else replace(word, correction=Correction(*measured))
