"""Finding objects with mouse and keys."""

from __future__ import annotations

import threading

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from tests.gui.conftest import Hand, TruthEngine
from tests.gui.find.conftest import NAMES, ScriptedFinder
from vostool.finders.finder import Way
from vostool.gui.find.panel import FindPanel
from vostool.masks.mask import Provenance

LEFT = Qt.MouseButton.LeftButton


def panel_of(hand: Hand) -> FindPanel:
    return hand.window.find_dock.panel


def finding_of(hand: Hand):
    return hand.bench.workspace.finding


def press(widget) -> None:
    QTest.mouseClick(widget, LEFT)


def open_panel(hand: Hand) -> FindPanel:
    hand.keys("Ctrl+Shift+F")
    hand.until(hand.window.find_dock.isVisible)
    return panel_of(hand)


def find(hand: Hand, text: str = "") -> FindPanel:
    """Ask for everything, or for a text, and wait until nothing is looked for any more."""
    panel = open_panel(hand)
    if text:
        press(panel.ways[Way.TEXT])
        panel.text_box.clear()
        QTest.keyClicks(panel.text_box, text)
        QTest.keyClick(panel.text_box, Qt.Key.Key_Return)
    else:
        press(panel.ways[Way.EVERYTHING])
        press(panel.find_button)
    hand.until(lambda: not finding_of(hand).busy)
    return panel


def test_text_to_objects_in_one_step(opened: Hand, finder: ScriptedFinder) -> None:
    panel = find(opened, "ladybird, fish")
    assert finder.questions[0][1].phrases == ("ladybird", "fish")
    assert panel.said.text() == "2 found."
    assert panel.take_button.text() == "Take 2 objects"
    before = opened.content()
    opened.keys("Return")  # the canvas has the keyboard once the answer is there
    assert [each.label for each in opened.project.objects.values()] == ["ladybird", "fish"]
    for oid in (1, 2):
        record = opened.mask(0, oid)
        assert record.provenance is Provenance.FOUND
        assert record.mask == opened.truth(0, oid)
        assert opened.project.prompts[0, oid].mask == record.mask
    assert "Added 2 objects from 'ladybird, fish'." in opened.status()
    assert not opened.window.find_dock.isVisible()
    assert opened.canvas.tool.id == "point"
    opened.keys("Ctrl+Z")
    assert opened.content() == before


def test_what_was_found_is_tracked_as_any_other(opened: Hand, finder: ScriptedFinder) -> None:
    find(opened, "starfish")
    opened.keys("Return")
    opened.run("]")
    last = len(opened.session.source) - 1
    assert opened.mask(last, 1).mask == opened.truth(last, 3)


def test_click_leaves_out_and_takes_in_again(opened: Hand, finder: ScriptedFinder) -> None:
    panel = find(opened)
    opened.click_object(1)
    assert "1 left out" in panel.said.text()
    opened.click_object(1)
    assert "left out" not in panel.said.text()
    opened.click_object(3)
    opened.keys("Return")
    masks = [opened.mask(0, oid).mask for oid in opened.project.objects]
    assert masks == [opened.truth(0, 1), opened.truth(0, 2)]


def test_tab_shows_the_parts_and_the_whole_again(opened: Hand, finder: ScriptedFinder) -> None:
    find(opened)
    finding = finding_of(opened)
    assert finding.shown(0) == (0, 1, 3)  # the whole fish
    QTest.mouseMove(opened.canvas.viewport(), opened.at(*opened.middle(2)))
    opened.keys("Tab")
    assert finding.shown(0) == (0, 2, 3)
    opened.keys("Tab")
    assert finding.shown(0) == (0, 1, 3)
    x, y = opened.middle(2)
    QTest.mouseClick(opened.canvas.viewport(), LEFT, pos=opened.at(x, y))
    QTest.mouseDClick(opened.canvas.viewport(), LEFT, pos=opened.at(x, y))
    assert finding.wanted(0) == [0, 2, 3]


def test_sliders_act_without_asking_again(opened: Hand, finder: ScriptedFinder) -> None:
    panel = find(opened)
    asked = len(finder.questions)
    panel.sliders.score.setFocus()
    for _ in range(2):
        QTest.keyClick(panel.sliders.score, Qt.Key.Key_PageUp)
    assert panel.sliders.score.value() == 90
    assert finding_of(opened).shown(0) == (0,)
    assert panel.take_button.text() == "Take 1 object"
    QTest.keyClick(panel.sliders.score, Qt.Key.Key_Home)
    QTest.keyClick(panel.sliders.most, Qt.Key.Key_Home)  # at most one
    assert finding_of(opened).shown(0) == (0,)
    QTest.keyClick(panel.sliders.most, Qt.Key.Key_End)
    QTest.keyClick(panel.sliders.area, Qt.Key.Key_End)
    assert finding_of(opened).shown(0) == ()
    assert not panel.take_button.isEnabled()
    assert len(finder.questions) == asked


