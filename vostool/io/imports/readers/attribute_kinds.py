"""What kind an attribute is whose file declares none: by the values that its shapes have.

JSON tells true and 7 from texts, so an attribute that is true or false everywhere is a check box,
and one that every shape of its label has as a number is a number. Everything else is text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from vostool.io.imports.format import ImportedAttribute, ImportedLabel
from vostool.io.imports.readers.identities import own_attributes
from vostool.io.imports.readers.pixels import is_number

_FINEST = 12
"""Decimals of a number's step; what is finer is a rounding of binary numbers."""


class AttributeKinds:
    """Attributes of shapes by label, as they are read."""

    def __init__(self) -> None:
        self._shapes: Counter[str] = Counter()
        self._seen: dict[str, dict[str, _Seen]] = defaultdict(dict)

    def read(self, label: str, given: object) -> tuple[tuple[str, str], ...]:
        """A shape's own attributes as (name, text), whose kinds are kept in mind.

        Args:
            given: the mapping as it was parsed; anything else holds none.
        """
        pairs = own_attributes(given)
        if not isinstance(given, Mapping):
            return pairs
        self._shapes[label] += 1
        for name, _ in pairs:
            self._seen[label].setdefault(name, _Seen()).add(given.get(name))
        return pairs

    def declared(self, labels: Iterable[ImportedLabel]) -> tuple[ImportedLabel, ...]:
        """The labels, with the check boxes and numbers that were seen; what the file declares
        itself stays as it is.
        """
        given = {label.name: label for label in labels}
        for name, seen in self._seen.items():
            label = given.get(name, ImportedLabel(name))
            there = {attribute.name for attribute in label.attributes}
            found = [
                made
                for attribute, values in seen.items()
                if attribute not in there
                and (made := values.declared(attribute, self._shapes[name])) is not None
            ]
            if found:
                own = (*label.attributes, *found)
                given[name] = ImportedLabel(label.name, label.colour, own)
        return tuple(given.values())


class _Seen:
    """The values of one attribute of a label."""

    def __init__(self) -> None:
        self._count = self._truths = self._numbers = 0
        self._low = self._high = 0.0
        self._decimals = 0

    def add(self, value: object) -> None:
        self._count += 1
        if isinstance(value, bool):
            self._truths += 1
        elif isinstance(value, int | float) and is_number(value):
            self._numbers += 1
            self._low, self._high = min(self._low, value), max(self._high, value)
            self._decimals = max(self._decimals, _decimals(value))

    def declared(self, name: str, shapes: int) -> ImportedAttribute | None:
        """The declaration; None for text."""
        if self._truths == self._count:
            return ImportedAttribute(name, "false", (), "checkbox", inferred=True)
        # A number always has a value, which an object that states none would get by itself.
        if self._numbers != self._count or self._count != shapes:
            return None
        step = Decimal(1).scaleb(-self._decimals)
        low = -_round_bound(-self._low) if self._low < 0 else 0
        bounds = (str(low), str(_round_bound(self._high)), format(step, "f"))
        return ImportedAttribute(name, str(max(low, 0)), bounds, "number", inferred=True)


def _round_bound(value: float) -> int:
    """The next power of ten from 100 on, so that a person may enter more than the file has."""
    bound = 100
    while bound < value:
        bound *= 10
    return bound


def _decimals(value: float) -> int:
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return min(max(-exponent, 0), _FINEST) if isinstance(exponent, int) else 0
