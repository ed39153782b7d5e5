"""The cursor says what a click will change, and the click then does that."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from tests.gui.conftest import Hand
from vostool.project.locks import lock_objects
from vostool.project.object_naming import label_objects

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def move(hand: Hand, x: float, y: float) -> None:
    place = hand.at(x, y)
    QTest.mouseMove(hand.canvas.viewport(), place + QPoint(3, 0))
    QTest.mouseMove(hand.canvas.viewport(), place)


def text(hand: Hand) -> str:
    tag = hand.window.view_side.tag
    return tag.text() if tag.isVisible() else ""


def tint(hand: Hand) -> set[tuple[int, int, int]]:
    picture = hand.canvas.viewport().cursor().pixmap().toImage()
    return {
        picture.pixelColor(x, y).getRgb()[:3]
        for x in range(picture.width())
        for y in range(picture.height())
    }


@pytest.fixture
def cup(opened: Hand) -> Hand:
    opened.mark(1, oid=1)
    opened.session.do(label_objects(opened.project, [1], "cup"))
    opened.canvas.setFocus()
    return opened


@pytest.mark.parametrize("tool", ["Q", "R", "S", "B"])
def test_before_the_first_object_every_tool_says_new(opened: Hand, tool: str) -> None:
    opened.keys(tool)
    move(opened, 120, 60)
    assert text(opened) == "new"
    opened.session.next_label = "cup"
    move(opened, 121, 60)
    assert text(opened) == "new cup"
    assert (230, 159, 0) in tint(opened)


def test_near_the_mask_it_is_the_object_and_far_off_a_new_one(cup: Hand) -> None:
    x, y = cup.middle(1)
    move(cup, x + 2, y)
    assert text(cup) == "1 cup" and (230, 159, 0) in tint(cup)
    far = cup.middle(2)
    move(cup, *far)
    assert text(cup) == "new cup" and (86, 180, 233) in tint(cup)
    cup.mark(2, oid=2)
    assert cup.project.objects[2].colour == (86, 180, 233)
    assert cup.project.objects[2].label == "cup"


def test_keys_that_are_held_say_so_before_the_mouse_moves(cup: Hand) -> None:
    far = cup.middle(2)
    move(cup, *far)
    QTest.keyPress(cup.canvas, Qt.Key.Key_Shift)
    assert text(cup) == "+ 1 cup"
    QTest.keyRelease(cup.canvas, Qt.Key.Key_Shift, SHIFT)
    assert text(cup) == "new cup"
    QTest.keyPress(cup.canvas, Qt.Key.Key_Control)
    assert text(cup) == "− 1 cup"
    QTest.keyRelease(cup.canvas, Qt.Key.Key_Control, CTRL)
    x, y = cup.middle(1)
    cup.keys("F")
    move(cup, x, y)
    QTest.keyPress(cup.canvas, Qt.Key.Key_Shift)
    assert text(cup) == "select 1 cup"
    QTest.keyRelease(cup.canvas, Qt.Key.Key_Shift, SHIFT)


def test_a_locked_object_says_so_and_looking_says_nothing(cup: Hand) -> None:
    cup.session.do(lock_objects(cup.project, [1], True))
    x, y = cup.middle(1)
    move(cup, x, y)
    assert text(cup) == "1 cup, locked"
    cup.keys("H")
    assert text(cup) == ""


def test_the_plate_goes_with_the_mouse_and_while_a_button_is_down(cup: Hand) -> None:
    x, y = cup.middle(1)
    move(cup, x, y)
    QTest.mousePress(cup.canvas.viewport(), Qt.MouseButton.LeftButton, pos=cup.at(x, y))
    assert text(cup) == ""
    QTest.mouseRelease(cup.canvas.viewport(), Qt.MouseButton.LeftButton, pos=cup.at(x, y))
    assert text(cup) == "1 cup"
    cup.canvas.hovered.emit(float("nan"), float("nan"))
    assert text(cup) == ""


def test_the_plate_stays_within_the_canvas(opened: Hand) -> None:
    for x, y in ((1, 1), (239, 1), (239, 135), (1, 135)):
        move(opened, x, y)
        assert opened.canvas.rect().contains(opened.window.view_side.tag.geometry())
