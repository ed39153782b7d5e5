"""Whatever is drawn, in any order: undo leads back to the start, and redo to the end."""

from __future__ import annotations

import random

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vostool.gui.canvas.tools.registry import TOOLS

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ACTIONS = ("fill_holes", "drop_specks", "keep_largest", "grow", "shrink", "smooth",
           "copy_previous", "copy_next", "new_object", "finish", "clear", "confirm")  # fmt: skip
KEYS = ("Right", "Left", "1", "2", ",", ".", "Esc", "Return", "Ctrl+Z", "Ctrl+Y", "M")


class Monkey:
    """Draws, presses and clicks by chance."""

    def __init__(self, hand, seed: int) -> None:
        self.hand, self.chance = hand, random.Random(seed)

    def place(self):
        return self.hand.at(self.chance.uniform(-15, 255), self.chance.uniform(-10, 146))

    def stroke(self) -> None:
        port, chance = self.hand.canvas.viewport(), self.chance
        button = chance.choice([LEFT, LEFT, RIGHT])
        modifiers = chance.choice([NONE, NONE, NONE, CTRL, SHIFT])
        press = QTest.mouseDClick if chance.random() < 0.1 else QTest.mousePress
        press(port, button, modifiers, self.place())
        for _ in range(chance.randrange(4)):
            QTest.mouseMove(port, self.place())
            if chance.random() < 0.1:
                self.hand.keys(chance.choice(KEYS))
        QTest.mouseRelease(port, button, modifiers, self.place())

    def act(self) -> None:
        choice = self.chance.random()
        if choice < 0.25:
            tool = self.chance.choice([t for t in TOOLS if t.id != "hand"])
            self.hand.window.actions_by_id[tool.id].trigger()
        elif choice < 0.4:
            self.hand.window.actions_by_id[self.chance.choice(ACTIONS)].trigger()
        elif choice < 0.55:
            self.hand.keys(self.chance.choice(KEYS))
        else:
            self.stroke()


def settled(hand) -> None:
    editor, clicks = hand.bench.workspace.mask_editor, hand.session.clicks
    hand.until(lambda: not editor.is_busy and not clicks._waiting)


@pytest.mark.parametrize("seed", [3, 7])
def test_what_is_drawn_by_chance_is_undone_and_redone(opened, seed: int) -> None:
    monkey = Monkey(opened, seed)
    for _ in range(120):
        monkey.act()
    opened.window.actions_by_id["point"].trigger()
    settled(opened)
    history, end = opened.session.document.history, opened.content()
    for oid, record in ((o, r) for _, o, r in opened.project.masks.items()):
        assert oid in opened.project.objects
        assert (record.mask.width, record.mask.height) == (240, 136)
    steps = 0
    while history.undo_title is not None:
        opened.session.undo()
        settled(opened)
        steps += 1
    assert opened.content() == {} and steps > 3
    for _ in range(steps):  # the monkey itself may have undone more
        opened.session.redo()
        settled(opened)
    assert opened.content() == end
    assert not opened.canvas.previews._leaving or not opened.canvas.previews._items
