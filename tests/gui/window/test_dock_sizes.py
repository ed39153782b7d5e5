"""What a person dragged a dock to is kept: by real mouse events, through real changes of size."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDockWidget

from tests.gui.conftest import Hand
from vostool.gui.settings import preferences
from vostool.gui.window import app
from vostool.gui.window.dock_sizes import timeline_height

LEFT = Qt.MouseButton.LeftButton


def dock(hand: Hand, name: str) -> QDockWidget:
    (found,) = (d for d in hand.window.findChildren(QDockWidget) if d.objectName() == name)
    return found


def settle(hand: Hand) -> None:
    QApplication.processEvents()
    hand.until(lambda: not hand.window.dock_sizes.waits)


def resize(hand: Hand, width: int, height: int) -> None:
    hand.window.resize(width, height)
    settle(hand)


def drag_separator(hand: Hand, at: QPoint, by: QPoint) -> None:
    """Press on a separator between docks and picture, move, let go."""
    window = hand.window
    QTest.mouseMove(window, at)
    QTest.mousePress(window, LEFT, pos=at)
    for part in range(1, 5):
        QTest.mouseMove(window, at + by * part / 4)
        QApplication.processEvents()
    QTest.mouseRelease(window, LEFT, pos=at + by)
    settle(hand)


def widen_right(hand: Hand, by: int) -> int:
    """Drag the right docks' edge to the left; returns their width then."""
    objects = dock(hand, "Objects")
    left = objects.mapTo(hand.window, QPoint(0, objects.height() // 2))
    drag_separator(hand, left - QPoint(2, 0), QPoint(-by, 0))
    return objects.width()


def raise_timeline(hand: Hand, by: int) -> int:
    timeline = dock(hand, "Timeline")
    top = timeline.mapTo(hand.window, QPoint(timeline.width() // 2, 0))
    drag_separator(hand, top - QPoint(0, 2), QPoint(0, -by))
    return timeline.height()


@pytest.mark.parametrize("back", [0, 40])
def test_a_dragged_width_is_kept_at_every_size(opened: Hand, back: int) -> None:
    resize(opened, 1280, 800)
    before = dock(opened, "Objects").width()
    dragged = widen_right(opened, 90)
    if back:
        dragged = widen_right(opened, -back)
    assert abs(dragged - before - 90 + back) <= 2
    for size in ((1920, 1080), (1280, 800), (1500, 900), (1280, 800)):
        resize(opened, *size)
        assert dock(opened, "Objects").width() == dragged, size


def test_a_dragged_height_is_kept_at_every_size(opened: Hand) -> None:
    resize(opened, 1280, 800)
    before = dock(opened, "Timeline").height()
    dragged = raise_timeline(opened, 70)
    assert abs(dragged - before - 70) <= 2
    for size in ((1920, 1080), (1280, 800)):
        resize(opened, *size)
        assert dock(opened, "Timeline").height() == dragged, size


def test_both_are_kept_together_and_when_another_dock_is_raised(opened: Hand) -> None:
    resize(opened, 1280, 800)
    wide, high = widen_right(opened, 60), raise_timeline(opened, 40)
    opened.window.review_dock.reveal()
    settle(opened)
    for size in ((1920, 1080), (1280, 800)):
        resize(opened, *size)
        assert opened.window.review_dock.width() == wide
        assert dock(opened, "Timeline").height() == high
    opened.window.showMaximized()
    settle(opened)
    opened.window.showNormal()
    resize(opened, 1280, 800)
    assert opened.window.review_dock.width() == wide


def test_they_are_kept_over_a_restart(opened: Hand) -> None:
    resize(opened, 1280, 800)
    wide = widen_right(opened, 70)
    opened.window.close()
    opened.until(lambda: opened.bench.workspace is None)
    assert preferences.dock_sizes() == (wide, 0)
    again = app.build()
    again.bench.show()
    assert again.bench.window.dock_sizes.dragged == (wide, 0)
    again.bench.close()


def add_objects(hand: Hand, count: int) -> int:
    for _ in range(count):
        hand.bench.workspace.session.add_object()
    settle(hand)
    return len(hand.bench.workspace.document.project.objects)


def test_rows_of_objects_that_come_later_are_seen(opened: Hand) -> None:
    resize(opened, 1280, 800)
    QTest.mouseMove(opened.window.objects, QPoint(20, 200))
    for more in (1, 2, 1):
        count = add_objects(opened, more)
        opened.until(
            lambda count=count: dock(opened, "Timeline").height() == timeline_height(count)
        )
        rows = opened.window.timeline.layout_of_rows
        assert rows.farthest == 0, "all of them are in sight"
    count = add_objects(opened, 30)
    opened.until(lambda: dock(opened, "Timeline").height() == timeline_height(count))
    assert timeline_height(count) == timeline_height(count + 10)
    assert opened.window.timeline.layout_of_rows.farthest > 0
    opened.bench.workspace.session.undo()
    settle(opened)


def test_the_picture_does_not_move_under_the_mouse(opened: Hand) -> None:
    resize(opened, 1280, 800)
    view = opened.window.canvas.viewport()
    QTest.mouseMove(view, view.rect().center())
    before = view.size()
    count = add_objects(opened, 4)
    assert view.size() == before
    QTest.mouseMove(opened.window.objects, QPoint(20, 200))
    opened.until(lambda: dock(opened, "Timeline").height() == timeline_height(count))


def test_a_height_that_was_dragged_stays_when_objects_come(opened: Hand) -> None:
    resize(opened, 1280, 800)
    high = raise_timeline(opened, 40)
    QTest.mouseMove(opened.window.objects, QPoint(20, 200))
    add_objects(opened, 5)
    assert dock(opened, "Timeline").height() == high


def test_what_was_not_dragged_follows_the_rows(opened: Hand) -> None:
    widen_right(opened, 70)
    sizes = opened.window.dock_sizes
    sizes.fit_rows(5)
    settle(opened)
    opened.until(lambda: dock(opened, "Timeline").height() == timeline_height(5))
