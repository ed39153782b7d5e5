"""Low rows, the band of what is confirmed, the legend, and blocks dragged over rows and frames."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QListWidget

from vostool.gui.objects.dialogs import OtherObject
from vostool.gui.session.frame_range import FrameRange
from vostool.gui.timeline.colours import TimelineColours
from vostool.gui.timeline.layout import (
    LOW_ROW_HEIGHT,
    ROW_HEIGHT,
    ROWS_TOP,
    RULER_HEIGHT,
    RowLayout,
    row_height,
)
from vostool.gui.timeline.states import TimelineStates
from vostool.gui.window.dock_sizes import timeline_height
from vostool.project import edits, range_edits
from vostool.project.changes import Changes

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def three(opened):
    """Three objects tracked through the clip."""
    for truth in (1, 2, 3):
        opened.keys("F")
        opened.mark(truth, oid=truth)
    opened.run("]")
    show_rows(opened, 3)
    return opened


def show_rows(hand, rows: int) -> None:
    hand.window.dock_sizes.fit_rows(rows)
    hand.until(lambda: hand.window.timeline.layout_of_rows.room >= rows * row_height(rows))


def row(hand, oid: int) -> int:
    """The middle of an object's row."""
    layout = hand.window.timeline.layout_of_rows
    index = list(hand.project.objects).index(oid)
    return layout.top(index) + layout.row_height // 2


def drag(hand, start: tuple[int, int], end: tuple[int, int], keys=NONE) -> None:
    """From one (frame, object) to another."""
    timeline = hand.window.timeline
    places = [QPoint(timeline.frame_x(frame), row(hand, oid)) for frame, oid in (start, end)]
    QTest.mousePress(timeline.viewport(), LEFT, keys, places[0])
    for part in (0.3, 0.6, 1.0):
        QTest.mouseMove(timeline.viewport(), places[0] + (places[1] - places[0]) * part)
    QTest.mouseRelease(timeline.viewport(), LEFT, keys, places[1])


def confirmed(hand, oid: int) -> list[int]:
    return [f for f, record in hand.project.masks.row(oid).items() if record.confirmed]


def press(hand, name: str) -> None:
    QTest.mouseClick(hand.window.block_bar.buttons[name], LEFT)


# -- low rows --------------------------------------------------------------------------------------


def test_from_eight_objects_on_rows_are_low() -> None:
    assert [row_height(n) for n in (1, 7, 8, 200)] == [ROW_HEIGHT] * 2 + [LOW_ROW_HEIGHT] * 2
    rows = RowLayout(300, 12)
    assert [rows.top(i) for i in range(3)] == [ROWS_TOP + 14 * i for i in range(3)]
    assert all(rows.at(rows.top(i) + 7) == i for i in range(12))
    assert rows.between(rows.top(2) + 1, rows.top(5) + 1) == [2, 3, 4, 5]
    assert rows.between(rows.top(5), 0) == list(range(6))
    assert rows.between(rows.top(3), 10_000) == list(range(3, 12))


def test_nine_low_rows_have_the_room_of_six_high_ones(opened) -> None:
    assert timeline_height(9) <= timeline_height(6)
    assert timeline_height(1) == timeline_height(2) < timeline_height(5)
    for _ in range(9):
        opened.keys("Shift+N")
    show_rows(opened, 9)
    layout = opened.window.timeline.layout_of_rows
    assert (layout.row_height, layout.bar_height) == (14, 10)
    assert opened.window.timeline.object_at(layout.top(3) + 7) == 4
    assert not opened.window.timeline.viewport().grab().isNull()


# -- the band --------------------------------------------------------------------------------------


def band(hand, frame: int) -> tuple[QColor, QColor]:
    """The band's colour on a frame, near its upper and its lower edge."""
    picture = hand.window.timeline.viewport().grab().toImage()
    x = hand.window.timeline.frame_x(frame)
    return picture.pixelColor(x, RULER_HEIGHT + 1), picture.pixelColor(x, RULER_HEIGHT + 3)


def test_the_band_says_what_is_confirmed_of_all_objects(three) -> None:
    good = QColor(*TimelineColours.of(three.window.timeline.palette()).good)
    three.session.do(range_edits.confirm_range(three.project, 4, 9, True, [1, 2, 3]))
    three.session.do(range_edits.confirm_range(three.project, 14, 19, True, [2]))
    three.go_to(23)
    assert band(three, 6) == (good, good)
    above, below = band(three, 16)
    assert above != good and below.green() > below.red() + 40, "some of them"
    assert band(three, 1)[1] != good
    assert three.window.timeline.states.confirmed_share == pytest.approx(24 / 72)


def test_counts_follow_deleting_objects_and_undo(project, content) -> None:
    made, oid = edits.add_object(project)
    project.apply(made)
    states = TimelineStates(project)
    assert states.confirmed_share is None
    from vostool.masks.mask import Mask, MaskRecord, Provenance

    mask = MaskRecord(Mask.empty(6, 8), Provenance.TRACKED, confirmed=True)
    keys = [(frame, oid) for frame in range(5)]
    states.apply(project.apply(edits.set_masks(project, [(k, mask) for k in keys], "Paint")))
    assert states.confirmed_share == 1
    states.apply(project.apply(edits.confirm(project, 3, [oid], False)))
    assert states.confirmed_share == pytest.approx(0.8)
    gone = edits.delete_object(project, oid)
    states.apply(project.apply(gone))
    assert states.confirmed_share is None
    states.apply(Changes.of(change.cell for change in gone.changes))
    states.apply(project.revert(gone))
    assert states.confirmed_share == pytest.approx(0.8)


