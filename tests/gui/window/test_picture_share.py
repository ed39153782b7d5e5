"""The picture has most of the window, docks keep a person's sizes, and nothing moves the picture."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDockWidget, QMainWindow

from tests.gui.conftest import Hand

LEFT = Qt.MouseButton.LeftButton


def area(hand: Hand) -> QRectF:
    """The picture as if it were 16:9, which most videos are, in pixels of the window."""
    room = hand.canvas.viewport().rect()
    width = min(room.width(), room.height() * 16 / 9) * 0.996
    return QRectF(0, 0, width, width * 9 / 16)


def objects_dock(hand: Hand) -> QDockWidget:
    (found,) = (d for d in hand.window.findChildren(QDockWidget) if d.objectName() == "Objects")
    return found


def resize(hand: Hand, width: int, height: int) -> None:
    hand.window.resize(width, height)
    QApplication.processEvents()
    hand.until(lambda: not hand.window.dock_sizes.waits)


@pytest.mark.parametrize(("size", "share"), [((1280, 800), 0.5), ((1920, 1080), 0.6)])
def test_the_picture_has_its_share(opened: Hand, size: tuple[int, int], share: float) -> None:
    resize(opened, *size)
    assert (opened.window.width(), opened.window.height()) == size
    picture = area(opened)
    assert picture.width() * picture.height() >= share * size[0] * size[1]


def test_the_first_window_fits_a_small_screen(opened: Hand) -> None:
    assert (opened.window.width(), opened.window.height()) == (1280, 800)
    status = opened.window.statusBar()
    bottom = status.mapTo(opened.window, status.rect().bottomRight())
    assert bottom.y() < 800
    least = opened.window.minimumSizeHint()
    assert (least.width(), least.height()) <= (1280, 800)


def test_a_larger_window_gives_all_it_grows_to_the_picture(hand: Hand) -> None:
    dock = objects_dock(hand)
    resize(hand, 1280, 800)
    before = dock.width()
    for size in ((1920, 1080), (1280, 800)):
        resize(hand, *size)
        assert abs(dock.width() - before) <= 1


def test_a_run_does_not_move_the_picture(opened: Hand, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    place, room = opened.at(10, 10), opened.canvas.viewport().size()
    opened.keys("]")
    opened.until(opened.window.run_bar.isVisible)
    assert (opened.at(10, 10), opened.canvas.viewport().size()) == (place, room)
    engine.release()
    opened.until(lambda: not opened.session.is_tracking)
    assert (opened.at(10, 10), opened.canvas.viewport().size()) == (place, room)


def test_a_new_object_does_not_move_the_picture(opened: Hand) -> None:
    place = opened.at(10, 10)
    opened.mark(1, oid=1)
    opened.session.select(None)
    opened.mark(2, oid=2)
    opened.until(lambda: not opened.window.dock_sizes.waits)
    assert opened.at(10, 10) == place


def test_how_to_look_opens_at_its_button(opened: Hand) -> None:
    side, button = opened.window.view_side, opened.window.tool_strip.view_button
    room = opened.canvas.viewport().size()
    QTest.mouseClick(button, LEFT)
    opened.until(side.popover.isVisible)
    assert opened.canvas.viewport().size() == room
    side.panel.opacity.setValue(20)
    assert side.state.values.opacity == pytest.approx(0.2)
    QTest.keyClick(side.popover, Qt.Key.Key_Escape)
    opened.until(lambda: not side.popover.isVisible())


def test_nothing_of_the_window_lies_outside_it(opened: Hand) -> None:
    window: QMainWindow = opened.window
    resize(opened, 1280, 800)
    for dock in window.findChildren(QDockWidget):
        if dock.isVisible() and not dock.visibleRegion().isEmpty():
            corner = dock.mapTo(window, dock.rect().bottomRight())
            assert corner.x() < 1280 and corner.y() < 800, dock.objectName()
