from __future__ import annotations

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import photos.fields

# All in SQL: a library of a million photos has gigabytes of vectors, which Python need not see.
GATHER = [
    "INSERT INTO embedding (photo_id, model, vector, created_at) "
    "SELECT id, embedding_model, embedding, created_at FROM photo "
    "WHERE embedding IS NOT NULL AND embedding_model <> '' ORDER BY id",
    "INSERT INTO embedding (photo_id, model, vector, created_at) "
    "SELECT photo_id, model, vector, created_at FROM stored_embedding AS stored "
    "WHERE NOT EXISTS (SELECT 1 FROM embedding WHERE photo_id = stored.photo_id AND model = stored.model) "
    "ORDER BY photo_id",
]

# The model the library is read with becomes the settled one.
PUT_BACK = [
    "UPDATE active_model SET settled = key",
    "UPDATE photo SET embedding_model = (SELECT key FROM active_model), embedding = (SELECT vector FROM embedding "
    "WHERE photo_id = photo.id AND model = (SELECT key FROM active_model)) "
    "WHERE id IN (SELECT photo_id FROM embedding WHERE model = (SELECT key FROM active_model))",
    "INSERT INTO stored_embedding (photo_id, model, vector, created_at) "
    "SELECT embedding.photo_id, embedding.model, embedding.vector, embedding.created_at FROM embedding "
    "INNER JOIN photo ON photo.id = embedding.photo_id WHERE embedding.model <> photo.embedding_model "
    "ORDER BY embedding.photo_id",
]


class RemoveFieldAndPack(migrations.RemoveField):
    """Remove a field; on SQLite by making the table anew.

    To drop the column leaves a page to each row, nearly empty now, and who reads the rows would read as much as before.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = from_state.apps.get_model(app_label, self.model_name)
        schema_editor._remake_table(model, delete_field=model._meta.get_field(self.name))


class Migration(migrations.Migration):
    """Gather all vectors in one table: those of the settled model lay on the photos, the others beside them.

    One transaction, which needs as much room on the disk as the vectors take.
    """

    dependencies = [
        ("photos", "0008_reanalysis"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Embedding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=200)),
                ("vector", photos.fields.VectorField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="embeddings", to="photos.photo"
                    ),
                ),
            ],
            options={
                "db_table": "embedding",
                "constraints": [models.UniqueConstraint(fields=("model", "photo"), name="embedding_once")],
            },
        ),
        migrations.RemoveIndex(model_name="photo", name="photo_by_model"),
        migrations.RemoveIndex(model_name="photo", name="photo_searchable_by_model"),
        # A default for the way back.
        migrations.AlterField("activemodel", "settled", models.CharField(max_length=200, blank=True, default="")),
        migrations.RunSQL(GATHER, PUT_BACK),
        RemoveFieldAndPack(model_name="photo", name="embedding"),
        migrations.RemoveField(model_name="photo", name="embedding_model"),
        migrations.RemoveField(model_name="activemodel", name="settled"),
        migrations.DeleteModel(name="StoredEmbedding"),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("archived", True), ("trashed_at__isnull", False), _connector="OR"),
                fields=["owner", "-trashed_at", "-id"],
                name="photo_hidden",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("favorite", True)), fields=["owner", "-taken_at", "-id"], name="photo_favorites"
            ),
        ),
    ]
