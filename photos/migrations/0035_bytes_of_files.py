from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("photos", "0034_takeout_sizes")]

    operations = [
        migrations.AddIndex(
            model_name="photofile",
            index=models.Index(fields=["photo", "bytes"], name="photo_file_bytes_by_photo"),
        ),
    ]
