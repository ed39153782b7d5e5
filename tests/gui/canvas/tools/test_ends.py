"""Every gesture outlives the end of what it works on: in pairs, with the button held."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vostool.project.changes import Cell, Table

LEFT = Qt.MouseButton.LeftButton
TOOLS = ("polygon", "lasso", "brush", "eraser", "scribble", "move", "box", "point", "wand")
ENDS = ("object", "frame", "tool", "lock", "undo", "video")


def end(opened, what: str) -> None:
    window = opened.window
    if what == "object":
        window.actions_by_id["delete_object"].trigger()
    elif what == "frame":
        opened.session.go_to(3)
    elif what == "tool":
        window.actions_by_id[
            "zoom_tool" if "zoom_tool" in window.actions_by_id else "hand"
        ].trigger()
    elif what == "lock":
        window.actions_by_id["lock"].trigger()
    elif what == "undo":
        opened.session.document.undo()
    else:
        opened.bench.close_workspace()


@pytest.mark.parametrize("tool", TOOLS)
def test_a_gesture_outlives_what_it_works_on(opened, tool: str) -> None:
    viewport = opened.canvas.viewport()
    for what in ENDS:
        opened.go_to(0)
        opened.window.actions_by_id["point"].trigger()
        if 1 not in opened.project.objects or opened.mask(0, 1) is None:
            while opened.project.objects:
                opened.session.document.undo()
            opened.mark(1, 1)
        x, y = opened.middle(1)
        opened.window.actions_by_id[tool].trigger()
        QTest.mousePress(viewport, LEFT, Qt.KeyboardModifier.NoModifier, opened.at(x, y))
        QTest.mouseMove(viewport, opened.at(x + 20, y))
        end(opened, what)
        QTest.mouseMove(viewport, opened.at(x + 20, y + 20))
        QTest.mouseRelease(viewport, LEFT, Qt.KeyboardModifier.NoModifier, opened.at(x, y + 20))
        if what == "video":
            assert opened.bench.workspace is None
            return
        if what == "object":
            opened.bench.workspace.settle()
            assert 1 not in opened.project.objects
            assert opened.project.value(Cell(Table.MASKS, (0, 1))) is None
            opened.session.document.undo()
        elif what == "lock":
            opened.window.actions_by_id["lock"].trigger()


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
