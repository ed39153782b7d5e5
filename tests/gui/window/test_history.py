"""The list of steps: what each did, how large and when; a click or Enter goes there."""

from __future__ import annotations

import re

import pytest
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QToolBar

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def steps(opened):
    """Five steps, and the list is open; the states after each, the first one before all."""
    states = [opened.content()]
    for act in (
        lambda: opened.mark(1, oid=1),
        lambda: (opened.keys("F"), opened.mark(2, oid=2)),
        lambda: opened.run("]"),
        lambda: opened.keys("V"),
        lambda: opened.keys("Ctrl+Delete"),
    ):
        act()
        opened.until(lambda: not opened.session.clicks.waiting)
        states.append(opened.content())
    QTest.mouseClick(opened.window.button_of("history"), LEFT)
    opened.until(opened.window.history_popover.isVisible)
    opened.states = states
    return opened


def rows(hand) -> list[tuple[str, str]]:
    model = hand.window.history.model
    return [(model.index(r, 0).data(), model.index(r, 1).data()) for r in range(model.rowCount())]


def press(hand, row: int) -> None:
    table = hand.window.history.table
    place = table.visualRect(hand.window.history.model.index(row, 0)).center()
    QTest.mouseClick(table.viewport(), LEFT, pos=place)


def test_each_step_has_its_name_size_and_time(steps) -> None:
    assert rows(steps) == [
        ("As it was before", ""),
        ("Add positive point", "1 object, 1 mask"),
        ("Add positive point", "1 object, 1 mask"),
        ("Track run", "46 masks"),
        ("Confirm frame", "2 masks"),
        ("Delete object", "1 object, 24 masks"),
    ]
    model = steps.window.history.model
    assert model.done == 5
    assert re.fullmatch(r"\d\d:\d\d:\d\d", model.index(3, 2).data())
    assert steps.window.history.table.selectionModel().currentIndex().row() == 5


@pytest.mark.parametrize("goes", [[1], [0, 5], [4, 2, 3, 0, 1]])
def test_a_click_goes_to_any_step_and_forward_again(steps, goes: list[int]) -> None:
    for row in goes:
        press(steps, row)
        steps.until(lambda row=row: steps.window.history.model.done == row)
        steps.until(lambda: not steps.bench._views._history.walk.goes)
        assert steps.content() == steps.states[row]
        assert len(rows(steps)) == 6, "what is undone stays in the list"
    assert steps.window.history_popover.isVisible()


def test_it_leaves_the_tools_free_and_a_click_beside_it_closes_it(steps) -> None:
    steps.window.resize(1280, 800)
    steps.keys("Ctrl+Alt+Z")
    steps.until(lambda: not steps.window.history_popover.isVisible())
    steps.keys("Ctrl+Alt+Z")
    shown = steps.window.history_popover
    steps.until(shown.isVisible)
    palette = steps.window.findChild(QToolBar, "tool_palette")
    place = QRect(palette.mapTo(steps.window, QPoint(0, 0)), palette.size())
    assert not shown.geometry().intersects(place)
    brush = palette.widgetForAction(steps.window.actions_by_id["brush"])
    over = brush.mapTo(steps.window, brush.rect().center())
    assert steps.window.childAt(over) is brush, "nothing lies over it"
    QTest.mouseClick(brush, LEFT)
    assert not shown.isVisible() and steps.canvas.tool.id == "brush"
    assert steps.content() == steps.states[5], "no step was gone to"


def test_the_keyboard_goes_there_too(steps) -> None:
    table = steps.window.history.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Up)
    QTest.keyClick(table, Qt.Key.Key_Up)
    QTest.keyClick(table, Qt.Key.Key_Return)
    steps.until(lambda: steps.content() == steps.states[3])


def test_the_list_follows_and_forgets_what_cannot_be_redone(steps) -> None:
    press(steps, 2)
    steps.until(lambda: steps.content() == steps.states[2])
    steps.session.toggle_confirmed()
    steps.until(lambda: [title for title, _ in rows(steps)][-1] == "Confirm frame")
    assert len(rows(steps)) == 4 and steps.window.history.model.done == 3


def test_a_run_that_goes_is_ended_and_taken_back(opened, engine) -> None:
    opened.mark(1, oid=1)
    before = opened.content()
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: opened.mask(2, 1) is not None)
    opened.keys("Ctrl+Alt+Z")
    opened.until(opened.window.history_popover.isVisible)
    press(opened, 1)
    opened.until(lambda: not opened.session.is_tracking and opened.content() == before)
    press(opened, 0)
    opened.until(lambda: not opened.content())


def test_it_closes_and_shows_nothing_of_another_video(steps) -> None:
    steps.keys("Ctrl+Alt+Z")
    steps.until(lambda: not steps.window.history_popover.isVisible())
    steps.bench.close_workspace()
    assert rows(steps) == [("As it was before", "")]
