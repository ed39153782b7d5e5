"""Drawing on masks with the mouse: what is drawn is in the mask, and each stroke is one step."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from vostool.gui.canvas.tools.registry import TOOLS
from vostool.gui.canvas.tools.spec import Kind
from vostool.masks.draw import draw_polygon, paint
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.masks.shape import fill_holes, grow
from vostool.project.range_edits import set_edited_mask

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
EMPTY = Mask.empty(136, 240)


def done(hand) -> None:
    """Wait until every stroke is in its mask."""
    hand.until(lambda: not hand.bench.workspace.mask_editor.is_busy)


def stroke(hand, *places, button=LEFT, modifiers=NONE) -> None:
    """Press at the first place, go through the others, let go at the last."""
    port = hand.canvas.viewport()
    points = [hand.at(*place) for place in places]
    QTest.mousePress(port, button, modifiers, points[0])
    for point in points[1:]:
        QTest.mouseMove(port, point)
    QTest.mouseRelease(port, button, modifiers, points[-1])
    done(hand)


def pixels(hand, oid: int = 1, frame: int = 0) -> np.ndarray:
    return hand.mask(frame, oid).mask.to_array()


def draw(hand, oid_mask: Mask, title: str = "Given") -> None:
    """Let the current object have this mask on the current frame."""
    session = hand.session
    if session.current_object is None:
        session.add_object()
    session.do(
        set_edited_mask(hand.project, session.playhead, session.current_object, oid_mask, title)
    )


def box_mask(x0: int, y0: int, x1: int, y1: int) -> Mask:
    array = np.zeros((136, 240), bool)
    array[y0:y1, x0:x1] = True
    return Mask.from_array(array)


def test_a_stroke_of_the_brush_makes_an_object_with_a_mask_as_one_step(opened) -> None:
    empty = opened.content()
    opened.keys("B")
    stroke(opened, (40, 40), (60, 40), (80, 60))
    record = opened.mask(0, 1)
    assert record.provenance is Provenance.EDITED
    drawn = paint(EMPTY, [(40, 40), (60, 40), (80, 60)], 20)
    assert record.mask.iou(drawn) > 0.9, "cut to whole screen pixels"
    assert opened.project.prompts[0, 1].mask == record.mask, "a mask prompt"
    assert opened.session.current_object == 1
    after = opened.content()
    opened.keys("Ctrl+Z")
    assert opened.content() == empty
    opened.keys("Ctrl+Y")
    assert opened.content() == after


def test_brush_and_eraser_are_each_other_s_other_way(opened) -> None:
    start = box_mask(100, 40, 140, 80)
    draw(opened, start)
    for keys, button, modifiers, erases in (
        ("B", LEFT, NONE, False), ("B", RIGHT, NONE, True), ("B", LEFT, CTRL, True),
        ("Shift+B", LEFT, NONE, True), ("X", RIGHT, NONE, False), ("X", LEFT, CTRL, False),
    ):  # fmt: skip
        opened.keys(keys)
        stroke(opened, (100, 60), (120, 60), button=button, modifiers=modifiers)
        before, now = start.area, opened.mask(0, 1).mask.area
        assert now < before if erases else now > before
        title = "Undo erase" if erases else "Undo brush"
        assert opened.window.actions_by_id["undo"].text() == title
        opened.keys("Ctrl+Z")
        assert opened.mask(0, 1).mask == start


def test_strokes_one_after_the_other_are_steps_of_their_own(opened) -> None:
    opened.keys("B")
    states = []
    for x in (30, 80, 130):
        stroke(opened, (x, 40), (x + 10, 40))
        states.append(opened.mask(0, 1).mask)
    for expected in (states[1], states[0]):
        opened.keys("Ctrl+Z")
        assert opened.mask(0, 1).mask == expected
    for expected in (states[1], states[2]):
        opened.keys("Ctrl+Y")
        assert opened.mask(0, 1).mask == expected


def test_undo_at_once_takes_back_the_stroke_and_redo_brings_it(opened, monkeypatch) -> None:
    draw(opened, box_mask(100, 40, 140, 80))
    before = opened.content()
    opened.keys("B")
    port = opened.canvas.viewport()
    QTest.mousePress(port, LEFT, NONE, opened.at(60, 60))
    QTest.mouseRelease(port, LEFT, NONE, opened.at(60, 60))
    opened.keys("Ctrl+Z")  # whether the answer is there or not
    done(opened)
    assert opened.content() == before
    opened.keys("Ctrl+Y")
    done(opened)
    opened.until(lambda: pixels(opened)[60, 60])


def test_a_click_right_after_a_stroke_goes_on_from_it(opened) -> None:
    opened.keys("B")
    x, y = opened.middle(1)
    port = opened.canvas.viewport()
    QTest.mousePress(port, LEFT, NONE, opened.at(x, y))
    QTest.mouseRelease(port, LEFT, NONE, opened.at(x, y))
    opened.keys("Q")
    opened.click(x, y)
    prompts = opened.project.prompts[0, 1]
    assert prompts.mask is not None and len(prompts.points) == 1
    opened.until(lambda: opened.mask(0, 1).provenance is Provenance.PROMPTED)


def test_the_stroke_is_seen_while_it_is_drawn_and_goes_with_the_mask(opened) -> None:
    opened.keys("B")
    port = opened.canvas.viewport()
    before = opened.canvas.grab().toImage()
    QTest.mousePress(port, LEFT, NONE, opened.at(40, 40))
    QTest.mouseMove(port, opened.at(80, 40))
    seen = opened.canvas.grab().toImage()
    place = opened.at(60, 40)
    assert seen.pixelColor(place) != before.pixelColor(place)
    assert not opened.project.masks.frames(), "nothing is done before the release"
    QTest.mouseRelease(port, LEFT, NONE, opened.at(80, 40))
    done(opened)
    opened.until(lambda: len(opened.canvas.previews._items) == 2, 3000)  # the ring


def test_a_stroke_belongs_to_the_frame_and_object_it_was_begun_on(opened) -> None:
    draw(opened, box_mask(100, 40, 140, 80))
    opened.session.select(None)
    draw(opened, box_mask(10, 10, 20, 20))
    port = opened.canvas.viewport()
    for keys in ("B", "Shift+G"):
        opened.go_to(0)
        opened.keys(keys)
        before = opened.mask(0, 2).mask.area
        QTest.mousePress(port, LEFT, NONE, opened.at(40, 40))
        QTest.mouseMove(port, opened.at(90, 40))
        opened.keys("Right")
        opened.keys("1")
        QTest.mouseMove(port, opened.at(90, 90))
        QTest.mouseRelease(port, LEFT, NONE, opened.at(90, 90))
        done(opened)
        assert opened.mask(0, 2).mask.area > before
        assert opened.mask(0, 1).mask == box_mask(100, 40, 140, 80)
        assert opened.project.masks.frames() == [0]
        opened.keys("2")


def test_a_polygon_goes_where_it_is_closed(opened) -> None:
    draw(opened, box_mask(100, 40, 140, 80))
    opened.keys("G")
    for corner in [(40, 40), (120, 40), (80, 100)]:
        opened.click(*corner)
    opened.keys("Right")
    opened.until_shown(1)
    opened.keys("Return")
    done(opened)
    assert opened.mask(0, 1).mask == box_mask(100, 40, 140, 80)
    assert opened.mask(1, 1).mask.iou(draw_polygon(EMPTY, [(40, 40), (120, 40), (80, 100)])) > 0.95


def test_playing_stops_for_a_stroke(opened) -> None:
    opened.keys("B")
    opened.keys("Space")
    QTest.mousePress(opened.canvas.viewport(), LEFT, NONE, opened.at(40, 40))
    assert not opened.bench.workspace.player.is_playing
    QTest.mouseRelease(opened.canvas.viewport(), LEFT, NONE, opened.at(40, 40))
    done(opened)


def test_esc_gives_a_stroke_up(opened) -> None:
    opened.keys("B")
    port = opened.canvas.viewport()
    QTest.mousePress(port, LEFT, NONE, opened.at(40, 40))
    QTest.mouseMove(port, opened.at(80, 40))
    opened.keys("Esc")
    QTest.mouseRelease(port, LEFT, NONE, opened.at(80, 40))
    done(opened)
    assert not opened.project.objects and not opened.session.document.history.undo_title


def test_the_eraser_without_a_mask_says_why(opened) -> None:
    opened.keys("X")
    stroke(opened, (40, 40), (50, 40))
    assert "Choose an object first" in opened.status()
    opened.session.add_object()
    stroke(opened, (40, 40), (50, 40))
    assert "has no mask on this frame" in opened.status()
    assert list(opened.project.objects) == [1] and not len(opened.project.masks)


def test_locked_and_hidden_objects_are_not_drawn_on(opened) -> None:
    from dataclasses import replace

    from vostool.project.edits import change_object
    from vostool.project.locks import lock_objects

    draw(opened, box_mask(100, 40, 140, 80))
    opened.keys("B")
    opened.session.do(lock_objects(opened.project, [1], True))
    before = opened.content()
    stroke(opened, (40, 40), (50, 40))
    assert "locked" in opened.status()
    opened.keys("Ctrl+Up")
    assert opened.content() == before
    opened.keys("Ctrl+Z")
    hidden = replace(opened.project.objects[1], visible=False)
    opened.session.do(change_object(opened.project, hidden, "Hide"))
    before = opened.content()
    stroke(opened, (40, 40), (50, 40))
    assert "hidden" in opened.status()
    assert opened.content() == before


def test_erasing_all_says_absent(opened) -> None:
    draw(opened, box_mask(100, 60, 110, 70))
    opened.keys("X")
    opened.canvas.options.set(size=60)
    stroke(opened, (105, 65), (106, 65))
    assert opened.mask(0, 1) == MaskRecord(EMPTY, Provenance.EDITED)


def test_tracking_starts_from_what_was_painted(opened) -> None:
    opened.keys("B")
    opened.canvas.options.set(size=6)
    x, y = opened.middle(1)
    stroke(opened, (x, y), (x + 2, y))
    painted = opened.mask(0, 1).mask
    opened.run("]")
    assert opened.mask(0, 1).mask == painted, "a run leaves it alone"
    assert opened.mask(5, 1).mask == opened.truth(5, 1)
    assert opened.mask(5, 1).provenance is Provenance.TRACKED


def test_a_stroke_while_a_run_goes_stands(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    opened.go_to(10)
    opened.keys("B")
    stroke(opened, (200, 20), (210, 20))
    mine = opened.mask(10, 1).mask
    with opened.qtbot.waitSignal(opened.session.run_ended, timeout=8000):
        engine.allow(100)
    assert opened.mask(10, 1).mask == mine
    assert opened.mask(11, 1) is not None


# -- sizes


def wheel(hand, turns: int, modifiers) -> None:
    at = hand.at(100, 60)
    port = hand.canvas.viewport()
    event = QWheelEvent(at.toPointF(), port.mapToGlobal(at).toPointF(), QPoint(), QPoint(0, turns),
                        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase,
                        False)  # fmt: skip
    QApplication.sendEvent(port, event)


def test_the_wheel_with_alt_or_shift_sizes_and_alone_zooms(opened) -> None:
    opened.keys("B")
    options, seen = opened.canvas.options, opened.canvas.view.viewRect()
    options.set(size=20)
    for modifiers in (ALT, SHIFT):
        wheel(opened, 120, modifiers)
        assert options.size == 22
        wheel(opened, -120, modifiers)
        assert options.size == 20
    assert opened.canvas.view.viewRect() == seen
    wheel(opened, 120, NONE)
    assert options.size == 20
    assert opened.canvas.view.viewRect().width() < seen.width()


def test_keys_and_strip_size_the_brush(opened) -> None:
    opened.keys("B")
    strip, options = opened.window.findChild(object, "tool_strip"), opened.canvas.options
    options.set(size=20)
    opened.keys(".")
    assert options.size == 22 and strip.brush_size.box.value() == 22
    opened.keys(",")
    opened.keys(",")
    assert options.size == 18
    strip.brush_size.box.setValue(5)
    assert options.size == 5
    strip.brush_size.slider.setValue(100)
    assert options.size == 400
    for _ in range(80):
        opened.keys(",")
    assert options.size == 1
    stroke(opened, (40.5, 40.5), (40.5, 40.5))
    assert pixels(opened).sum() == 1


def test_return_in_the_strip_goes_back_to_the_canvas(opened) -> None:
    opened.keys("B")
    strip = opened.window.findChild(object, "tool_strip")
    strip.brush_size.box.setFocus()
    strip.brush_size.box.selectAll()
    QTest.keyClicks(strip.brush_size.box, "33")
    QTest.keyClick(strip.brush_size.box, Qt.Key.Key_Return)
    assert opened.canvas.options.size == 33
    assert QApplication.focusWidget() is opened.canvas


def test_sizes_are_there_again_in_the_next_window(opened) -> None:
    from vostool.gui.canvas.tools.options import ToolOptions

    opened.canvas.options.set(size=77, tolerance=9, contiguous=False, adding=False)
    opened.bench.close_workspace()
    again = ToolOptions()
    assert (again.size, again.tolerance, again.contiguous, again.adding) == (77, 9, False, True)


def test_the_ring_is_as_large_as_the_brush(opened) -> None:
    opened.keys("B")
    opened.canvas.options.set(size=30)
    QTest.mouseMove(opened.canvas.viewport(), opened.at(100, 60))
    ring = opened.canvas.previews._items[-1]
    opened.until(ring.isVisible)
    assert ring.rect().width() == 30
    assert ring.rect().center().x() == pytest.approx(100, abs=1)
    opened.keys(".")
    assert ring.rect().width() == 33
    opened.keys("Q")
    assert not opened.canvas.previews._items


# -- outlines


def test_a_polygon_by_clicks_and_enter(opened) -> None:
    corners = [(40, 40), (120, 40), (80, 100)]
    opened.keys("G")
    for corner in corners:
        opened.click(*corner)
    assert not opened.project.objects
    opened.keys("Return")
    done(opened)
    assert opened.mask(0, 1).mask.iou(draw_polygon(EMPTY, corners)) > 0.95
    assert opened.session.document.history.undo_title == "Polygon"
    opened.keys("Ctrl+Z")
    assert opened.content() == {}


def test_a_double_click_closes_the_polygon(opened) -> None:
    opened.keys("G")
    for corner in [(40, 40), (120, 40)]:
        opened.click(*corner)
    opened.click(80, 100)
    QTest.mouseDClick(opened.canvas.viewport(), LEFT, NONE, opened.at(80, 100))
    done(opened)
    expected = draw_polygon(EMPTY, [(40, 40), (120, 40), (80, 100)])
    assert opened.mask(0, 1).mask.iou(expected) > 0.95
    opened.keys("Ctrl+Z")
    for corner in [(40, 40), (120, 40), (80, 100), (40, 40)]:  # or a click on the first corner
        opened.click(*corner)
    done(opened)
    assert opened.mask(0, 1).mask.iou(expected) > 0.95


def test_corners_are_taken_back_one_by_one(opened) -> None:
    given = box_mask(200, 10, 220, 30)
    draw(opened, given)
    before = opened.content()
    opened.keys("G")
    for back in ("Esc", "Backspace", "Ctrl+Z", ""):
        for corner in [(40, 40), (120, 40), (80, 100), (10, 130)]:
            opened.click(*corner)
        opened.keys(back) if back else opened.click(10, 10, RIGHT)
        opened.keys("Return")
        done(opened)
        expected = draw_polygon(given, [(40, 40), (120, 40), (80, 100)])
        assert opened.mask(0, 1).mask.iou(expected) > 0.95
        opened.keys("Ctrl+Z")
        opened.click(40, 40)
        opened.keys(back) if back else opened.click(10, 10, RIGHT)
        opened.until(lambda: not opened.canvas.previews._items)
        assert opened.content() == before
    opened.keys("Return")  # a shortcut again
    assert opened.session.current_object is None


def test_a_polygon_stays_its_object_s_and_shows_whose(opened) -> None:
    draw(opened, box_mask(20, 20, 60, 60))
    opened.session.select(None)
    draw(opened, box_mask(100, 40, 140, 80))
    opened.keys("G")
    opened.click(100, 100)
    opened.click(30, 30, LEFT, SHIFT)
    assert opened.session.current_object == 2
    (item,) = opened.canvas.previews._items
    assert item.pen().color().getRgb()[:3] == opened.project.objects[2].colour
    opened.keys("1")
    assert item.pen().color().getRgb()[:3] == opened.project.objects[1].colour


def test_two_corners_are_no_polygon(opened) -> None:
    opened.keys("G")
    opened.click(40, 40)
    opened.click(120, 40)
    opened.keys("Return")
    assert "at least three corners" in opened.status()
    opened.click(80, 100)
    opened.keys("Return")
    done(opened)
    assert opened.mask(0, 1) is not None


def test_another_tool_forgets_the_polygon(opened) -> None:
    opened.keys("G")
    opened.click(40, 40)
    opened.keys("Q")
    assert not opened.canvas.previews._items
    opened.keys("G")
    opened.keys("Return")
    assert not opened.project.objects


def test_a_lasso_adds_and_the_right_button_takes_away(opened) -> None:
    outline = [(40, 40), (120, 40), (120, 100), (40, 100)]
    opened.keys("Shift+G")
    stroke(opened, *outline)
    whole = opened.mask(0, 1).mask
    assert whole.iou(draw_polygon(EMPTY, outline)) > 0.95
    hole = [(60, 50), (100, 50), (100, 90), (60, 90)]
    stroke(opened, *hole, button=RIGHT)
    assert opened.mask(0, 1).mask.iou(draw_polygon(whole, hole, add=False)) > 0.9
    opened.keys("Ctrl+Z")
    strip = opened.window.findChild(object, "tool_strip")
    QTest.mouseClick(strip.mode.second, LEFT)
    stroke(opened, *hole)
    assert opened.mask(0, 1).mask.iou(draw_polygon(whole, hole, add=False)) > 0.9


# -- wand


def test_the_wand_takes_what_is_alike(opened, clip) -> None:
    from vostool.masks.draw import magic_wand

    opened.keys("U")
    opened.canvas.options.set(tolerance=30)
    x, y = opened.middle(2)
    opened.click(x, y)
    done(opened)
    image = opened.bench.workspace.display.loader.cached(0)
    expected = magic_wand(EMPTY, image, (x, y), 30)
    assert opened.mask(0, 1).mask == expected
    opened.canvas.options.set(contiguous=False)
    opened.click(x, y)
    done(opened)
    more = magic_wand(expected, image, (x, y), 30, contiguous=False)
    assert opened.mask(0, 1).mask == more
    opened.canvas.options.set(contiguous=True)
    opened.click(x, y, RIGHT)
    done(opened)
    assert opened.mask(0, 1).mask == magic_wand(more, image, (x, y), 30, add=False)
    wheel(opened, 120, ALT)
    assert opened.canvas.options.tolerance == 32


# -- scribble


def test_a_scribble_prompts_the_model_as_one_step(opened) -> None:
    x, y = opened.middle(1)
    opened.keys("S")
    stroke(opened, (x - 8, y), (x, y), (x + 8, y))
    opened.until(lambda: opened.mask(0, 1) is not None)
    prompts = opened.project.prompts[0, 1]
    assert prompts.mask is None and 1 <= len(prompts.points) <= 6
    assert all(p.positive and abs(p.y - y) < 1 for p in prompts.points)
    assert opened.mask(0, 1).mask == opened.truth(0, 1)
    asked = len(prompts.points)
    stroke(opened, (x + 8, y - 4), (x + 8, y + 4), button=RIGHT)
    signs = [p.positive for p in opened.project.prompts[0, 1].points]
    assert signs[:asked] == [True] * asked and not any(signs[asked:]) and len(signs) > asked
    opened.keys("Ctrl+Z")
    assert opened.project.prompts[0, 1] == prompts
    opened.keys("Ctrl+Z")
    assert opened.content() == {}


def test_the_strip_turns_the_scribble_round(opened) -> None:
    opened.mark(1, oid=1)
    opened.keys("S")
    strip = opened.window.findChild(object, "tool_strip")
    QTest.mouseClick(strip.sign.second, LEFT)
    x, y = opened.middle(1)
    stroke(opened, (x + 5, y), (x + 8, y))
    assert not opened.project.prompts[0, 1].points[-1].positive


def test_a_negative_scribble_on_nothing_is_explained(opened) -> None:
    opened.keys("S")
    stroke(opened, (20, 20), (60, 20), modifiers=CTRL)
    assert "Begin with a stroke on the object" in opened.status()
    assert opened.content() == {}


# -- move and select


def test_a_mask_is_dragged(opened) -> None:
    draw(opened, box_mask(100, 40, 140, 80))
    opened.keys("Shift+M")
    stroke(opened, (120, 60), (130, 70), (150, 75))
    assert opened.mask(0, 1).mask == box_mask(130, 55, 170, 95)
    assert opened.session.document.history.undo_title == "Move mask"
    opened.keys("Ctrl+Z")
    assert opened.mask(0, 1).mask == box_mask(100, 40, 140, 80)
    opened.keys("Ctrl+Z")
    assert opened.mask(0, 1) is None


def test_a_handle_of_the_box_stretches_the_mask(opened) -> None:
    draw(opened, box_mask(100, 40, 140, 80))
    opened.keys("Shift+M")
    stroke(opened, (140, 80), (150, 90), (160, 100))
    assert opened.mask(0, 1).mask == box_mask(100, 40, 160, 100)
    stroke(opened, (100, 70), (90, 70), (80, 70))
    assert opened.mask(0, 1).mask == box_mask(80, 40, 160, 100)


def test_dragging_another_object_s_mask_selects_it(opened) -> None:
    draw(opened, box_mask(20, 20, 50, 50))
    opened.session.select(None)
    draw(opened, box_mask(100, 40, 140, 80))
    opened.keys("Shift+M")
    stroke(opened, (30, 30), (40, 30))
    assert opened.session.current_object == 1
    assert opened.mask(0, 1).mask == box_mask(30, 20, 60, 50)
    assert opened.mask(0, 2).mask == box_mask(100, 40, 140, 80)
    stroke(opened, (200, 120), (210, 120))
    assert "there is none here" in opened.status()


def test_a_handle_of_the_prompted_box_asks_the_model_again(opened) -> None:
    x, y, w, h = opened.truth(0, 1).bbox
    opened.keys("R")
    opened.drag((x - 12, y), (x + w, y + h))
    opened.until(lambda: opened.mask(0, 1) is not None)
    first = opened.project.prompts[0, 1]
    stroke(opened, (first.box.x0, y + h / 2), (x - 6, y + h / 2), (x, y + h / 2))
    now = opened.project.prompts[0, 1]
    assert now.box.x0 == pytest.approx(x, abs=1)
    assert (now.box.y0, now.box.x1, now.box.y1) == (first.box.y0, first.box.x1, first.box.y1)
    assert opened.session.document.history.undo_title == "Change box"
    opened.keys("Ctrl+Z")
    assert opened.project.prompts[0, 1] == first
    opened.drag((150, 20), (200, 60))  # beside the handles: a new one
    assert opened.project.prompts[0, 1].box.x0 == pytest.approx(150, abs=1)
    opened.keys("Q")
    assert not opened.canvas.previews._items


def test_a_drag_that_ends_where_it_began_changes_nothing(opened) -> None:
    draw(opened, box_mask(100, 40, 140, 80))
    before = opened.content()
    opened.keys("Shift+M")
    stroke(opened, (120, 60), (130, 60), (120, 60))
    assert opened.content() == before
    assert opened.session.document.history.undo_title == "Given"


def test_objects_are_selected_by_their_masks(opened) -> None:
    draw(opened, box_mask(20, 20, 60, 60))
    opened.session.select(None)
    draw(opened, box_mask(40, 40, 80, 80))
    before = opened.content()
    places = (((25, 25), 1), ((75, 75), 2), ((50, 50), 1), ((50, 50), 2), ((5, 5), 2))
    for tool in ("Shift+S", "Q", "R", "B", "H", "S"):
        opened.keys(tool)
        # With the Point tool, Shift+click where no mask lies adds to the object.
        for place, expected in places[: 4 if tool == "Q" else 5]:
            opened.click(*place, LEFT, NONE if tool == "Shift+S" else SHIFT)
            assert opened.session.current_object == expected, (tool, place)
    assert opened.content() == before


# -- whole masks


def test_mask_actions(opened) -> None:
    array = box_mask(60, 30, 120, 90).to_array()
    array[50:60, 80:90] = False
    array[100:102, 200:202] = True
    start = Mask.from_array(array)
    draw(opened, start)
    cases = {
        "fill_holes": fill_holes(start),
        "drop_specks": Mask.from_array(array & (np.arange(240) < 190)),
        "keep_largest": Mask.from_array(array & (np.arange(240) < 190)),
        "grow": grow(start, 1),
    }
    for name, expected in cases.items():
        opened.window.actions_by_id[name].trigger()
        done(opened)
        assert opened.mask(0, 1).mask == expected, name
        opened.keys("Ctrl+Z")
        assert opened.mask(0, 1).mask == start, name
    for name in ("shrink", "smooth"):
        opened.window.actions_by_id[name].trigger()
        done(opened)
        assert opened.mask(0, 1).mask.area < start.area, name
        opened.keys("Ctrl+Z")


def test_actions_that_change_nothing_say_so_and_make_no_step(opened) -> None:
    draw(opened, box_mask(60, 30, 120, 90))
    for name, said in (("fill_holes", "no hole"), ("drop_specks", "no small part")):
        opened.window.actions_by_id[name].trigger()
        done(opened)
        opened.until(lambda said=said: said in opened.status())
        assert opened.session.document.history.undo_title == "Given"


def test_the_mask_is_copied_from_the_frame_beside(opened) -> None:
    opened.go_to(10)
    draw(opened, box_mask(60, 30, 120, 90))
    for keys, frame in (("Alt+Left", 11), ("Alt+Left", 14), ("Alt+Right", 9)):
        opened.go_to(frame)
        opened.keys(keys)
        record = opened.mask(frame, 1)
        assert record == MaskRecord(box_mask(60, 30, 120, 90), Provenance.EDITED)
        assert opened.project.prompts[frame, 1].mask == record.mask
        opened.keys("Ctrl+Z")
        assert opened.mask(frame, 1) is None
    opened.go_to(10)
    opened.keys("Alt+Left")
    assert "no mask on a frame before" in opened.status()


# -- how they look


def test_tools_are_told_apart(opened) -> None:
    from vostool.gui.widgets import theme

    strip = opened.window.findChild(object, "tool_strip")
    seen = {}
    for tool in TOOLS:
        opened.window.actions_by_id[tool.id].trigger()
        assert opened.canvas.tool is tool
        assert opened.window.actions_by_id[tool.id].isChecked()
        assert strip.name.text() == tool.title
        assert strip.property("kind") == tool.kind.name.lower()
        assert strip.brush_size.isVisible() == (tool.id in ("brush", "eraser"))
        seen.setdefault(tool.kind, []).append(strip.kind.text())
    assert set(seen[Kind.MODEL]) == {"uses the model"}
    assert set(seen[Kind.MASK]) == {"edits the mask"}
    assert theme.tone("model") != theme.tone("mask")
    heights = {strip.height()}
    assert heights == {28}, "no tool moves the picture"


def test_closing_the_video_in_the_middle_of_a_stroke(opened, video) -> None:
    opened.keys("B")
    stroke(opened, (40, 40), (60, 40))
    QTest.mousePress(opened.canvas.viewport(), LEFT, NONE, opened.at(40, 40))
    opened.bench.close_workspace()
    QTest.mouseRelease(opened.canvas.viewport(), LEFT, NONE, opened.at(60, 40))
    assert not opened.canvas.previews._items
