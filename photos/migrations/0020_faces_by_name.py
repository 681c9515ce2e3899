from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("photos", "0019_merges"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="photoface",
            index=models.Index(
                condition=models.Q(("name", ""), _negated=True), fields=["name", "photo"], name="photo_face_by_name"
            ),
        ),
    ]
