"""Looking on several frames, reviewing what was found, and the phrases that are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.gui.conftest import Hand
from tests.gui.find.conftest import ScriptedFinder
from tests.gui.find.test_find import find, finding_of, open_panel, press
from vostool.finders.finder import Way
from vostool.finders.registry import FINDERS
from vostool.gui.find.panel import FindPanel
from vostool.project.label_edits import declared_labels

DOWN, SPACE = Qt.Key.Key_Down, Qt.Key.Key_Space


def choose_frames(panel: FindPanel, row: int, every: int) -> None:
    QTest.keyClick(panel.where.scope, Qt.Key.Key_Home)
    for _ in range(row):
        QTest.keyClick(panel.where.scope, DOWN)
    panel.where.every.setValue(every)


def test_the_whole_video_is_reviewed_and_taken_in_one_step(
    opened: Hand, finder: ScriptedFinder
) -> None:
    panel = open_panel(opened)
    before = opened.content()
    choose_frames(panel, 1, 8)  # the row of the range is not open to the keys without one
    find(opened)
    assert [frame for frame, _ in finder.questions] == [0, 8, 16]
    opened.until(lambda: "on 3 frames" in panel.said.text())
    assert panel.take_button.text() == "Take 3 objects"  # each is one thing on all frames
    press(panel.after)
    opened.until_shown(8)
    opened.click_object(1)  # on this frame alone
    opened.until(lambda: "1 left out" in panel.said.text())
    press(panel.before)
    opened.until_shown(0)
    opened.canvas.setFocus()
    opened.keys("Return")
    assert list(opened.project.objects) == [1, 2, 3]
    seen = {1: [0, 16], 2: [0, 8, 16], 3: [0]}  # the starfish is hidden later
    for oid in (1, 2, 3):
        (truth,) = [t for t in seen if opened.mask(0, oid).mask == opened.truth(0, t)]
        frames = [f for f in (0, 8, 16) if opened.mask(f, oid) is not None]
        assert frames == seen.pop(truth)
        assert all(opened.mask(f, oid).mask == opened.truth(f, truth) for f in frames)
    opened.keys("Ctrl+Z")
    assert opened.content() == before


def test_the_range_is_looked_at_and_cancelling_keeps_what_was_found(
    opened: Hand, finder: ScriptedFinder
) -> None:
    panel = open_panel(opened)
    assert not panel.where.scope.model().item(1).isEnabled()
    opened.bench.workspace.selection.select(4, 10)
    choose_frames(panel, 1, 3)
    assert panel.where.scope.currentText() == "4 to 10"
    finder.hold()
    press(panel.find_button)
    finder.allow(4)  # one frame and a piece of the next
    opened.until(lambda: 7 in finding_of(opened).frames)
    opened.keys("Esc")
    finder.release()
    opened.until(lambda: not finding_of(opened).busy)
    assert finding_of(opened).frames == [4, 7]
    assert panel.said.text() == "Cancelled; what was found stays."
    opened.bench.workspace.selection.clear()
    assert panel.where.frames(5, 24) == (5,)


def test_phrases_are_kept_and_become_labels(opened: Hand, finder: ScriptedFinder) -> None:
    find(opened, "fish, ladybird, whale")
    assert not declared_labels(opened.project)
    opened.keys("Return")
    assert [label.name for label in declared_labels(opened.project)] == [
        "fish",
        "ladybird",
        "whale",
    ]
    opened.keys("Ctrl+Z")
    assert not declared_labels(opened.project)
    path = opened.project.source.path
    opened.bench.workspace.storage  # noqa: B018 - the draft is stored
    opened.open(path.parent / path.name)
    panel = open_panel(opened)
    assert panel.way is Way.TEXT
    assert panel.text == "fish, ladybird, whale"


def test_another_model_is_chosen_kept_and_says_what_it_lacks(
    opened: Hand, finder: ScriptedFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = replace(
        FINDERS["scripted"], name="lacking", title="Lacking", rank=0, packages=("no_such_package",)
    )
    monkeypatch.setitem(FINDERS._own, "lacking", lacking)
    FINDERS.forget()
    panel = open_panel(opened)
    assert panel.model.currentText() == "Scripted"
    at = panel.model.findText("Lacking (not here yet)")
    panel.model.setFocus()
    while panel.model.currentIndex() != at:
        QTest.keyClick(panel.model, DOWN if panel.model.currentIndex() < at else Qt.Key.Key_Up)
    assert "pip install 'vostool[auto]'" in panel.note.text()
    press(panel.ways[Way.TEXT])
    assert panel.model.currentText() == "Scripted"
    press(panel.ways[Way.EVERYTHING])
    assert panel.model.chosen == "lacking"
    press(panel.find_button)
    opened.until(lambda: "no_such_package" in panel.note.text())
    assert not finder.questions
