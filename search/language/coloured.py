"""Photos by their colours: by the names people give them, or near one that is written as a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import Q

from accounts.models import User
from ai.colours import names
from ai.colours.grid import cells_near
from photos.models import ColourName, PhotoColour
from photos.oneof import OneOf
from search.language.errors import BadValue
from search.language.folding import fold
from search.language.kinds import Fact

_CALLED = {fold(called): name for called, name in names.CALLED.items()}


class ColourFact(Fact[str]):
    """A colour that a photo has; the value is its name, or `#rrggbb`."""

    kind: ClassVar[str] = "color"

    @property
    def allowed(self) -> str:
        known = ", ".join(sorted((*names.NAMES, names.MONOCHROME)))
        return f"{self.name}: takes one of {known}, or a hex value such as #1e90ff."

    def read(self, text: str) -> str:
        if name := _CALLED.get(fold(text.replace("-", " "))):
            return name
        if (number := names.number_of(text.strip())) is None:
            raise BadValue
        return names.hex_of(number)

    def matches(self, value: str, user: User) -> Q:  # noqa: ARG002 - the same for everybody
        number = names.number_of(value)
        if number is None:
            return Q(pk__in=ColourName.objects.filter(name=value).values("photo"))
        near = PhotoColour.objects.filter(cell__in=OneOf(cells_near(number)))
        return Q(pk__in=near.values("photo"))

    def complete(self, typed: str, user: User) -> Sequence[str]:  # noqa: ARG002 - the same for everybody
        if (number := names.number_of(typed.strip())) is not None:
            return [names.hex_of(number)]
        known = (*names.NAMES, names.MONOCHROME)
        begun = [name for name in known if name.startswith(fold(typed))]
        otherwise_called = {name for called, name in _CALLED.items() if called.startswith(fold(typed))}
        return begun or sorted(otherwise_called, key=known.index)

    def swatch(self, value: str) -> str:
        number = names.number_of(value)
        shade = names.typical(value) if number is None else number
        return "" if shade is None else names.hex_of(shade)
