"""Fields of the API's JSON that take what their description says and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

if TYPE_CHECKING:
    Field = serializers.Field[Any, Any, Any, Any]
else:
    Field = object


class OfItsType(Field):
    """Refuses a value of another JSON type: 0 is not false here, "4" is no number and 7 no title."""

    json_types: tuple[type, ...]

    def to_internal_value(self, data: Any) -> Any:
        if type(data) not in self.json_types:
            self.fail("invalid")
        return super().to_internal_value(data)


class TextField(OfItsType, serializers.CharField):
    json_types = (str,)


class TruthField(OfItsType, serializers.BooleanField):
    json_types = (bool,)


class WholeNumberField(OfItsType, serializers.IntegerField):
    json_types = (int, float)  # 4.0 is a whole number in JSON


class NumberField(OfItsType, serializers.FloatField):
    json_types = (int, float)


# Not the format `date-time`: that demands an offset, and the clock of a camera often has none.
@extend_schema_field(
    {
        "type": "string",
        "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?$",
        "example": "2019-03-21T11:04:22",
    }
)
class WallTimeField(serializers.Field):
    """ISO 8601 local time, with an offset where it is known and without one where it is not."""

    def to_representation(self, value: Any) -> str:
        return str(value.isoformat())

    def to_internal_value(self, data: Any) -> Any:
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
        except ValueError:  # the form is right, the date does not exist
            moment = None
        if moment is None:
            raise serializers.ValidationError("Write it as 2019-03-21T11:04:22, with +01:00 behind it if known.")
        if not 1826 <= moment.year <= 9998:
            raise serializers.ValidationError("The year must lie between 1826 and 9998.")
        return moment
