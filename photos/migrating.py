"""The work of a migration: photos are embedded by the new model, batch by batch, each batch in one transaction."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ai.encoders.base import Encoder, EncoderUnavailable, model_key
from ai.loading import get_encoder
from photos import generations, learning
from photos.comparison import Comparison, compare, queries_to_compare
from photos.embeddings import count_embedded, put_vectors
from photos.encoding import matching_encoder
from photos.errors import StorageMissing
from photos.events import generation_ready
from photos.models import ModelMigration, Photo, UnembeddedPhoto
from photos.reembedding import Found, embed

# What a migration waits for instead of failing: it passes, and then the work goes on.
PASSING = (EncoderUnavailable, StorageMissing)


@dataclass(frozen=True)
class MigrationSlice:
    """A while of work on a migration, by a process that has claimed it under `token`.

    With `careful` photos are embedded one by one and each attempt is noted before: the process before this one was
    lost, and perhaps to a photo. `told` hears of every batch.
    """

    migration: ModelMigration
    token: uuid.UUID
    careful: bool = False
    length: timedelta = timedelta(seconds=10)
    told: Callable[[ModelMigration], object] = lambda _: None

    def work(self) -> bool:
        """Do what can be done in this while; True when more is to be done. What it has to wait for is on the row."""
        try:
            encoder = get_encoder(self.migration.encoder)
            encoder.warm_up()
            if model_key(encoder) != self.migration.model:
                self._fail(f"{encoder.name} has other files than at the beginning: run `manage.py models use` again.")
                return False
            self._count()
            return self._embed_some(encoder) and (not self._is_complete() or self._conclude(encoder))
        except PASSING as exc:
            self.migration.wait(str(exc))
            return False

    def _embed_some(self, encoder: Encoder) -> bool:
        """Embed what is lacking until nothing is or the time is over; False when the claim was lost."""
        over, last = time.monotonic() + self.length.total_seconds(), 0
        while time.monotonic() < over and (photos := self._next(last)):
            begun, last = time.monotonic(), photos[-1].pk
            found = embed(encoder, photos)
            worked = time.monotonic() - begun
            pause = worked * (100 / self.migration.share - 1)
            if not self._keep(found, worked + pause):
                return False
            time.sleep(pause)
        return True

    def _next(self, last: int) -> list[Photo]:
        batch = 1 if self.careful else settings.CLOUDZY_ENCODER_BATCH
        lacking = generations.lacking(self.migration).filter(pk__gt=last).order_by("pk")
        photos = list(lacking.only("original_name", "image")[:batch])
        if self.careful:
            for photo in photos:
                attempt, _ = self.migration.unembedded.get_or_create(photo=photo)
                UnembeddedPhoto.objects.filter(pk=attempt.pk).update(tries=F("tries") + 1)
        return photos

    def _keep(self, found: Found, seconds: float) -> bool:
        """Write what was found in one transaction; False, and nothing is written, when the claim was lost."""
        with transaction.atomic():
            if not self.migration.lock(self.token, timezone.now()):
                return False
            there = set(Photo.objects.filter(pk__in=found.reasons).values_list("pk", flat=True))
            for pk in there:
                self.migration.unembedded.update_or_create(photo_id=pk, defaults={"reason": found.reasons[pk]})
            self.migration.unembedded.filter(photo__in=list(found.vectors)).delete()
            self.migration.tell(len(found.vectors), seconds)
            put_vectors(self.migration.model, found.vectors)
        self.migration.refresh_from_db()
        self.told(self.migration)
        return True

    def _count(self) -> None:
        done = count_embedded(self.migration.model)
        left = generations.lacking(self.migration).count() + self.migration.unembedded.given_up().count()
        self.migration.count(done, done + left)

    def _is_complete(self) -> bool:
        return generations.is_complete(self.migration)

    def _conclude(self, encoder: Encoder) -> bool:
        """Make ready what is complete, and switch unless a person wants to; True when photos came in meanwhile."""
        if self.migration.state == ModelMigration.State.EMBEDDING:
            failed = self.migration.unembedded.given_up().count()
            if failed > count_embedded(self.migration.model):
                self._fail(f"{failed} photos could not be embedded, more than could.")
                return False
            # Before anything is read with it, or taught words would be off their photos for a while.
            learning.catch_up(encoder, timezone.now())
            generation_ready.send(sender=ModelMigration, model=self.migration.model)
            self.migration.make_ready(_comparison(self.migration).as_json())
        if self.migration.review or not self.migration.is_running:
            return False
        return not generations.switch(self.migration, timezone.now())

    def _fail(self, problem: str) -> None:
        self.migration.end(ModelMigration.State.FAILED, timezone.now(), problem)


def _comparison(migration: ModelMigration) -> Comparison:
    try:
        old = matching_encoder(migration.replaced_encoder, migration.replaced_model)
        new = matching_encoder(migration.encoder, migration.model)
        return compare(old, new, queries_to_compare())
    except EncoderUnavailable as exc:
        return Comparison(note=f"The searches of both models could not be compared. {exc}")
