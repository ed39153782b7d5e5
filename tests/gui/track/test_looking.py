"""Whether track runs look for new objects is chosen beside them, is remembered, and is done."""

from __future__ import annotations

import json

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.gui.conftest import FRAMES, Hand
from tests.gui.find.conftest import ScriptedFinder, finder
from vostool.finders.finder import Way
from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings
from vostool.gui.track.look_button import LookButton
from vostool.gui.track.look_options import LookFor, LookOptions, remember, remembered
from vostool.runs.discovery.values import Again

__all__ = ["finder"]  # a fixture
LEFT = Qt.MouseButton.LeftButton


def switched_on(hand: Hand, **values: object) -> LookButton:
    """New objects are looked for, as a person sets it in the fields of the button."""
    look = hand.window.look
    QTest.mouseClick(look, LEFT)
    hand.until(look.fields.isVisible)
    hand.window.actions_by_id["look_while_tracking"].trigger()
    look.fields.area.setValue(50)
    for name, value in values.items():
        getattr(look.fields, name).setValue(value)
    QTest.keyClick(look.fields, Qt.Key.Key_Escape)
    hand.until(lambda: not look.fields.isVisible())
    hand.canvas.setFocus()
    return look


def test_off_at_first_and_nothing_is_looked_for(opened: Hand, finder: ScriptedFinder) -> None:
    assert opened.window.look.text() == "New objects: off ▾"
    opened.mark(1, 1)
    opened.run("]")
    assert finder.questions == [] and list(opened.project.objects) == [1]


def test_a_run_looks_as_the_button_says_and_says_what_it_did(
    opened: Hand, finder: ScriptedFinder
) -> None:
    opened.mark(1, 1)
    look = switched_on(opened, every=10)
    assert look.text() == "New objects: every 10 ▾"
    opened.run("]")
    assert [frame for frame, _ in finder.questions] == [0, 10, 20]
    last = FRAMES - 1
    assert {oid: opened.mask(last, oid).mask for oid in (1, 2, 3)} == {
        oid: opened.truth(last, oid) for oid in (1, 2, 3)
    }
    said = "Looked for everything on 3 frames: found 2 new objects."
    assert said in opened.status()
    opened.keys("Ctrl+Z")
    opened.until(lambda: list(opened.project.objects) == [1])


@pytest.mark.parametrize(
    ("key", "frames", "looks"),
    [
        ("[", range(9), [8, 3]),
        ("\\", range(FRAMES), [8, 13, 18, 23, 3]),
        ("Shift+T", range(5, 16), [5, 10, 15]),
    ],
)
def test_other_runs_look_too_and_go_no_further(
    opened: Hand, finder: ScriptedFinder, key: str, frames: range, looks: list[int]
) -> None:
    opened.go_to(8)
    opened.mark(1, 1)
    opened.bench.workspace.selection.select(5, 15)
    switched_on(opened, every=5)
    opened.run(key)
    assert [frame for frame, _ in finder.questions] == looks
    masks = opened.project.masks
    assert set(masks.row(1)) == set(frames)
    assert len(opened.project.objects) == 3
    for oid in (2, 3):
        assert set(masks.row(oid)) <= set(frames)


def test_it_is_chosen_again_at_the_next_start_and_in_the_dialog(
    opened: Hand, finder: ScriptedFinder
) -> None:
    switched_on(opened, every=7, most=9)
    options = remembered()
    assert (options.on, options.every, options.most, options.area) == (True, 7, 9, 50)
    look = LookButton(opened.window.actions_by_id["look_while_tracking"], opened.window)
    assert look.options == options and look.text() == "New objects: every 7 ▾"
    look.deleteLater()
    from tests.gui.find.test_discovery import dialog_of, go

    dialog = dialog_of(opened)
    assert dialog.options == options
    dialog.fields.every.setValue(11)
    go(opened, dialog)
    assert opened.window.look.text() == "New objects: every 11 ▾"
    assert [frame for frame, _ in finder.questions] == [0, 11, 22]


def test_text_that_is_missing_is_said_and_nothing_begins(
    opened: Hand, finder: ScriptedFinder
) -> None:
    opened.mark(1, 1)
    look = switched_on(opened)
    look.fields.look_for.setCurrentText("What the text names")
    opened.keys("]")
    assert "Runs look for new objects by text: There is nothing to look for" in opened.status()
    assert not opened.session.is_tracking and len(opened.project.masks) == 1
    look.fields.text.setText("fish")
    assert look.text() == "New fish: every 30 ▾"
    opened.run("]")
    assert finder.questions[0][1].way is Way.TEXT
    assert [each.label for each in opened.project.objects.values()][1:] == ["fish"]


@pytest.mark.parametrize("again", list(Again))
def test_all_that_is_chosen_is_remembered(again: Again) -> None:
    options = LookOptions(True, LookFor.TEXT, "red car, Straße 🚗", 7, 8, 9, 10, again, True)
    remember(options)
    assert remembered() == options


@pytest.mark.parametrize(
    "stored",
    [
        "", "[", "7", "null", "{}", json.dumps({"every": 0}), json.dumps({"every": "x"}),
        json.dumps({"look_for": "sound"}), json.dumps({"again": []}), json.dumps({"most": True}),
        json.dumps({"outside": 101}), json.dumps({"area": -1, "on": "yes", "more": {}}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_not_taken(stored: str) -> None:
    settings().setValue(keys.LOOK_OPTIONS, stored)
    assert remembered() == LookOptions()
