"""Ranges, zoom, tool tips and shuttling on the timeline, by mouse and keys on the real window."""

from __future__ import annotations

import itertools

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QHelpEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMenu, QToolTip

from vostool.gui.session.frame_range import FrameRange
from vostool.gui.timeline.layout import LABEL_WIDTH, ROW_HEIGHT, ROWS_TOP, RULER_HEIGHT
from vostool.masks.mask import Provenance

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip


OFFSCREEN = pytest.mark.qt_log_ignore(
    "propagateSizeHints", "does not support raise", "grabbing the keyboard"
)
"""What the offscreen platform says of every menu and tool tip."""


def chosen(hand) -> FrameRange | None:
    value = hand.bench.workspace.selection.value
    assert hand.window.timeline.chosen == value
    return value


def place(hand, frame: int, y: int = 5) -> QPoint:
    return QPoint(hand.window.timeline.frame_x(frame), y)


def drag(hand, first: int, last: int, keys=SHIFT, y: int = 5, button=LEFT) -> None:
    view = hand.window.timeline.viewport()
    QTest.mousePress(view, button, keys, place(hand, first, y))
    for part in (0.5, 1):
        QTest.mouseMove(view, place(hand, round(first + (last - first) * part), y))
    QTest.mouseRelease(view, button, keys, place(hand, last, y))