def test_text_has_a_least_score_of_its_own(opened: Hand, finder: ScriptedFinder) -> None:
    panel = find(opened)
    QTest.keyClick(panel.sliders.score, Qt.Key.Key_PageUp)
    assert panel.sliders.score.value() == 80
    press(panel.ways[Way.TEXT])
    assert panel.text_box.hasFocus()  # so that a person types at once
    assert panel.sliders.score.value() == 80  # of what is on the screen
    QTest.keyClicks(panel.text_box, "fish")
    QTest.keyClick(panel.text_box, Qt.Key.Key_Return)
    opened.until(lambda: not finding_of(opened).busy)
    assert panel.sliders.score.value() == 25  # detectors by text are sure of things at 0.3
    assert finding_of(opened).proposals.choice.score == 0.25
    press(panel.clear_button)
    press(panel.ways[Way.EVERYTHING])
    assert panel.sliders.score.value() == 80
    find(opened)
    assert finding_of(opened).proposals.choice.score == 0.8


def test_all_boxes_that_are_taken_get_their_masks(
    opened: Hand, engine: TruthEngine, finder: ScriptedFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vostool.gui.session.click_answers.ANSWERED_AT_ONCE", 1)
    monkeypatch.setattr(ScriptedFinder, "_mask", lambda _self, _pixels: None)
    find(opened, "ladybird, fish, starfish")
    engine.clicks.clear()
    opened.keys("Return")
    opened.until(lambda: opened.window.status.busy_label.text() == "● working on 3 masks…")
    engine.clicks.set()
    opened.until(lambda: all(opened.mask(0, oid) is not None for oid in (1, 2, 3)))
    assert [opened.mask(0, oid).mask for oid in (1, 2, 3)] == [
        opened.truth(0, truth) for truth in (1, 2, 3)
    ]
    opened.keys("Ctrl+Z")
    assert not opened.project.objects and not opened.project.masks
    assert not opened.window.status.busy_label.text()


def test_a_box_asks_only_there_and_adds(opened: Hand, finder: ScriptedFinder) -> None:
    find(opened, "fish")
    panel = panel_of(opened)
    panel.text_box.setText("ladybird, fish, starfish")
    x, y = opened.middle(1)
    opened.drag((max(x - 60, 0), max(y - 60, 0)), (min(x + 60, 239), min(y + 60, 135)))
    opened.until(lambda: len(finder.questions) == 2 and not finding_of(opened).busy)
    assert finder.questions[1][1].within is not None
    labels = [each.label for each in finding_of(opened).on(0).candidates]
    assert labels.count("fish") == 1
    assert "ladybird" in labels


def test_clicks_are_answered_while_something_is_looked_for(
    opened: Hand, finder: ScriptedFinder, engine: object
) -> None:
    finder.hold()
    panel = open_panel(opened)
    press(panel.find_button)
    opened.until(lambda: finder.questions)
    opened.keys("Q")  # the point tool; looking goes on
    assert opened.canvas.tool.id == "point"
    opened.click_object(3)
    finder.allow(1)  # the piece that is in work
    opened.until(lambda: opened.mask(0, 1) is not None)
    assert finding_of(opened).busy
    finder.allow(2)
    opened.until(lambda: not finding_of(opened).busy)
    assert len(finding_of(opened).on(0).candidates) == 4
    assert panel.said.text() == "4 found, 3 shown, 1 left out."  # the starfish is an object


def test_esc_stops_then_leaves(opened: Hand, finder: ScriptedFinder) -> None:
    finder.hold()
    panel = open_panel(opened)
    press(panel.find_button)
    finder.allow(1)
    opened.until(lambda: finding_of(opened).on(0).candidates)
    opened.keys("Esc")
    assert panel.said.text() == "Stopping…"
    finder.allow(1)
    opened.until(lambda: not finding_of(opened).busy)
    assert panel.said.text() == "Cancelled; what was found stays."
    assert opened.window.find_dock.isVisible()
    opened.keys("Esc")
    assert not opened.window.find_dock.isVisible()
    assert opened.canvas.tool.id == "point"


def test_a_run_and_a_finder_take_turns(
    opened: Hand, finder: ScriptedFinder, engine: TruthEngine
) -> None:
    find(opened)  # loads the finder
    opened.keys("Esc")
    opened.mark(1, 1)
    engine.hold_runs()
    opened.keys("]")
    opened.until(lambda: opened.session.is_tracking)
    panel = open_panel(opened)
    press(panel.find_button)
    engine.allow(6)
    opened.until(lambda: finding_of(opened).on(0).candidates)
    assert opened.session.is_tracking
    engine.release()
    opened.until(lambda: not (opened.session.is_tracking or finding_of(opened).busy))
    assert opened.mask(23, 1) is not None
    assert len(finding_of(opened).on(0).candidates) == 4


def test_loading_holds_nothing_up(
    opened: Hand, finder: ScriptedFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = threading.Event()

    def slow(_name: str, _device: str | None) -> ScriptedFinder:
        assert loads.wait(10)
        return finder

    monkeypatch.setattr("vostool.gui.session.finding.create_finder", slow)
    panel = open_panel(opened)
    press(panel.find_button)
    assert panel.said.text() == "Loading Scripted…"
    opened.session.prompt  # noqa: B018 - the session is there
    press(panel.cancel_button)
    assert panel.said.text() == "Cancelled."
    loads.set()
    opened.until(lambda: finder.closed == 1)  # what came too late is given back
    find(opened, "fish")
    assert len(finding_of(opened).on(0).candidates) == 1


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (MemoryError(), "not enough memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate"), "not enough memory"),
        (ValueError("shapes do not fit"), "Looking for objects stopped: shapes do not fit"),
    ],
)
def test_a_failure_is_one_sentence_and_keeps_what_was_found(
    opened: Hand, finder: ScriptedFinder, failure: Exception, sentence: str
) -> None:
    finder.failure = failure
    panel = find(opened)
    assert sentence in panel.said.text()
    assert len(finding_of(opened).on(0).candidates) == 1
    opened.keys("Return")
    assert list(opened.project.objects) == [1]


