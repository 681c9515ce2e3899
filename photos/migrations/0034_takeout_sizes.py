from __future__ import annotations

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models.functions import Length


def measure(apps: StateApps, _: BaseDatabaseSchemaEditor) -> None:
    """Give notes that are there their size, by letters: they are forgotten within a week."""
    notes = apps.get_model("photos", "TakeoutNote").objects
    notes.update(size=Length("said") + Length("folder") + Length("base") + 256)


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0033_photo_by_image"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="takeoutnote",
            name="size",
            field=models.PositiveIntegerField(default=0, help_text="In bytes, its names with it."),
        ),
        migrations.AddIndex(
            model_name="takeoutnote",
            index=models.Index(fields=["owner", "size"], name="takeout_note_sizes"),
        ),
        migrations.RunPython(measure, migrations.RunPython.noop),
    ]
