"""The timeline, the object list, the view and playing."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QColor, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QColorDialog

from vostool.gui.timeline.layout import LABEL_WIDTH
from vostool.gui.timeline.scale import tick_spacing

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NONE = Qt.KeyboardModifier.NoModifier


def wheel(widget, at: QPoint, steps: int) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(widget.mapToGlobal(at)), QPoint(), QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


# -- timeline ------------------------------------------------------------------------------------


def test_a_frames_place_leads_back_to_the_frame(opened) -> None:
    timeline = opened.window.timeline
    assert [timeline.frame_at(timeline.frame_x(f)) for f in range(24)] == list(range(24))
    assert timeline.frame_at(-50) == 0 and timeline.frame_at(10_000) == 23
    places = [timeline.frame_at(x) for x in range(LABEL_WIDTH, timeline.viewport().width())]
    assert places == sorted(places) and set(places) == set(range(24))


def test_press_and_drag_move_the_playhead(opened) -> None:
    timeline = opened.window.timeline
    view = timeline.viewport()
    QTest.mousePress(view, LEFT, NONE, QPoint(timeline.frame_x(7), 5))
    assert opened.session.playhead == 7
    for frame in (9, 15, 3):
        QTest.mouseMove(view, QPoint(timeline.frame_x(frame), 5))
        assert opened.session.playhead == frame
    QTest.mouseRelease(view, LEFT, NONE, QPoint(timeline.frame_x(3), 5))
    QTest.mouseMove(view, QPoint(timeline.frame_x(20), 5))
    assert opened.session.playhead == 3
    opened.until_shown(3)


def test_the_wheel_steps(opened) -> None:
    view = opened.window.timeline.viewport()
    wheel(view, QPoint(300, 10), -1)
    wheel(view, QPoint(300, 10), -1)
    wheel(view, QPoint(300, 10), 1)
    assert opened.session.playhead == 1


def test_pressing_a_row_selects_its_object(opened) -> None:
    opened.keys("Shift+N")
    opened.keys("Shift+N")
    QTest.mouseClick(opened.window.timeline.viewport(), LEFT, NONE, QPoint(20, 26 + 10))
    assert opened.session.current_object == 1
    assert opened.session.playhead == 0


def test_tick_spacing_leaves_room() -> None:
    for count in (1, 24, 1000, 123_456):
        for width in (50, 800):
            spacing = tick_spacing(count, width)
            assert str(spacing).rstrip("0") in ("1", "2", "5")
            assert spacing * width / count >= 70 or spacing == 1


# -- the view ------------------------------------------------------------------------------------


def test_zoom_and_pan_stay_between_frames_and_during_a_run(opened) -> None:
    opened.mark(1, oid=1)
    opened.keys("Ctrl++")
    opened.keys("+")
    opened.drag((100, 60), (110, 66), MIDDLE)
    before = opened.canvas.view.viewRect()
    for key in ("Right", "End", "PgUp", "Home"):
        opened.keys(key)
        opened.until_shown(opened.session.playhead)
        assert opened.canvas.view.viewRect() == before
    opened.run("]")
    assert opened.canvas.view.viewRect() == before


def test_the_wheel_zooms_at_the_cursor(opened) -> None:
    at = opened.at(60, 100)
    view = opened.canvas.view
    place = view.mapSceneToView(opened.canvas.mapToScene(at))
    before = view.viewRect()
    wheel(opened.canvas.viewport(), at, 1)
    opened.until(lambda: view.viewRect().width() < before.width())
    after = view.mapSceneToView(opened.canvas.mapToScene(at))
    assert after.x() == pytest.approx(place.x(), abs=0.1)
    assert after.y() == pytest.approx(place.y(), abs=0.1)
    wheel(opened.canvas.viewport(), at, -3)
    opened.until(lambda: view.viewRect().width() > before.width())


def test_the_time_is_told_from_the_first_frame_on(opened) -> None:
    transport = opened.window.transport
    assert transport._time.text() == "00:00.000"
    assert transport._total.text() == f"of {len(opened.session.source)}"


def test_fit_and_one_to_one(opened) -> None:
    fitted = opened.canvas.view.viewRect()
    opened.keys("Ctrl+1")
    width, height = opened.canvas.view.viewPixelSize()
    assert width == pytest.approx(1) and height == pytest.approx(1)
    opened.keys("0")
    assert opened.canvas.view.viewRect().width() == pytest.approx(fitted.width(), rel=0.01)


def test_the_position_under_the_mouse(opened) -> None:
    QTest.mouseMove(opened.canvas.viewport(), opened.at(60.5, 100.5))
    opened.until(lambda: opened.window.status.position.text().startswith("x 60  y 100   RGB"))
    QTest.mouseMove(opened.canvas.viewport(), opened.at(60, -2))
    opened.until(lambda: opened.window.status.position.text() == "")


# -- the object list -----------------------------------------------------------------------------


def cell(hand, row: int, column: int) -> QPoint:
    table = hand.window.objects.table
    return table.visualRect(hand.window.objects.model.index(row, column)).center()


def test_rename_by_double_click(opened) -> None:
    opened.mark(1, oid=1)
    view = opened.window.objects.table.viewport()
    QTest.mouseClick(view, LEFT, NONE, cell(opened, 0, 3))
    QTest.mouseDClick(view, LEFT, NONE, cell(opened, 0, 3))
    editor = QApplication.focusWidget()
    QTest.keyClicks(editor, "ladybird")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    opened.until(lambda: opened.project.objects[1].label == "ladybird", 2000)
    assert opened.session.current_object == 1
    opened.window.setFocus()
    opened.keys("Shift+N")
    assert opened.project.objects[2].label == "ladybird"
    opened.keys("Ctrl+Z")
    opened.keys("Ctrl+Z")
    assert opened.project.objects[1].label == "object"


def test_hide_and_show(opened) -> None:
    opened.mark(1, oid=1)
    overlay = opened.canvas._overlay_item
    opened.until(lambda: overlay.image is not None)
    model = opened.window.objects.model
    box = model.index(0, 0)
    model.setData(box, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert not opened.project.objects[1].visible
    opened.until(lambda: overlay.image is None)
    assert len(opened.canvas._marks.data) == 0
    opened.keys("Ctrl+Z")
    opened.until(lambda: overlay.image is not None)
    assert opened.project.objects[1].visible


def test_colour(opened) -> None:
    opened.mark(1, oid=1)
    view = opened.window.objects.table.viewport()
    QTest.mouseClick(view, LEFT, NONE, cell(opened, 0, 1))
    QTest.mouseDClick(view, LEFT, NONE, cell(opened, 0, 1))
    (asked,) = [each for each in opened.window.findChildren(QColorDialog) if each.isVisible()]
    assert not asked.frameGeometry().intersects(opened.window.thing_shown())
    asked.setCurrentColor(QColor(1, 2, 3))
    asked.accept()
    assert opened.project.objects[1].colour == (1, 2, 3)
    opened.window.activateWindow()  # what a window manager does
    opened.until(opened.window.isActiveWindow)

    def painted() -> bool:
        image = opened.canvas._overlay_item.image
        return image is not None and (1, 2, 3) in {
            tuple(p) for p in image[..., :3][image[..., 3] > 0]
        }

    opened.until(painted)
    opened.keys("Ctrl+Z")
    assert opened.project.objects[1].colour == (230, 159, 0)


def test_buttons_and_selecting(opened) -> None:
    objects = opened.window.objects
    for _ in range(2):
        QTest.mouseClick(objects.add_button, LEFT)
    assert list(opened.project.objects) == [1, 2]
    QTest.mouseClick(objects.table.viewport(), LEFT, NONE, cell(opened, 0, 3))
    assert opened.session.current_object == 1
    QTest.mouseClick(objects.delete_button, LEFT)
    assert list(opened.project.objects) == [2]
    opened.keys("Ctrl+Z")
    assert list(opened.project.objects) == [1, 2]


def test_the_number_of_labelled_frames(opened) -> None:
    opened.mark(1, oid=1)
    opened.run("]")
    model = opened.window.objects.model
    assert model.index(0, 4).data() == 24


# -- playing -------------------------------------------------------------------------------------


def test_playing_stops_at_the_end_and_begins_again(opened) -> None:
    player = opened.bench.workspace.player
    opened.go_to(20)
    seen: list[int] = []
    opened.session.playhead_moved.connect(seen.append)
    opened.keys("Space")
    opened.until(lambda: not player.is_playing)
    assert opened.session.playhead == 23
    assert seen == sorted(seen) and seen[-1] == 23
    opened.keys("Space")
    assert opened.session.playhead == 0 and player.is_playing
    opened.keys("Space")


def test_frames_of_a_variable_rate_are_shown_at_their_own_times(
    hand, clip, tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "variable.mkv"
    times = [0, 40, 80, 480, 520, 1000]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 240, 136, "yuv420p"
        from fractions import Fraction

        stream.codec_context.time_base = Fraction(1, 1000)
        for index, at in enumerate(times):
            frame = av.VideoFrame.from_ndarray(clip.frames[index], format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    hand.open(path)
    assert [hand.session.source.time(i) for i in range(6)] == pytest.approx(
        [t / 1e3 for t in times]
    )
    player, now = hand.bench.workspace.player, [100.0]
    monkeypatch.setattr("vostool.gui.session.player.time.monotonic", lambda: now[0])
    player.toggle()
    for passed, frame in ((0.05, 1), (0.09, 2), (0.4, 2), (0.49, 3), (0.6, 4), (0.99, 4), (1.0, 5)):
        now[0] = 100.0 + passed
        player._timer.stop()  # the test's clock ticks instead
        player._tick()
        assert hand.session.playhead == frame, passed
    assert not player.is_playing


def test_scrubbing_while_it_plays_goes_on_from_there(opened) -> None:
    opened.keys("Space")
    opened.session.go_to(15)
    opened.until(lambda: opened.session.playhead > 15)
    assert opened.bench.workspace.player.is_playing or opened.session.playhead == 23