def test_missing_packages_are_said(opened: Hand, finder: ScriptedFinder, monkeypatch) -> None:
    from dataclasses import replace

    from vostool.finders.registry import FINDERS

    known = replace(FINDERS["scripted"], packages=("no_such_package_here",))
    monkeypatch.setattr("vostool.finders.registry.FINDERS", {"scripted": known})
    panel = open_panel(opened)
    press(panel.find_button)
    opened.until(lambda: panel.note.objectName() == "conflict")
    assert "pip install 'vostool[auto]'" in panel.note.text()
    assert panel.said.text() == "", "it is said once"


def test_empty_text_asks_for_some(opened: Hand, finder: ScriptedFinder) -> None:
    panel = open_panel(opened)
    press(panel.ways[Way.TEXT])
    press(panel.find_button)
    assert "nothing to look for" in panel.said.text()
    assert not finder.questions


def test_like_this_needs_an_object(opened: Hand, finder: ScriptedFinder) -> None:
    panel = open_panel(opened)
    press(panel.ways[Way.LIKE])
    press(panel.find_button)
    assert panel.said.text().startswith("Select an object")
    opened.keys("Esc") if opened.canvas.hasFocus() else press(panel.leave_button)
    opened.mark(1, 1)
    panel = open_panel(opened)
    press(panel.find_button)
    opened.until(lambda: finder.questions and not finding_of(opened).busy)
    (example,) = finder.questions[0][1].examples
    assert example.mask == opened.truth(0, 1)
    assert 0 in finding_of(opened).on(0).known  # the object itself is not taken again
    opened.keys("Return")
    assert len(opened.project.objects) == 3


def test_another_tool_leaves_and_what_was_found_is_kept(
    opened: Hand, finder: ScriptedFinder
) -> None:
    find(opened, NAMES[1])
    opened.keys("B")
    assert opened.canvas.tool.id == "brush"
    assert not opened.window.find_dock.isVisible()
    panel = open_panel(opened)
    assert panel.said.text() == "1 found."
    press(panel.leave_button)
    assert opened.canvas.tool.id == "brush"


def test_without_a_video_nothing_can_be_asked(hand: Hand) -> None:
    assert not hand.window.actions_by_id["find_objects"].isEnabled()
    assert not panel_of(hand).isEnabled()


def test_a_video_without_objects_offers_it(opened: Hand, finder: ScriptedFinder) -> None:
    hint = opened.window.objects.empty
    assert hint.isVisible()
    press(hint.button)
    assert opened.window.find_dock.isVisible()
    press(panel_of(opened).find_button)
    opened.until(lambda: finder.questions and not finding_of(opened).busy)
    opened.keys("Return")
    assert not hint.isVisible()
    opened.keys("Ctrl+Z")
    assert not opened.project.objects
    assert not hint.isHidden()


def test_while_finding_no_other_tool_looks_chosen_and_the_objects_come_back_in_front(
    opened: Hand, finder: ScriptedFinder
) -> None:
    point = opened.window.actions_by_id["point"]
    objects = opened.window.objects
    opened.until(objects.isVisible)
    assert point.isChecked()
    find(opened)
    assert opened.canvas.tool.id == "find_objects" and not point.isChecked()
    opened.keys("Return")
    assert opened.canvas.tool.id == "point" and point.isChecked()
    opened.until(lambda: not objects.visibleRegion().isEmpty())


def test_background_is_offered_only_where_it_is_wanted(
    opened: Hand, finder: ScriptedFinder
) -> None:
    finder.ground = True
    panel = find(opened)
    without = len(finding_of(opened).shown(0))
    QTest.mouseClick(panel.sliders.ground, LEFT, pos=QPoint(8, panel.sliders.ground.height() // 2))
    assert len(finding_of(opened).shown(0)) == without + 1
    panel.choose_way(Way.TEXT)
    assert not panel.sliders.ground.isVisible()
