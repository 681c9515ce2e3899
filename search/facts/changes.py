from __future__ import annotations

from django.db import models


class FactChange(models.Model):
    """News that a photo has other facts now, written by triggers (`search.facts.watching`) and read past a cursor.

    It only grows at its end, and is cut off at its beginning: a photo may be in it many times. Whoever comes from
    before the beginning cannot know what changed.
    """

    EVERY = 0  # instead of a photo's id: whatever is known of any photo may be wrong
    KEPT = 200_000

    # No AutoField: SQLite would write a second table with every row, so that the ids of deleted last rows never return.
    id = models.IntegerField(primary_key=True)
    photo_id = models.BigIntegerField()

    class Meta:
        db_table = "search_fact_change"

    def __str__(self) -> str:
        return f"facts of photo {self.photo_id}"

    @classmethod
    def prune(cls) -> int:
        """Forget all but the newest; return how many that were."""
        newest = cls.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        return cls.objects.filter(pk__lte=newest - cls.KEPT).delete()[0]
