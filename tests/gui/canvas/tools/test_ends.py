"""Every gesture outlives the end of what it works on: in pairs, with the button held."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from vostool.gui.canvas.tools.registry import TOOLS
from vostool.project.changes import Cell, Table

LEFT = Qt.MouseButton.LeftButton
NO_KEY, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
ENDS = ("object", "frame", "tool", "lock", "undo", "video")


def end(opened, what: str) -> None:
    window = opened.window
    if what == "object":
        opened.session.select(1)
        window.actions_by_id["delete_object"].trigger()
    elif what == "frame":
        opened.session.go_to(3)
    elif what == "tool":
        other = "point" if opened.canvas.tool is TOOLS["hand"] else "hand"
        window.actions_by_id[other].trigger()
    elif what == "lock":
        window.actions_by_id["lock"].trigger()
    elif what == "undo":
        opened.session.document.undo()
    else:
        opened.bench.close_workspace()


def begin_with_an_object(opened) -> None:
    """Object 1 with its mask on frame 0, as if nothing had happened."""
    opened.go_to(0)
    opened.window.actions_by_id["point"].trigger()
    if 1 not in opened.project.objects or opened.mask(0, 1) is None:
        while opened.project.objects:
            opened.session.document.undo()
        opened.mark(1, 1)
    opened.session.select(1)


def after(opened, what: str) -> None:
    """What must hold now, and the way back to where the next pair begins."""
    if what == "video":
        assert opened.bench.workspace is None
        return
    opened.bench.workspace.settle()
    if what == "object":
        assert 1 not in opened.project.objects
        assert opened.project.value(Cell(Table.MASKS, (0, 1))) is None
        opened.session.document.undo()
    elif what == "lock":
        opened.session.select(1)
        opened.window.actions_by_id["lock"].trigger()
    elif what == "undo":
        opened.session.document.redo()
    assert not opened.window.notice.isVisible() or "unforeseen" not in opened.status()


@pytest.mark.parametrize("tool", [spec.id for spec in TOOLS])
def test_a_gesture_outlives_what_it_works_on(opened, tool: str) -> None:
    viewport = opened.canvas.viewport()
    for what in ENDS:
        begin_with_an_object(opened)
        x, y = opened.middle(1)
        opened.window.actions_by_id[tool].trigger()
        QTest.mousePress(viewport, LEFT, NO_KEY, opened.at(x, y))
        QTest.mouseMove(viewport, opened.at(x + 20, y))
        end(opened, what)
        QTest.mouseMove(viewport, opened.at(x + 20, y + 20))
        QTest.mouseRelease(viewport, LEFT, NO_KEY, opened.at(x, y + 20))
        after(opened, what)


@pytest.mark.parametrize("keys", ["Return", "Esc", "Backspace"])
def test_corners_that_were_clicked_outlive_it_too(opened, keys: str) -> None:
    for what in ENDS:
        begin_with_an_object(opened)
        opened.window.actions_by_id["polygon"].trigger()
        for at in ((40, 40), (120, 40), (80, 100)):
            opened.click(*at)
        QTest.mouseMove(opened.canvas.viewport(), opened.at(60, 60))
        end(opened, what)
        QTest.mouseMove(opened.canvas.viewport(), opened.at(70, 60))
        opened.keys(keys)
        after(opened, what)


@pytest.mark.parametrize("held", [NO_KEY, SHIFT, CTRL, SHIFT | CTRL], ids=str)
def test_a_drag_on_the_timeline_outlives_it(opened, held: Qt.KeyboardModifier) -> None:
    timeline = opened.window.timeline
    for row in (5, 27, 49):
        for what in ENDS[:-1]:
            begin_with_an_object(opened)
            start, over = (QPoint(timeline.frame_x(frame), row) for frame in (4, 12))
            QTest.mousePress(timeline.viewport(), LEFT, held, start)
            QTest.mouseMove(timeline.viewport(), over)
            end(opened, what)
            QTest.mouseMove(timeline.viewport(), start)
            QTest.mouseRelease(timeline.viewport(), LEFT, held, start)
            after(opened, what)
            opened.window.actions_by_id["range_clear"].trigger()
    begin_with_an_object(opened)
    QTest.mousePress(timeline.viewport(), LEFT, held, QPoint(timeline.frame_x(4), 27))
    end(opened, "video")
    QTest.mouseMove(timeline.viewport(), QPoint(200, 27))
    QTest.mouseRelease(timeline.viewport(), LEFT, held, QPoint(200, 27))
    after(opened, "video")


def test_a_polygon_of_a_deleted_object_is_given_up(opened) -> None:
    opened.mark(1, 1)
    opened.window.actions_by_id["polygon"].trigger()
    for at in ((40, 40), (120, 40), (80, 100)):
        opened.click(*at)
    opened.window.actions_by_id["delete_object"].trigger()
    opened.keys("Return")
    assert not opened.project.objects
    assert not opened.project.cells() or all(
        cell.table is Table.SETTINGS for cell in opened.project.cells()
    )
