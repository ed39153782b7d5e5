"""Lists of a few named values: shown in the chosen language, known by their English names."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtWidgets import QComboBox

from vostool.words import tr


def add_choices(box: QComboBox, names: Iterable[str]) -> None:
    """Put these names into a list, after those that it has."""
    for name in names:
        box.addItem(tr(name), name)


def chosen_name(box: QComboBox) -> str:
    """The English name of what is chosen, "" where nothing is."""
    return str(box.currentData() or "")


def choose_name(box: QComboBox, name: str) -> None:
    """Choose by the English name; one that is not there changes nothing."""
    if (at := box.findData(name)) >= 0:
        box.setCurrentIndex(at)
