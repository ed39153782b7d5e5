"""The chip at a new mask: names on keys, typing, and that ignoring it costs nothing."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from tests.gui.conftest import Hand
from vostool.gui.canvas.name_chip import NameChip
from vostool.gui.export.dialog import ExportDialog
from vostool.gui.objects.name_dialog import NameDialog
from vostool.gui.session.label_memory import recent_labels, remember_recent
from vostool.gui.window.view.naming_view import on_canvas
from vostool.project.label_edits import add_labels
from vostool.project.labels import LabelSpec
from vostool.project.project_labels import is_unlabelled


def chip(hand: Hand) -> NameChip:
    return hand.window.view_side.chip


def names(hand: Hand) -> list[str]:
    return [row.text() for row in chip(hand).rows if row.isVisible()]


def declare(hand: Hand, *labels: str) -> None:
    hand.session.document.do(add_labels(hand.project, [LabelSpec(name) for name in labels]))


def label(hand: Hand, oid: int) -> str:
    return hand.project.objects[oid].label


def mark_new(hand: Hand, truth: int, oid: int) -> None:
    hand.mark(truth, oid)
    hand.until(lambda: chip(hand).isVisible())


def test_a_new_object_says_that_it_has_no_name(opened: Hand) -> None:
    mark_new(opened, 1, oid=1)
    known = opened.project.objects[1]
    assert is_unlabelled(opened.project, known)
    row = opened.window.objects.model.index(0, 3)
    assert row.data() == "unlabelled"
    opened.window.view_side.state.set(labels=True)
    opened.until(lambda: opened.window.view_side.labels.texts == ["1 unlabelled"])
    assert chip(opened).head.text() == "1"
    assert names(opened) == []


def test_the_chip_lies_beside_the_mask_and_in_the_picture(opened: Hand) -> None:
    declare(opened, *(f"label {n}" for n in range(9)))
    for truth in (1, 2, 3):
        mark_new(opened, truth, oid=truth)
        place = chip(opened).geometry()
        assert opened.canvas.rect().contains(place)
        mask = on_canvas(opened.canvas, opened.mask(0, truth).mask.bbox)
        assert not place.intersects(QRect(mask))
        opened.keys("F")


def test_a_digit_names_the_object_as_one_step(opened: Hand) -> None:
    declare(opened, "cup", "plate")
    opened.session.next_label = ""
    mark_new(opened, 1, oid=1)
    assert names(opened) == ["1  cup", "2  plate"]
    opened.keys("2")
    assert label(opened, 1) == "plate"
    assert not chip(opened).isVisible()
    assert opened.session.document.history.undo_title == "Name object"
    assert recent_labels()[0] == "plate"
    opened.keys("Ctrl+Z")
    assert label(opened, 1) != "plate" and opened.mask(0, 1) is not None
    opened.keys("Ctrl+Z")
    assert not opened.project.objects


def test_enter_finishes_the_object_and_its_name_is_typed(opened: Hand) -> None:
    mark_new(opened, 1, oid=1)
    opened.keys("Return")
    assert opened.session.current_object is None
    assert chip(opened).is_typing
    QTest.keyClicks(chip(opened).field, "cup")
    assert names(opened) == ["New:  cup"]
    QTest.keyClick(chip(opened).field, Qt.Key.Key_Return)
    assert label(opened, 1) == "cup"
    assert not chip(opened).isVisible()
    assert opened.canvas.hasFocus()
    mark_new(opened, 2, oid=2)  # the next click goes on at once, with the last name
    assert label(opened, 2) == "cup" and chip(opened).head.text() == "2 cup"


def test_enter_opens_the_field_for_one_with_a_name_too(opened: Hand) -> None:
    mark_new(opened, 1, oid=1)
    assert chip(opened).field.placeholderText() == "Enter: type a name"
    opened.keys("Return")
    QTest.keyClicks(chip(opened).field, "cup")
    QTest.keyClick(chip(opened).field, Qt.Key.Key_Return)
    for oid, typed in ((2, "right cup"), (3, "")):
        here, before = opened.session.playhead, opened.canvas.tool.id
        mark_new(opened, oid, oid=oid)
        assert label(opened, oid) in ("cup", "right cup")
        named = label(opened, oid)
        assert chip(opened).field.placeholderText() == "Enter: another name"
        opened.keys("Return")
        assert chip(opened).is_typing and opened.session.current_object is None
        assert chip(opened).field.placeholderText() == "Enter: keep the name"
        QTest.keyClicks(chip(opened).field, typed)
        QTest.keyClick(chip(opened).field, Qt.Key.Key_Return)
        assert label(opened, oid) == (typed or named)
        assert not chip(opened).isVisible() and opened.canvas.hasFocus()
        assert (opened.session.playhead, opened.canvas.tool.id) == (here, before)


def test_typing_filters_and_arrows_choose(opened: Hand) -> None:
    declare(opened, "teacup", "cup", "cupboard", "plate")
    mark_new(opened, 1, oid=1)
    QTest.mouseClick(chip(opened).field, Qt.MouseButton.LeftButton)
    QTest.keyClicks(chip(opened).field, "cu")
    assert names(opened) == ["cup", "cupboard", "teacup", "New:  cu"]
    QTest.keyClick(chip(opened).field, Qt.Key.Key_Down)
    QTest.keyClick(chip(opened).field, Qt.Key.Key_Return)
    assert label(opened, 1) == "cupboard"
    assert opened.session.current_object == 1  # only the key Enter at the picture finishes it


def test_what_only_lies_within_a_name_makes_a_new_one(opened: Hand) -> None:
    declare(opened, "teacup")
    mark_new(opened, 1, oid=1)
    QTest.mouseClick(chip(opened).field, Qt.MouseButton.LeftButton)
    QTest.keyClicks(chip(opened).field, "cup")
    QTest.keyClick(chip(opened).field, Qt.Key.Key_Return)
    assert label(opened, 1) == "cup"


def test_a_row_is_clicked(opened: Hand) -> None:
    declare(opened, "cup", "plate")
    mark_new(opened, 1, oid=1)
    QTest.mouseClick(chip(opened).rows[1], Qt.MouseButton.LeftButton)
    assert label(opened, 1) == "plate"
    assert len(opened.project.prompts[0, 1].points) == 1


def test_names_of_earlier_projects_are_offered_and_keep_their_order(opened: Hand) -> None:
    for name in ("fish", "bird"):
        remember_recent(name)
    mark_new(opened, 1, oid=1)
    assert names(opened) == ["1  bird", "2  fish"]
    opened.keys("2")
    opened.keys("F")
    mark_new(opened, 2, oid=2)
    assert names(opened) == ["1  fish", "2  bird"]


def test_keys_are_the_chips_only_while_it_is_shown(opened: Hand) -> None:
    declare(opened, "cup", "plate")
    mark_new(opened, 1, oid=1)
    opened.keys("2")
    opened.keys("F")
    mark_new(opened, 2, oid=2)
    opened.keys("Esc")
    assert not chip(opened).isVisible()
    opened.keys("1")
    assert opened.session.current_object == 1
    assert [label(opened, oid) for oid in (1, 2)] == ["plate", "plate"]


@pytest.mark.parametrize("what", ["click", "esc", "play", "step", "scrub", "finish", "undo", "run"])
def test_ignoring_it_costs_nothing(opened: Hand, what: str) -> None:
    declare(opened, "cup", "plate")
    mark_new(opened, 1, oid=1)
    x, y = opened.middle(1)
    if what == "click":
        opened.click(x + 3, y)
        assert len(opened.project.prompts[0, 1].points) == 2
        return
    if what == "esc":
        opened.keys("Esc")
    elif what == "play":
        opened.keys("Space")
        assert opened.bench.workspace.player.is_playing
        opened.keys("Space")
    elif what == "step":
        opened.keys("D")
        assert opened.session.playhead == 1
    elif what == "scrub":
        opened.window.timeline.scrubbed.emit(5)
        assert opened.session.playhead == 5
    elif what == "finish":
        opened.keys("F")
        assert opened.session.current_object is None
    elif what == "undo":
        opened.keys("Ctrl+Z")
        assert not opened.project.objects
    else:
        opened.run()
    assert not chip(opened).isVisible()
    assert not opened.project.objects or label(opened, 1) == "cup"


def test_while_a_name_is_typed_a_click_goes_on_with_the_picture(opened: Hand) -> None:
    mark_new(opened, 1, oid=1)
    opened.keys("Return")
    QTest.keyClicks(chip(opened).field, "cu")
    mark_new(opened, 2, oid=2)
    assert is_unlabelled(opened.project, opened.project.objects[1])
    assert opened.canvas.hasFocus()


def test_esc_leaves_the_field_and_nothing_else(opened: Hand) -> None:
    mark_new(opened, 1, oid=1)
    opened.keys("Return")
    QTest.keyClicks(chip(opened).field, "cu")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not chip(opened).isVisible()
    assert list(opened.project.objects) == [1]
    assert opened.canvas.hasFocus()


def test_one_without_a_name_is_offered_one_when_it_is_chosen_again(opened: Hand) -> None:
    mark_new(opened, 1, oid=1)
    opened.keys("F")
    mark_new(opened, 2, oid=2)
    opened.keys("Esc")
    x, y = opened.middle(1)
    opened.click(x, y, modifiers=Qt.KeyboardModifier.ShiftModifier)
    opened.until(lambda: chip(opened).isVisible() and chip(opened).head.text() == "1")


def test_a_drawn_object_is_offered_a_name_too(opened: Hand) -> None:
    opened.keys("B")
    opened.drag((40, 40), (70, 60))
    opened.until(lambda: opened.mask(0, 1) is not None and chip(opened).isVisible())


def test_the_name_of_all_things_can_be_meant(opened: Hand) -> None:
    mark_new(opened, 1, oid=1)
    opened.keys("Return")
    QTest.keyClicks(chip(opened).field, "object")
    QTest.keyClick(chip(opened).field, Qt.Key.Key_Return)
    assert label(opened, 1) == "object"
    assert not is_unlabelled(opened.project, opened.project.objects[1])


def test_alt_l_names_at_the_mask(opened: Hand) -> None:
    mark_new(opened, 1, oid=1)
    opened.keys("Esc")
    opened.keys("Alt+L")
    assert chip(opened).is_typing
    QTest.keyClicks(chip(opened).field, "cup")
    QTest.keyClick(chip(opened).field, Qt.Key.Key_Return)
    assert label(opened, 1) == "cup" and opened.session.current_object == 1


def test_the_label_chosen_before_the_click_is_used(opened: Hand) -> None:
    button = opened.window.tool_strip.next_label
    assert button.text() == "New: unlabelled"
    opened.mark(1, oid=1)
    button.choices.aboutToShow.emit()
    QTest.keyClicks(button.field, "cup")
    QTest.keyClick(button.field, Qt.Key.Key_Return)
    assert button.text() == "New: cup"
    assert opened.session.current_object is None
    for truth in (2, 3):
        mark_new(opened, truth, oid=truth)
        assert label(opened, truth) == "cup"
        opened.keys("F")
    button.choices.aboutToShow.emit()
    first, *_ = [each for each in button.choices.actions() if each.isCheckable()]
    first.trigger()
    assert opened.session.next_label == ""


def test_a_dialog_about_an_object_does_not_cover_it(opened: Hand) -> None:
    for truth in (1, 2, 3):
        mark_new(opened, truth, oid=truth)
        opened.keys("Shift+F")
        (asked,) = [d for d in opened.window.findChildren(NameDialog) if d.isVisible()]
        assert asked.label.text() == ""
        assert not asked.frameGeometry().intersects(opened.window.thing_shown())
        asked.reject()
        opened.window.activateWindow()  # what a window manager does
        opened.until(opened.window.isActiveWindow)
        opened.keys("F")


def test_export_asks_for_names_and_comes_back(opened: Hand, monkeypatch) -> None:
    for truth in (1, 2):
        mark_new(opened, truth, oid=truth)
        opened.keys("F")
    shown: list[str] = []

    def look(dialog: ExportDialog) -> int:
        bar = dialog.ui.unlabelled
        shown.append("" if bar.isHidden() else bar.text.text())
        dialog.show()
        if bar.isHidden():
            dialog.reject()
        else:
            QTest.mouseClick(bar.button, Qt.MouseButton.LeftButton)
        return 0

    monkeypatch.setattr(ExportDialog, "exec", look)
    opened.keys("Ctrl+E")
    for name in ("cup", "plate"):
        opened.until(lambda: chip(opened).is_typing)
        QTest.keyClicks(chip(opened).field, name)
        QTest.keyClick(chip(opened).field, Qt.Key.Key_Return)
    opened.until(lambda: len(shown) == 2)
    assert [label(opened, oid) for oid in (1, 2)] == ["cup", "plate"]
    assert shown[0].startswith("Objects 1, 2 have no label yet") and shown[1] == ""


def test_esc_ends_the_asking_without_an_export(opened: Hand, monkeypatch) -> None:
    mark_new(opened, 1, oid=1)
    opened.keys("F")
    asked = []

    def look(dialog: ExportDialog) -> int:
        asked.append(dialog.windowTitle())
        dialog.show()
        QTest.mouseClick(dialog.ui.unlabelled.button, Qt.MouseButton.LeftButton)
        return 0

    monkeypatch.setattr(ExportDialog, "exec", look)
    opened.keys("Ctrl+E")
    opened.until(lambda: chip(opened).is_typing)
    QTest.keyClick(chip(opened).field, Qt.Key.Key_Escape)
    opened.mark(2, oid=2)
    assert len(asked) == 1
