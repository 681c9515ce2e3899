from typing import Any

from django.db import migrations, models
from django.db.models import F


def mark_wide_photos(apps: Any, schema_editor: Any) -> None:
    """Those that say so in their files are seen when they come in again; shape is what rows tell."""
    photos = apps.get_model("photos", "Photo").objects.using(schema_editor.connection.alias)
    photos.filter(height__gte=300, width__gte=F("height") * 2.5).update(panorama=True)


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0013_fingerprints"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="animated",
            field=models.BooleanField(default=False, editable=False, help_text="Its first frame is shown."),
        ),
        migrations.AddField(
            model_name="photo",
            name="panorama",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(mark_wide_photos, migrations.RunPython.noop, elidable=True),
    ]
