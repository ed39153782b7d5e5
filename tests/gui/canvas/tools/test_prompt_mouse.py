"""Points and boxes with the mouse: what is a click, what is a drag, and which button does what."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
MIDDLE = Qt.MouseButton.MiddleButton
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press_and_go(hand, start: QPoint, *way: QPoint, button=LEFT, modifiers=NONE) -> None:
    """Press, and move with the button held."""
    port = hand.canvas.viewport()
    QTest.mousePress(port, button, modifiers, start)
    for place in way:
        QTest.mouseMove(port, place)


def let_go(hand, place: QPoint, button=LEFT) -> None:
    QTest.mouseRelease(hand.canvas.viewport(), button, NONE, place)


def titles(hand) -> list[str]:
    """Of all steps, the last one first."""
    found = []
    while (title := hand.session.document.history.undo_title) is not None:
        found.append(title)
        hand.session.undo()
    return found


@pytest.mark.parametrize("pixels", [1, 4])
def test_a_click_with_an_unsteady_hand_is_a_click_where_it_began(opened, pixels: int) -> None:
    start = opened.at(*opened.middle(1))
    end = start + QPoint(pixels, 0)
    press_and_go(opened, start, end)
    let_go(opened, end)
    (point,) = opened.project.prompts[0, 1].points
    assert opened.at(point.x, point.y) == start
    assert opened.project.prompts[0, 1].box is None


def test_a_drag_that_comes_back_is_no_click(opened) -> None:
    start = opened.at(*opened.middle(1))
    press_and_go(opened, start, start + QPoint(30, 30), start)
    let_go(opened, start)
    assert not opened.project.prompts


@pytest.mark.parametrize("modifiers", [NONE, CTRL])
@pytest.mark.parametrize("tool", ["point", "negative", "box"])
def test_a_drag_draws_a_box_with_every_tool_that_prompts(opened, tool: str, modifiers) -> None:
    opened.window.actions_by_id[tool].trigger()
    x, y, w, h = opened.truth(0, 1).bbox
    start, end = opened.at(x, y), opened.at(x + w, y + h)
    before = opened.canvas.viewport().grab().toImage()
    press_and_go(opened, start, (start + end) / 2, end, modifiers=modifiers)
    assert opened.canvas.viewport().grab().toImage() != before, "the box is seen while it is drawn"
    let_go(opened, end)
    box = opened.project.prompts[0, 1].box
    assert (box.x0, box.y0) == pytest.approx((x, y), abs=1)
    assert (box.x1, box.y1) == pytest.approx((x + w, y + h), abs=1)
    opened.until(lambda: opened.mask(0, 1) is not None)
    assert titles(opened) == ["Draw box"]


@pytest.mark.parametrize("tool", ["point", "negative", "box"])
def test_the_right_button_draws_no_box(opened, tool: str) -> None:
    opened.mark(1, oid=1)
    opened.window.actions_by_id[tool].trigger()
    content = opened.content()
    opened.drag((40, 40), (90, 90), RIGHT)
    assert opened.content() == content


def test_a_click_with_the_box_tool_does_nothing(opened) -> None:
    opened.mark(1, oid=1)
    opened.keys("R")
    content = opened.content()
    for button in (LEFT, RIGHT):
        opened.click(*opened.middle(1), button)
    assert opened.content() == content


def test_a_double_click_places_one_point(opened) -> None:
    place = opened.at(*opened.middle(1))
    QTest.mouseClick(opened.canvas.viewport(), LEFT, NONE, place)
    QTest.mouseDClick(opened.canvas.viewport(), LEFT, NONE, place)
    assert len(opened.project.prompts[0, 1].points) == 1
    assert titles(opened) == ["Add positive point"]


@pytest.mark.parametrize("button", [LEFT, RIGHT])
def test_every_click_with_the_negative_tool_is_negative(opened, button) -> None:
    opened.mark(1, oid=1)
    opened.window.actions_by_id["negative"].trigger()
    x, y = opened.middle(1)
    opened.click(x + 8, y, button)
    assert [p.positive for p in opened.project.prompts[0, 1].points] == [True, False]


@pytest.mark.parametrize("keys", ["Q", "R", "S", "B", "G", "Shift+M", "Shift+S", "H"])
def test_the_middle_button_moves_the_picture_with_every_tool(opened, keys: str) -> None:
    opened.keys(keys)
    before = opened.canvas.view.viewRect()
    opened.drag((100, 60), (130, 80), MIDDLE)
    after = opened.canvas.view.viewRect()
    assert after.size() == before.size()
    assert before.x() - after.x() == pytest.approx(30, abs=1)
    assert before.y() - after.y() == pytest.approx(20, abs=1)
    assert not opened.content()


@pytest.mark.parametrize("keys", ["Q", "R", "H"])
def test_shift_and_click_selects_and_drags_nothing(opened, keys: str) -> None:
    opened.mark(1, oid=1)
    opened.keys("F")
    opened.keys(keys)
    content, seen = opened.content(), opened.canvas.view.viewRect()
    start = opened.at(*opened.middle(1))
    press_and_go(opened, start, start + QPoint(40, 30), modifiers=SHIFT)
    let_go(opened, start + QPoint(40, 30))
    assert opened.session.current_object == 1
    assert opened.content() == content
    assert opened.canvas.view.viewRect() == seen


def test_the_wheel_zooms_while_a_box_is_drawn(opened) -> None:
    start, end = opened.at(40, 30), opened.at(120, 90)
    press_and_go(opened, start, end)
    seen = opened.canvas.view.viewRect()
    port = opened.canvas.viewport()
    event = QWheelEvent(
        QPointF(end), QPointF(port.mapToGlobal(end)), QPoint(), QPoint(0, 120), LEFT, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)
    assert opened.canvas.view.viewRect().width() < seen.width()
    let_go(opened, end)
    assert opened.project.prompts[0, 1].box is not None


def test_a_handle_of_the_box_is_dragged_from_its_first_pixel(opened) -> None:
    opened.keys("R")
    opened.drag((40, 30), (120, 90))
    box = opened.project.prompts[0, 1].box
    corner = opened.at(box.x1, box.y1)
    press_and_go(opened, corner, corner + QPoint(2, 2))
    let_go(opened, corner + QPoint(2, 2))
    now = opened.project.prompts[0, 1].box
    assert (now.x0, now.y0) == (box.x0, box.y0)
    assert now.x1 > box.x1 and now.y1 > box.y1
    assert titles(opened)[0] == "Change box"


def test_esc_lets_go_of_a_handle(opened) -> None:
    opened.keys("R")
    opened.drag((40, 30), (120, 90))
    content = opened.content()
    corner = opened.at(120, 90)
    press_and_go(opened, corner, corner + QPoint(20, 20))
    opened.canvas.setFocus()
    opened.keys("Esc")
    let_go(opened, corner + QPoint(20, 20))
    assert opened.content() == content


def test_another_tool_in_the_middle_of_a_press_leaves_nothing_behind(opened) -> None:
    start = opened.at(40, 30)
    press_and_go(opened, start, start + QPoint(60, 60))
    opened.keys("G")
    let_go(opened, start + QPoint(60, 60))
    assert opened.content() == {}
    assert not opened.canvas.previews._items


def test_closing_the_video_in_the_middle_of_a_box(opened) -> None:
    start = opened.at(40, 30)
    press_and_go(opened, start, start + QPoint(60, 60))
    opened.bench.close_workspace()
    let_go(opened, start + QPoint(60, 60))
    assert not opened.canvas.previews._items


def test_a_slow_press_that_moves_at_all_is_a_drag(opened, monkeypatch) -> None:
    monkeypatch.setattr("vostool.gui.canvas.tools.prompting.DRAG_SECONDS", 0.0)
    start = opened.at(*opened.middle(1))
    press_and_go(opened, start, start + QPoint(1, 0))
    let_go(opened, start + QPoint(1, 0))
    assert not opened.project.prompts
    opened.click_object(1)  # it does not move, however long it is held
    assert len(opened.project.prompts[0, 1].points) == 1


def test_the_ring_is_there_as_soon_as_a_key_chooses_the_brush(opened) -> None:
    for place in ((3, 3), (100, 60)):  # one to the same place is no move
        QTest.mouseMove(opened.canvas.viewport(), opened.at(*place))
    opened.keys("B")
    ring = opened.canvas.previews._items[-1]
    assert ring.isVisible()
    assert ring.rect().center().x() == pytest.approx(100, abs=1)
