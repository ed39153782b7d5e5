"""Typed reading of a table of plain values, such as a part of a TOML or JSON file."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, TypeVar

from vostool.errors import UsageError
from vostool.io.options import OptionValue
from vostool.words import tr

_Choice = TypeVar("_Choice", bound=enum.Enum)


class Table:
    """One table; every getter refuses a value of another type, :meth:`finish` unknown keys.

    Args:
        where: the table's name in sentences, "" for the whole file.

    Raises:
        UsageError: from every method; one sentence that names the key.
    """

    def __init__(self, values: Mapping[str, object], where: str) -> None:
        self._values = values
        self._where = where
        self._asked: set[str] = set()

    def names(self) -> list[str]:
        """All keys, taken as known."""
        self._asked.update(self._values)
        return list(self._values)

    def finish(self) -> None:
        """Refuse keys that were not asked for."""
        for name in self._values:
            if name not in self._asked:
                known = ", ".join(sorted(self._asked))
                raise UsageError(
                    tr(
                        "{named} is unknown; known are {known}.",
                        named=self._named(name),
                        known=known,
                    )
                )

    def has(self, name: str) -> bool:
        """True where the table holds this key."""
        return name in self._values

    def text(self, name: str, usual: str) -> str:
        """Text, the usual one where there is none."""
        value = self._get(name, usual)
        if not isinstance(value, str):
            raise self._wrong(name, tr("text in quotes"))
        return value

    def yes(self, name: str, usual: bool = False) -> bool:
        """True or false."""
        value = self._get(name, usual)
        if not isinstance(value, bool):
            raise self._wrong(name, tr("true or false"))
        return value

    def whole(self, name: str, usual: int | None) -> int | None:
        """A whole number."""
        value = self._get(name, usual)
        if value is None and not self.has(name):
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name, tr("a whole number"))
        return value

    def number(self, name: str, usual: float) -> float:
        """A number, whole or not."""
        value = self._get(name, usual)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, tr("a number"))
        return float(value)

    def choice(self, name: str, usual: _Choice) -> _Choice:
        """A member of the usual one's enumeration, by its value."""
        value = self._get(name, usual.value)
        for member in type(usual):
            if member.value == value:
                return member
        allowed = ", ".join(repr(member.value) for member in type(usual))
        raise self._wrong(name, tr("one of {allowed}", allowed=allowed))

    def several(self, name: str, kind: type) -> list[Any] | None:
        """A list of one type, None where there is none."""
        value = self._get(name, None)
        if value is None and not self.has(name):
            return None
        if not isinstance(value, list) or not all(type(item) is kind for item in value):
            what = "whole numbers" if kind is int else "texts"
            raise self._wrong(name, tr("a list of {what}", what=what))
        return value

    def mapping(self, name: str) -> dict[str, object]:
        """A table's own values."""
        value = self._get(name, {})
        if not isinstance(value, dict):
            raise self._wrong(name, tr("a table"))
        return value

    def table(self, name: str) -> Table:
        """A table inside this one, empty where there is none."""
        return Table(self.mapping(name), f"{self._where}.{name}" if self._where else name)

    def option(self, name: str) -> OptionValue:
        """The value of a format's option; the format checks it."""
        value = self._get(name, None)
        if not isinstance(value, str | int | float | bool):
            raise self._wrong(name, tr("text, a number, or true or false"))
        return value

    def _get(self, name: str, usual: object) -> object:
        self._asked.add(name)
        return self._values.get(name, usual)

    def _named(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def _wrong(self, name: str, wanted: str) -> UsageError:
        return UsageError(f"{self._named(name)} must be {wanted}, not {self._values[name]!r}.")
