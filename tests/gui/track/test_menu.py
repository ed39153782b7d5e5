"""The Track menu: how far a run goes, which objects it takes, from both sides, resting, one step."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QSpinBox

from vostool.gui.session.tracking import Scope
from vostool.gui.track.count import CountDialog
from vostool.masks.blend import Sided, blend_sides
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction, SegmentReply
from vostool.project import edits
from vostool.project.locks import lock_objects

LAST = 23


def frames(hand, oid: int = 1) -> list[int]:
    return hand.project.masks.frames(oid)


def run(hand, action: str) -> None:
    with hand.qtbot.waitSignal(hand.session.run_ended, timeout=8000):
        hand.window.actions_by_id[action].trigger()


def on(hand, frame: int, truth: int = 1, oid: int = 1) -> None:
    """Click a true object on a frame, for an object that may be there already."""
    hand.go_to(frame)
    hand.session.select(oid if oid in hand.project.objects else None)
    hand.mark(truth, oid)
    hand.until(lambda: not hand.session.clicks.waiting)


def put(hand, places: list[int], mask: Mask, oid: int = 1) -> None:
    record = MaskRecord(mask, Provenance.TRACKED, 0.5)
    cells = [((frame, oid), record) for frame in places]
    hand.session.do(edits.set_masks(hand.project, cells, "Masks"))


def steps(hand) -> int:
    """How many steps can be undone."""
    return len(hand.session.document.history._done)


@pytest.fixture
def one_way(engine):
    """Forward tracks say one thing and backward ones another, 6 pixels to the right."""
    track = engine.track

    def tracked(request, cancelled):
        for step in track(request, cancelled):
            if request.direction is Direction.BACKWARD:
                for oid, reply in step.replies.items():
                    moved = np.roll(reply.mask.to_array(), 6, axis=1)
                    step.replies[oid] = SegmentReply(Mask.from_array(moved), 0.6)
            yield step

    engine.track = tracked


# -- how far -------------------------------------------------------------------------------------


def test_to_the_next_keyframe_and_no_further(opened) -> None:
    on(opened, 15)
    on(opened, 4)
    opened.keys("Ctrl+]")
    opened.until(lambda: not opened.session.is_tracking and len(frames(opened)) > 2)
    assert frames(opened) == list(range(4, 16))
    assert opened.mask(15, 1).provenance is Provenance.PROMPTED


def test_to_the_previous_keyframe_and_no_further(opened) -> None:
    on(opened, 4)
    on(opened, 15)
    run(opened, "track_to_previous")
    assert frames(opened) == list(range(4, 16))


def test_without_a_further_keyframe_it_says_what_to_do(opened) -> None:
    on(opened, 4)
    opened.keys("Ctrl+]")
    assert "No keyframe lies behind frame 4; track to the end with ] instead." in opened.status()
    opened.keys("Ctrl+[")
    assert "No keyframe lies before frame 4" in opened.status()
    assert frames(opened) == [4]


def _dialog(hand) -> CountDialog | None:
    found = [d for d in hand.window.findChildren(CountDialog) if d.isVisible()]
    return found[0] if found else None


def _activate(hand) -> None:
    """What a window manager does when a dialog has closed."""
    hand.until(lambda: _dialog(hand) is None)
    hand.window.activateWindow()
    hand.until(hand.window.isActiveWindow)


def test_so_many_frames_are_asked_for_and_remembered(opened) -> None:
    on(opened, 10)
    opened.keys("Ctrl+Alt+N")
    opened.until(lambda: isinstance(QApplication.focusWidget(), QSpinBox))
    box = QApplication.focusWidget()
    assert box.value() == 23, "a clip of 24 frames has no more"
    QTest.keyClicks(box, "5")
    QTest.keyClick(box, Qt.Key.Key_Return)
    opened.until(lambda: not opened.session.is_tracking and len(frames(opened)) > 1)
    assert frames(opened) == list(range(10, 16))
    _activate(opened)
    opened.keys("Ctrl+Z")
    opened.keys("Ctrl+Alt+N")
    opened.until(lambda: _dialog(opened))
    dialog = _dialog(opened)
    assert dialog.frames == 5
    dialog._way.setCurrentText("Both ways")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    opened.until(lambda: not opened.session.is_tracking and len(frames(opened)) > 1)
    assert frames(opened) == list(range(5, 16))
    _activate(opened)
    opened.keys("Ctrl+Alt+N")
    opened.until(lambda: _dialog(opened))
    assert _dialog(opened).direction is Direction.BOTH
    QTest.keyClick(_dialog(opened), Qt.Key.Key_Escape)
    opened.until(lambda: not _dialog(opened))
    assert not opened.session.is_tracking


def test_so_many_frames_stop_at_the_ends(opened) -> None:
    on(opened, 20)
    with opened.qtbot.waitSignal(opened.session.run_ended):
        assert opened.tracking.some_frames(10, Direction.BOTH)
    assert frames(opened) == list(range(10, 24))


# -- which objects -------------------------------------------------------------------------------


@pytest.fixture
def three(opened):
    """Objects 1, 2 and 3 are marked on frame 0; 1 is selected."""
    for number in (1, 2, 3):
        opened.keys("F")
        opened.mark(number, oid=number)
    opened.session.select(1)
    return opened


def test_the_selected_object_only_and_all_again(three) -> None:
    three.keys("Ctrl+Alt+O")
    assert three.window.scope.text() == "Track the selected object"
    three.run("]")
    assert [len(frames(three, oid)) for oid in (1, 2, 3)] == [24, 1, 1]
    three.keys("Ctrl+Alt+O")
    assert three.window.actions_by_id["scope_all"].isChecked()
    three.run("]")
    assert [len(frames(three, oid)) for oid in (1, 2, 3)] == [24, 24, 24]


def test_the_visible_objects(three) -> None:
    model = three.window.objects.model
    three.session.do(
        edits.change_object(
            three.project, type(three.project.objects[2])(2, "x", (1, 2, 3), False), "Hide"
        )
    )
    assert not three.session.shows(2) and model.rowCount() == 3
    three.window.actions_by_id["scope_visible"].trigger()
    assert three.tracking.scope is Scope.VISIBLE
    three.run("]")
    assert [len(frames(three, oid)) for oid in (1, 2, 3)] == [24, 1, 24]


def test_the_choice_holds_for_every_run_and_the_next_video(three, video) -> None:
    three.keys("Ctrl+Alt+O")
    run(three, "track_initial")
    assert [len(frames(three, oid)) for oid in (1, 2, 3)] == [24, 1, 1]
    three.keys("Ctrl+Z")
    three.keys("T")
    three.until(lambda: not three.session.is_tracking)
    assert [len(frames(three, oid)) for oid in (1, 2, 3)] == [2, 1, 1]
    three.open(video)
    assert three.tracking.scope is Scope.SELECTED


def test_nothing_selected_or_nothing_visible_is_said(three) -> None:
    three.keys("Ctrl+Alt+O")
    three.keys("F")
    three.keys("]")
    assert "No object is selected; select one, or track all objects." in three.status()
    assert not three.session.is_tracking


def test_locked_objects_are_left_alone(three) -> None:
    three.session.do(lock_objects(three.project, [2], True))
    three.run("]")
    assert [len(frames(three, oid)) for oid in (1, 2, 3)] == [24, 1, 24]


# -- corrections ---------------------------------------------------------------------------------


def _blended(hand, frame: int, left: int, right: int) -> Mask:
    """What blending by distance and score makes of a frame."""
    true = hand.truth(frame, 1)
    moved = Mask.from_array(np.roll(true.to_array(), 6, axis=1))
    place = (frame - left) / (right - left)
    return blend_sides(Sided(true, 0.9), Sided(moved, 0.6), place).mask


def test_between_keyframes_both_sides_are_blended_as_one_step(opened, one_way) -> None:
    on(opened, 4)
    on(opened, 14)
    opened.go_to(9)
    before, content = steps(opened), opened.content()
    run(opened, "track_between")
    assert frames(opened) == list(range(4, 15)) and steps(opened) == before + 1
    for frame in range(5, 14):
        assert opened.mask(frame, 1).mask == _blended(opened, frame, 4, 14)
    assert opened.mask(5, 1).mask.iou(opened.truth(5, 1)) > 0.9, "near the left one"
    assert opened.window.actions_by_id["undo"].text() == "Undo track between corrections"
    opened.keys("Ctrl+Z")
    assert opened.content() == content


def test_between_needs_a_keyframe_on_either_side(opened) -> None:
    on(opened, 4)
    opened.go_to(9)
    opened.window.actions_by_id["track_between"].trigger()
    assert "Frame 9 does not lie between two keyframes of an object" in opened.status()


def test_what_was_corrected_goes_to_its_neighbours_and_no_further(opened, one_way) -> None:
    on(opened, 2, truth=2, oid=1)
    opened.keys("F")
    on(opened, 2, truth=3, oid=2)
    opened.run("]")
    on(opened, 8, truth=1, oid=1)
    on(opened, 18, truth=1, oid=1)
    old = {key: opened.mask(*key) for key in [(f, o) for f in range(2, 24) for o in (1, 2)]}
    opened.go_to(8)
    opened.keys("Shift+R")
    opened.until(lambda: not opened.session.is_tracking)
    for frame in range(9, 18):
        assert opened.mask(frame, 1).mask.iou(opened.truth(frame, 1)) > 0.99, "what is said wins"
    same = [key for key, record in old.items() if opened.mask(*key) is record]
    assert {(f, 2) for f in range(2, 24)} <= set(same), "the other object"
    assert {(f, 1) for f in (2, 8, *range(18, 24))} <= set(same), "beyond the neighbours"
    assert frames(opened, 1) == list(range(2, 24))


def test_past_the_last_keyframe_it_goes_as_far_as_was_tracked(opened) -> None:
    on(opened, 5)
    with opened.qtbot.waitSignal(opened.session.run_ended):
        opened.tracking.some_frames(10, Direction.FORWARD)
    put(opened, list(range(9, 16)), opened.truth(0, 3))
    on(opened, 9)
    before = steps(opened)
    opened.keys("Shift+R")
    opened.until(lambda: not opened.session.is_tracking)
    assert frames(opened) == list(range(5, 16)), "and nothing where nothing was"
    assert all(opened.mask(f, 1).mask == opened.truth(f, 1) for f in range(9, 16))
    assert steps(opened) == before + 1


def test_nothing_corrected_or_nothing_tracked_is_said(opened) -> None:
    on(opened, 5)
    opened.keys("Shift+R")
    assert "Nothing was tracked around frame 5 yet" in opened.status()
    opened.keys("Right")
    opened.keys("Shift+R")
    assert "No object is corrected on frame 6; go to one that is." in opened.status()


def test_cancelling_between_the_sides_leaves_the_masks_that_were_there(opened, engine) -> None:
    on(opened, 4)
    on(opened, 14)
    put(opened, list(range(5, 14)), opened.truth(0, 3))
    old = [opened.mask(f, 1) for f in range(5, 14)]
    engine.hold_runs()
    opened.go_to(9)
    opened.window.actions_by_id["track_between"].trigger()
    engine.allow(12)  # 10 forward, and the first two of the way back
    opened.until(lambda: opened.mask(13, 1) is not old[-1])
    with opened.qtbot.waitSignal(opened.session.run_ended):
        opened.keys("Esc")
    assert [opened.mask(f, 1) for f in range(5, 13)] == old[:-1]


# -- resting -------------------------------------------------------------------------------------


def test_a_run_rests_and_goes_on_and_clicks_are_answered_meanwhile(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(frames(opened)) == 3)
    pause, bar = opened.window.actions_by_id["pause_run"], opened.window.run_bar
    opened.keys("Ctrl+Alt+P")
    assert pause.isChecked() and pause.iconText() == "Resume"
    assert (
        bar._text.text().startswith("paused")
        and "paused at frame 2" in opened.window.status.activity.text()
    )
    engine.allow(1)  # the frame that the engine is at; then it rests
    opened.until(lambda: len(frames(opened)) == 4)
    engine.allow(100)
    opened.keys("F")
    opened.mark(2, oid=2)
    assert len(frames(opened)) == 4 and opened.session.is_tracking
    with opened.qtbot.waitSignal(opened.session.run_ended):
        opened.keys("Ctrl+Alt+P")
    assert frames(opened) == list(range(24))
    assert not pause.isChecked() and pause.iconText() == "Pause" and not pause.isEnabled()


def test_a_resting_run_is_cancelled_and_keeps_what_is_done(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(frames(opened)) == 3)
    opened.keys("Ctrl+Alt+P")
    engine.allow(1)
    opened.until(lambda: len(frames(opened)) == 4)
    with opened.qtbot.waitSignal(opened.session.run_ended) as ended:
        opened.keys("Esc")
    assert ended.args[0].startswith("Cancelled after 4 frames")
    opened.keys("Ctrl+Z")
    assert frames(opened) == [0]
    engine.release()
    opened.run("]")
    assert frames(opened) == list(range(24)), "the next run does not rest"


def test_the_pause_does_not_count_as_time_of_the_run(opened, engine, monkeypatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("vostool.gui.session.track_runs.time.monotonic", lambda: clock[0])
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    clock[0] += 2
    engine.allow(2)
    opened.until(lambda: len(frames(opened)) == 2)
    opened.keys("Ctrl+Alt+P")
    clock[0] += 1000
    opened.keys("Ctrl+Alt+P")
    clock[0] += 1
    engine.allow(1)
    opened.until(lambda: len(frames(opened)) == 3)
    progress = opened.session.runs.progress
    assert progress.rate == pytest.approx(1.0) and progress.seconds_left == pytest.approx(21)
    with opened.qtbot.waitSignal(opened.session.run_ended) as ended:
        engine.release()
    assert ended.args[0] == "Tracked 24 frames in 3.0 s."