# -- blocks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [NONE, SHIFT])
def test_a_drag_over_rows_and_frames_chooses_a_block(three, keys) -> None:
    drag(three, (5, 1), (11, 2), keys)
    selection = three.bench.workspace.selection
    assert (selection.value, selection.objects) == (FrameRange(5, 11), frozenset({1, 2}))
    bar = three.window.block_bar
    assert bar.isVisible() and bar.text.text() == "5–11, 2 objects, 7 frames"
    assert three.window.rect().contains(bar.geometry())
    press(three, "range_confirm")
    assert confirmed(three, 1) == confirmed(three, 2) == list(range(5, 12))
    assert confirmed(three, 3) == []
    press(three, "range_confirm")
    assert confirmed(three, 1) == []
    press(three, "range_delete")
    assert three.project.masks.frames(1) == [f for f in range(24) if not 5 <= f <= 11]
    assert three.project.masks.frames(3) == list(range(24))
    three.keys("Ctrl+Z")
    assert three.project.masks.frames(1) == list(range(24)), "one step"
    press(three, "range_clear")
    assert selection.value is None and not bar.isVisible()


def test_a_drag_along_one_row_moves_the_playhead(three) -> None:
    drag(three, (3, 2), (9, 2))
    assert three.session.playhead == 9
    assert three.bench.workspace.selection.value is None
    drag(three, (3, 2), (9, 2), SHIFT)
    assert three.bench.workspace.selection.objects == frozenset({2})


def test_a_hand_that_slips_off_its_row_moves_the_playhead(three) -> None:
    timeline = three.window.timeline
    top = timeline.layout_of_rows.top(0)
    start = QPoint(timeline.frame_x(3), top + ROW_HEIGHT - 3)
    QTest.mousePress(timeline.viewport(), LEFT, NONE, start)
    QTest.mouseMove(timeline.viewport(), QPoint(timeline.frame_x(8), top + ROW_HEIGHT + 1))
    QTest.mouseRelease(timeline.viewport(), LEFT, NONE, start)
    assert three.bench.workspace.selection.value is None


def test_a_block_is_tracked_and_nothing_else(three, engine) -> None:
    drag(three, (6, 2), (10, 3))
    engine.log.clear()
    with three.qtbot.waitSignal(three.session.run_ended):
        press(three, "track_range")
    assert {frame for what, frame, *_ in engine.log if what == "track"} == set(range(6, 11))
    three.keys("Ctrl+Shift+Z")
    assert three.session.document.history.last.counts, "it made something"
    changed = {key for (_, key) in three.session.document.history.last.cells if key != "engine"}
    assert {oid for _, oid in (k for k in changed if isinstance(k, tuple))} <= {2, 3}


def test_a_block_of_one_object_moves_to_another(three) -> None:
    drag(three, (6, 1), (9, 1), SHIFT)
    kept = {f: three.mask(f, 2).mask for f in range(24)}
    press(three, "range_move")
    three.until(lambda: three.window.findChildren(OtherObject))
    (dialog,) = three.window.findChildren(OtherObject)
    assert isinstance(dialog.list, QListWidget)
    dialog.list.setCurrentRow(0)
    dialog.accept()
    three.until(lambda: three.mask(6, 1) is None)
    assert {f: three.mask(f, 2).mask for f in range(24)} == kept, "where both have one"
    assert three.mask(5, 1) is not None and three.mask(10, 1) is not None


def test_a_block_of_several_objects_moves_to_one_and_is_one_step(three) -> None:
    drag(three, (6, 1), (9, 2))
    before = three.content()
    press(three, "range_move")
    three.until(lambda: three.window.findChildren(OtherObject))
    (dialog,) = three.window.findChildren(OtherObject)
    dialog.list.setCurrentRow(dialog.list.count() - 1)
    assert dialog.ids() == [3]
    dialog.overlap.setCurrentIndex(0)
    dialog.accept()
    three.until(lambda: three.mask(6, 1) is None and three.mask(6, 2) is None)
    joined = three.truth(6, 1).to_array() | three.truth(6, 2).to_array()
    assert (three.mask(6, 3).mask.to_array() & joined == joined).all()
    three.keys("Ctrl+Z")
    assert three.content() == before


def test_another_range_is_of_all_objects_again(three) -> None:
    drag(three, (5, 1), (11, 2))
    three.go_to(2)
    three.keys("I")
    selection = three.bench.workspace.selection
    assert selection.objects is None and not three.window.block_bar.isVisible()


def test_closing_the_video_takes_the_bar_away(three) -> None:
    drag(three, (5, 1), (11, 2))
    three.bench.close_workspace()
    assert not three.window.block_bar.isVisible()


# -- the legend ------------------------------------------------------------------------------------


def test_the_legend_opens_at_its_button(opened) -> None:
    assert opened.window.legend_button.isVisible()
    QTest.mouseClick(opened.window.legend_button, LEFT)
    opened.until(opened.window.legend.isVisible)
    assert opened.window.rect().contains(opened.window.legend.geometry())
    QTest.keyClick(opened.window.legend, Qt.Key.Key_Escape)
    opened.until(lambda: not opened.window.legend.isVisible())
    opened.window.view_side.state.set(thumbnails=False)
    opened.window.actions_by_id["timeline_legend"].trigger()
    opened.until(opened.window.legend.isVisible)