def wheel(hand, at: QPoint, turn: int, keys=NONE) -> None:
    widget = hand.window.timeline.viewport()
    event = QWheelEvent(
        QPointF(at), QPointF(widget.mapToGlobal(at)), QPoint(), QPoint(0, turn),
        Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


@pytest.fixture
def two(opened):
    """Two objects tracked through the clip."""
    opened.mark(1, oid=1)
    opened.keys("F")
    opened.mark(2, oid=2)
    opened.run("]")
    return opened


# -- choosing --------------------------------------------------------------------------------------


def test_shift_drag_chooses_either_way(opened) -> None:
    drag(opened, 5, 11)
    assert chosen(opened) == FrameRange(5, 11)
    assert opened.session.playhead == 11
    drag(opened, 20, 15)
    assert chosen(opened) == FrameRange(15, 20)
    drag(opened, 3, 8, NONE)
    assert chosen(opened) == FrameRange(15, 20), "a drag without Shift scrubs"
    assert opened.session.playhead == 8


def test_the_ends_can_be_dragged_on_the_ruler(opened) -> None:
    timeline = opened.window.timeline
    drag(opened, 5, 11)
    y = RULER_HEIGHT - 5
    view = timeline.viewport()
    for edge, to, expected in ((12, 17, FrameRange(5, 17)), (5, 2, FrameRange(2, 17))):
        start = QPoint(LABEL_WIDTH + timeline.scale.edge(edge), y)
        QTest.mouseMove(view, start)
        assert view.cursor().shape() is Qt.CursorShape.SizeHorCursor
        QTest.mousePress(view, LEFT, NONE, start)
        QTest.mouseMove(view, place(opened, to, y))
        QTest.mouseRelease(view, LEFT, NONE, place(opened, to, y))
        assert chosen(opened) == expected


def test_keys_choose_and_clear(opened) -> None:
    actions = opened.window.actions_by_id
    assert not actions["range_delete_all"].isEnabled()
    opened.go_to(6)
    opened.keys("I")
    assert chosen(opened) == FrameRange(6, 23)
    opened.go_to(9)
    opened.keys("O")
    assert chosen(opened) == FrameRange(6, 9)
    assert actions["range_delete_all"].isEnabled() and not actions["range_delete"].isEnabled()
    opened.keys("Shift+I")
    assert opened.session.playhead == 6
    opened.keys("Shift+O")
    assert opened.session.playhead == 9
    opened.go_to(3)
    opened.keys("O")
    assert chosen(opened) == FrameRange(0, 3), "the end went before the start"
    opened.keys("Alt+X")
    assert chosen(opened) is None and not actions["range_delete_all"].isEnabled()


def test_the_range_is_gone_with_the_video(opened, video) -> None:
    drag(opened, 5, 11)
    opened.open(video)
    assert chosen(opened) is None


@OFFSCREEN
def test_right_click_shows_what_can_be_done(two) -> None:
    drag(two, 5, 11)
    shown: list[str] = []
    menu = next(
        m for m in two.window.menuBar().findChildren(QMenu) if m.title() == "&Range"
    )  # fmt: skip
    menu.aboutToShow.connect(lambda: shown.extend(a.objectName() for a in menu.actions()))
    two.window.timeline.menu_wanted.emit(two.window.mapToGlobal(QPoint(50, 50)))
    assert "range_confirm" in shown
    menu.close()


# -- what is done with a range ---------------------------------------------------------------------


def undone(hand, before: dict) -> None:
    hand.keys("Ctrl+Z")
    assert hand.content() == before


def test_delete_masks_of_one_object_or_of_all(two) -> None:
    before = two.content()
    drag(two, 5, 11)
    two.keys("2")
    two.keys("Shift+Delete")
    assert two.project.masks.frames(2) == [*range(5), *range(12, 24)]
    assert two.project.masks.frames(1) == list(range(24))
    states = two.window.timeline.states.row(2)
    assert not states[5:12].any() and states[12]
    undone(two, before)
    two.keys("Ctrl+Shift+Delete")
    assert two.project.masks.frames(1) == two.project.masks.frames(2)
    assert len(two.project.masks.frames(1)) == 17
    undone(two, before)


def test_confirm_and_take_back(two) -> None:
    before = two.content()
    drag(two, 5, 11)
    two.keys("Shift+V")
    confirmed = [f for f in range(24) if two.mask(f, 1).confirmed]
    assert confirmed == list(range(5, 12)) == [f for f in range(24) if two.mask(f, 2).confirmed]
    two.keys("Shift+V")
    assert not any(two.mask(f, 1).confirmed for f in range(24))
    two.keys("Ctrl+Z")
    undone(two, before)
    two.keys("1")
    two.keys("Ctrl+Shift+V")
    assert two.mask(5, 1).confirmed and not two.mask(5, 2).confirmed


def test_mark_absent(two) -> None:
    before = two.content()
    drag(two, 5, 11)
    two.keys("1")
    two.keys("Shift+X")
    assert all(two.mask(f, 1).mask.is_empty for f in range(5, 12))
    assert not two.mask(4, 1).mask.is_empty
    assert two.mask(5, 2).provenance is Provenance.TRACKED
    undone(two, before)


def test_copy_over(two) -> None:
    before = two.content()
    drag(two, 5, 11)
    two.keys("1")
    two.go_to(2)
    two.keys("Shift+C")
    assert all(two.mask(f, 1).mask == two.mask(2, 1).mask for f in range(5, 12))
    assert two.mask(8, 1).provenance is Provenance.EDITED
    assert two.mask(12, 1).provenance is Provenance.TRACKED
    undone(two, before)


@pytest.mark.parametrize("keys", ["Shift+V", "Shift+Delete", "Shift+C", "Shift+T"])
def test_nothing_to_do_is_said_and_no_step_is_made(opened, keys: str) -> None:
    opened.keys("Shift+N")
    drag(opened, 5, 11)
    before = opened.session.document.history.last
    with opened.qtbot.waitSignal(opened.session.problem) as said:
        opened.keys(keys)
    assert said.args[0].endswith(".")
    assert opened.session.document.history.last is before


def test_track_just_the_range(opened) -> None:
    opened.go_to(8)
    opened.mark(1, oid=1)
    drag(opened, 5, 11)
    opened.run("Shift+T")
    assert opened.project.masks.frames(1) == list(range(5, 12))
    assert all(opened.mask(f, 1).mask == opened.truth(f, 1) for f in range(5, 12))
    opened.keys("Ctrl+Z")
    assert opened.project.masks.frames(1) == [8], "the run is one step"


# -- time and rows ---------------------------------------------------------------------------------


def test_zoom_with_the_wheel_and_the_keys(opened) -> None:
    timeline = opened.window.timeline
    whole = timeline.scale
    at = place(opened, 12, 60)
    for _ in range(3):
        wheel(opened, at, 120, CTRL)
    assert timeline.scale.span < whole.span
    assert timeline.frame_at(at.x()) == 12
    assert opened.session.playhead == 0
    opened.keys("Alt+0")
    assert timeline.scale.is_whole
    opened.keys("Alt+=")
    assert timeline.scale.span < 24 and timeline.scale.first < 1
    opened.keys("Alt+-")
    assert timeline.scale.is_whole


def test_the_playhead_stays_in_sight_when_zoomed(opened) -> None:
    timeline = opened.window.timeline
    for _ in range(4):
        opened.keys("Alt+=")
    for key in ("End", "Home", "Shift+Right", "Shift+Right", "Left"):
        opened.keys(key)
        x = timeline.scale.x(opened.session.playhead)
        assert 0 <= x < timeline.scale.width, key


def test_pan_by_middle_drag_wheel_and_bar(opened) -> None:
    timeline = opened.window.timeline
    for _ in range(3):
        opened.keys("Alt+=")
    before = timeline.scale.first
    wheel(opened, QPoint(300, 60), -240, SHIFT)
    there = timeline.scale.first
    assert there > before
    drag(opened, 12, 8, NONE, 60, MIDDLE)
    assert timeline.scale.first > there
    bar = timeline.horizontalScrollBar()
    bar.setValue(bar.maximum())
    assert timeline.scale.first + timeline.scale.span == pytest.approx(24, abs=0.1)
    assert opened.session.playhead == 0


def test_a_touchpads_parts_of_a_notch_add_up(opened) -> None:
    for _ in range(8):
        wheel(opened, QPoint(300, 60), -30)
    assert opened.session.playhead == 2


def test_many_rows_scroll_and_the_selected_one_stays(opened) -> None:
    timeline = opened.window.timeline
    for _ in range(20):
        opened.keys("Shift+N")
    rows = timeline.layout_of_rows
    assert rows.farthest > 0 and rows.current == 19
    assert rows.top(19) + rows.row_height <= rows.bottom
    for _ in range(30):
        wheel(opened, QPoint(20, 60), 120)
    assert timeline.layout_of_rows.scroll == 0
    assert timeline.object_at(timeline.layout_of_rows.bottom - 4) == 20, "pinned"
    QTest.mouseClick(timeline.viewport(), LEFT, NONE, QPoint(20, ROWS_TOP + 4))
    assert opened.session.current_object == 1


@OFFSCREEN
def test_tool_tips_say_frame_time_object_and_state(two) -> None:
    view = two.window.timeline.viewport()

    def tip(at: QPoint) -> str:
        event = QHelpEvent(QEvent.Type.ToolTip, at, view.mapToGlobal(at))
        QApplication.sendEvent(view, event)
        return QToolTip.text()

    said = tip(place(two, 10, ROWS_TOP + ROW_HEIGHT + 5))
    assert "Frame 10, 0:00." in said and "2 unlabelled: tracked, score 0.90" in said
    assert "prompted" in tip(place(two, 0, ROWS_TOP + 5))
    assert "24 of 24 frames" in tip(QPoint(20, ROWS_TOP + 5))
    drag(two, 5, 11)
    assert "Range 5–11, 7 frames" in tip(place(two, 7))


# -- playing ---------------------------------------------------------------------------------------


def test_j_k_l(opened) -> None:
    player = opened.bench.workspace.player
    opened.keys("Ctrl+L")  # or it would end before the last key on a slow machine
    opened.go_to(12)
    for expected in (1, 2, 4, 8, 8):
        opened.keys("L")
        assert player.is_playing and player.speed == expected
        opened.go_to(12)
    opened.keys("J")
    assert player.is_playing and player.speed == -1
    opened.until(lambda: opened.session.playhead < 12)
    opened.keys("K")
    assert not player.is_playing
    opened.keys("Space")
    assert player.speed == 1
    opened.keys("Space")
    opened.keys("Ctrl+L")
    opened.go_to(0)
    opened.keys("J")
    assert not player.is_playing and opened.session.playhead == 0


def test_backward_stops_at_the_beginning(opened) -> None:
    opened.go_to(4)
    seen: list[int] = []
    opened.session.playhead_moved.connect(seen.append)
    opened.keys("J")
    opened.until(lambda: not opened.bench.workspace.player.is_playing)
    assert opened.session.playhead == 0 and seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("key", ["L", "J"])
def test_the_loop_goes_round_in_the_range(opened, key: str) -> None:
    drag(opened, 6, 9)
    opened.go_to(20)
    opened.keys("Ctrl+L")
    seen: list[int] = []
    opened.session.playhead_moved.connect(seen.append)
    opened.keys(key)
    assert opened.session.playhead == (6 if key == "L" else 9), "it begins in the range"
    end, start = (9, 6) if key == "L" else (6, 9)
    opened.until(lambda: (end, start) in itertools.pairwise(seen))
    opened.keys("K")
    assert set(seen) <= set(range(6, 10))


def test_scrubbing_to_the_end_stops(opened) -> None:
    opened.keys("Space")
    opened.session.go_to(23)
    opened.until(lambda: not opened.bench.workspace.player.is_playing)
    assert opened.session.playhead == 23
