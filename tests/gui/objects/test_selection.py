"""No command changes more than what canvas, timeline and list show as selected."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vostool.gui.objects.model import LABEL

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def three(opened):
    """Three objects with masks on every frame, the third one selected."""
    for number in (1, 2, 3):
        opened.session.select(None)
        opened.mark(number, oid=number)
    opened.run("]")
    opened.session.select(3)
    return opened


def click_row(hand, row: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    table = hand.window.objects.table
    cell = table.visualRect(hand.window.objects.model.index(row, LABEL)).center()
    QTest.mouseClick(table.viewport(), LEFT, modifiers, cell)


def shown(hand) -> tuple[set[int], set[int], set[int]]:
    """What list, timeline and canvas show as selected."""
    scene = hand.window.timeline.scene()
    return set(hand.window.objects.chosen_ids()), set(scene.selected), set(hand.session.chosen)


def test_shift_click_on_a_mask_selects_that_object_alone(three) -> None:
    click_row(three, 2)
    three.click(*three.middle(1, three.session.playhead), modifiers=SHIFT)
    assert three.session.current_object == 1
    assert shown(three) == ({1}, {1}, {1})
    assert not three.window.objects.several.isVisible()
    three.keys("Ctrl+Delete")
    three.until(lambda: set(three.project.objects) == {2, 3})
    assert "Deleted 1 object, 24 masks." in three.status()


@pytest.mark.parametrize("held", [SHIFT, CTRL, SHIFT | CTRL])
def test_a_selection_by_program_is_exact_whatever_is_held(three, held) -> None:
    click_row(three, 2)
    table = three.window.objects.table
    QTest.keyPress(table, Qt.Key.Key_Shift, held)
    three.session.select(1)
    QTest.keyRelease(table, Qt.Key.Key_Shift, held)
    assert shown(three) == ({1}, {1}, {1})


def test_several_are_shown_everywhere_and_said(three) -> None:
    click_row(three, 0)
    click_row(three, 2, CTRL)
    assert shown(three) == ({1, 3}, {1, 3}, {1, 3})
    assert three.window.objects.several.isVisible()
    assert three.window.objects.several.text() == "2 objects selected: 1, 3"
    three.keys("Ctrl+Delete")
    three.until(lambda: set(three.project.objects) == {2})
    assert "Deleted 2 objects, 48 masks." in three.status()


def test_undo_lies_beside_what_was_done_and_goes_with_it(three) -> None:
    before = three.content()
    three.keys("Ctrl+Delete")
    three.until(lambda: 3 not in three.project.objects)
    button = three.window.notice.action_button
    three.until(button.isVisible)
    assert button.text() == "Undo"
    assert "Undo delete object" in three.window.actions_by_id["undo"].toolTip()
    QTest.mouseClick(button, LEFT)
    three.until(lambda: three.content() == before)
    assert not three.window.notice.isVisible()
    three.keys("Ctrl+Delete")
    three.until(button.isVisible)
    three.keys("Ctrl+Z")
    three.until(lambda: three.content() == before and not button.isVisible())


def test_what_the_filter_hides_is_not_selected(three) -> None:
    click_row(three, 0)
    click_row(three, 2, CTRL)
    three.window.objects.filter.setText("3")
    assert three.window.objects.chosen_ids() == [3]
    assert set(three.session.chosen) in ({3}, {three.session.current_object})


def test_a_row_that_is_taken_out_of_the_choice_hands_over_to_one_that_stays(three) -> None:
    click_row(three, 0)
    click_row(three, 2, CTRL)
    click_row(three, 2, CTRL)
    assert shown(three) == ({1}, {1}, {1})
    assert three.session.current_object == 1


def test_the_last_chosen_row_stays_chosen(three) -> None:
    click_row(three, 1)
    click_row(three, 1, CTRL)
    assert shown(three) == ({2}, {2}, {2})
