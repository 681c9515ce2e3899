from __future__ import annotations

from django.conf import settings
from django.db import migrations
from django.db.models import Count


def adopt(apps, _):
    """Let a library that is there belong to the model that most of its photos were embedded with."""
    photos = apps.get_model("photos", "Photo").objects.exclude(embedding_model="").order_by()
    commonest = photos.values_list("embedding_model").annotate(photos=Count("pk")).order_by("-photos").first()
    if commonest:
        key = commonest[0]
        made = {"encoder": settings.CLOUDZY_ENCODER, "key": key, "settled": key}
        apps.get_model("photos", "ActiveModel").objects.get_or_create(pk=1, defaults=made)


class Migration(migrations.Migration):
    dependencies = [("photos", "0002_generations")]

    operations = [migrations.RunPython(adopt, migrations.RunPython.noop)]
