"""A new tool is one spec in the registry: the whole window has it, and the mouse works with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QToolButton

from vostool.gui.actions.palette import CommandPalette
from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.options import Option
from vostool.gui.canvas.tools.registry import TOOLS
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.gui.window import app
from vostool.gui.window.action_table import action_table
from vostool.masks.draw import paint

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier


class StampGesture(Gesture):
    """A click adds a round spot to the mask."""

    def press(self, event: PointerEvent) -> None:
        context = self.context
        if event.left and context.may_change(adding=True):
            at, size = (event.x, event.y), context.options.size
            context.editor.edit("Stamp", partial(paint, path=(at,), size=size))


STAMP = ToolSpec(
    id="stamp",
    title="Stamp",
    kind=Kind.MASK,
    tip="Click: a round spot",
    gesture=StampGesture,
    keys=("F9",),
    text="Stamp spots",
    icon="brush",
    options=(Option.SIZE,),
)


@pytest.fixture
def stamp() -> Iterator[ToolSpec]:
    TOOLS.add(STAMP)
    yield STAMP
    TOOLS.remove("stamp")


def test_the_tool_is_in_palette_menu_strip_and_keys(stamp: ToolSpec, hand) -> None:
    action = hand.window.actions_by_id["stamp"]
    button = hand.window.findChild(object, "tool_palette").widgetForAction(action)
    assert isinstance(button, QToolButton) and button.isVisible()
    assert button.property("kind") == "mask" and not action.icon().isNull()
    menus = {each.text().replace("&", ""): each.menu() for each in hand.window.menuBar().actions()}
    names = [each.objectName() for each in menus["Tools"].actions()]
    assert names[names.index("hand") :][:2] == ["hand", "stamp"]
    assert "(F9)" in action.toolTip() and "a round spot" in action.toolTip()
    hand.keys("Ctrl+K")
    hand.until(lambda: isinstance(QApplication.activeWindow(), CommandPalette))
    palette = QApplication.activeWindow()
    QTest.keyClicks(palette.box, "stamp")
    assert palette.list.item(0).text().startswith("Stamp spots")
    QTest.keyClick(palette.box, Qt.Key.Key_Escape)


def test_the_tool_is_used_with_the_mouse(stamp: ToolSpec, opened) -> None:
    opened.keys("F9")
    assert opened.canvas.tool is stamp
    assert opened.window.actions_by_id["stamp"].isChecked()
    strip = opened.window.findChild(object, "tool_strip")
    assert (strip.name.text(), strip.kind.text()) == ("Stamp", "edits the mask")
    assert strip.hint.text() == stamp.tip
    assert strip.brush_size.isVisible() and not strip.tolerance.isVisible()
    opened.canvas.options.set(size=20)
    turn_wheel(opened, 120)
    assert opened.canvas.options.size == 22
    opened.click(100.5, 60.5, RIGHT)
    opened.click(100.5, 60.5)
    opened.until(lambda: opened.mask(0, 1) is not None)
    mask = opened.mask(0, 1).mask.to_array()
    assert mask[60, 100] and mask[60, 92] and not mask[60, 80]
    assert opened.session.document.history.undo_title == "Stamp"
    button = opened.window.findChild(object, "tool_palette").widgetForAction(
        opened.window.actions_by_id["point"]
    )
    QTest.mouseClick(button, LEFT)
    assert opened.canvas.tool is TOOLS["point"]


def turn_wheel(hand, turns: int) -> None:
    port, at = hand.canvas.viewport(), hand.at(100, 60)
    event = QWheelEvent(
        QPointF(at), QPointF(port.mapToGlobal(at)), QPoint(), QPoint(0, turns),
        Qt.MouseButton.NoButton, ALT, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


def test_a_window_shows_the_tools_there_were_when_it_was_made(hand) -> None:
    TOOLS.add(STAMP)
    try:
        other = app.build().bench
        try:
            assert "stamp" in other.window.actions_by_id
        finally:
            other.window.close()
            other.close()
    finally:
        TOOLS.remove("stamp")
    assert "stamp" not in hand.window.actions_by_id
    assert "stamp" not in {spec.id for spec in action_table()}


def test_an_id_belongs_to_one_tool_and_to_one_action(stamp: ToolSpec) -> None:
    with pytest.raises(ValueError, match="'stamp' already"):
        TOOLS.add(STAMP)
    TOOLS.add(replace(STAMP, id="undo"))
    try:
        with pytest.raises(ValueError, match="'undo'"):
            action_table()
    finally:
        TOOLS.remove("undo")
