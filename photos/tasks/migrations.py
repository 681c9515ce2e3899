"""The way of a library from one model to another."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import TaskContext, task

from jobs.attempts import claims_of
from jobs.duties import duty
from jobs.models import Run
from jobs.progress import Progress, Reporter
from photos import generations
from photos.migrating import MigrationSlice
from photos.models import ModelMigration

# Between two slices of a migration, so that jobs of less important queues get their turn.
BREATH = timedelta(seconds=1)


@task(queue_name="embed", takes_context=True, time_limit=timedelta(minutes=15), title="Changing the model")
def migrate_library(context: TaskContext, migration_id: int) -> None:
    """Do a slice of a migration and queue the next one; nothing where it is over or somebody else is at it."""
    *earlier, token = claims_of(context.task_result)
    migration = ModelMigration.objects.take(migration_id, token, earlier, timezone.now())
    if migration is None:
        return
    reporter = Reporter(context)

    def tell(now_at: ModelMigration) -> None:
        reporter.tell(Progress(now_at.done, now_at.total, str(now_at)), timezone.now())

    try:
        more = MigrationSlice(migration, token, careful=bool(earlier), told=tell).work()
    finally:
        migration.release(token)
    if more:
        queue_migration(migration_id, timezone.now() + BREATH, uuid.UUID(context.task_result.id))


def queue_migration(migration_id: int, now: datetime, within: uuid.UUID | None = None) -> None:
    """Have a worker go on with a migration at this time, where no other job than `within` does."""
    others = Run.objects.unfinished(migrate_library).filter(subject=f"{migration_id}").exclude(pk=within)
    if not others.exists():
        migrate_library.using(run_after=now).enqueue(migration_id)


@duty(every=timedelta(minutes=1))
def go_on_migrating(now: datetime) -> None:
    """Queue migrations whose job was lost, that waited for something, or that photos have come in to since."""
    for migration in ModelMigration.objects.running().exclude(claimed_until__gt=now):
        waits_for_a_person = migration.review and migration.state == ModelMigration.State.READY
        if not waits_for_a_person or not generations.is_complete(migration):
            queue_migration(migration.pk, now)
