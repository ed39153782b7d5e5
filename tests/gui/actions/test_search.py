"""What the palette and the page of keys find, and in which order."""

from __future__ import annotations

import pytest
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QScrollArea

from vostool.gui.actions.search import Command, search
from vostool.gui.window.action_table import action_table

COMMANDS = [
    Command(s.id, s.menu, s.text.rstrip("…"), " or ".join(s.shortcuts), s.tip)
    for s in action_table()
]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("undo", "undo"),
        ("export", "export"),
        ("box", "box"),
        ("track range", "track_range"),
        ("range confirm", "range_confirm"),
        ("merge", "merge_objects"),
        ("hide masks", "hide_masks"),
        ("frame next", "next"),
        ("fit", "fit"),
        ("lock", "lock"),
        ("solo", "solo"),
        ("tfw", "track_forward"),
        ("ctrl+e", "export"),
        ("fill", "fill_holes"),
        ("theme", "settings"),
    ],
)
def test_the_first_command_found(typed: str, first: str) -> None:
    assert search(COMMANDS, typed)[0].id == first


def test_whole_words_come_before_scattered_letters() -> None:
    scattered = Command("a", "Edit", "Refine outline at tip")
    tip = Command("b", "Edit", "Grow", tip="Fit for thin parts")
    whole = Command("c", "View", "Fit")
    begun = Command("d", "View", "Fitted outline")
    found = search([scattered, tip, begun, whole], "fit")
    assert [each.id for each in found] == ["c", "d", "b", "a"]


def test_of_two_words_the_worse_match_counts() -> None:
    one_scattered = Command("a", "Track", "Track run again early")
    both_in_tip = Command("b", "Edit", "Again", tip="Track the range once more")
    found = search([one_scattered, both_in_tip], "track range")
    assert [each.id for each in found] == ["b", "a"]
    found = search([one_scattered, both_in_tip], "track rgn")
    assert [each.id for each in found] == ["a"]


def test_the_page_of_keys_is_searched_and_never_scrolls_sideways(hand) -> None:
    hand.keys("Shift+F1")
    dialogs = hand.window.findChildren
    hand.until(lambda: [d for d in dialogs(QDialog) if d.isVisible()])
    (page,) = (d for d in dialogs(QDialog) if d.isVisible())
    box, area = page.findChild(QLineEdit), page.findChild(QScrollArea)
    text = page.findChild(QLabel, "help_page")
    assert text.width() <= area.viewport().width()
    hand.until(lambda: QApplication.focusWidget() is box)
    QTest.keyClicks(box, "confirm range")
    assert "Confirm range of this object" in text.text()
    assert "Zoom in" not in text.text() and "Mouse" not in text.text()
    box.setText("wheel")
    assert "Mouse" in text.text()
    box.setText("no such thing")
    assert text.text() == "No key has these words."
    page.reject()
