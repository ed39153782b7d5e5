"""Track runs: masks as they come, progress, cancel, clicks in between, correcting and going on."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from vostool.errors import ModelError
from vostool.gui.timeline.states import FrameState
from vostool.masks.mask import Provenance

LAST = 23
RIGHT = Qt.MouseButton.RightButton


def tracked(hand, oid: int = 1) -> list[int]:
    return hand.project.masks.frames(oid)


@pytest.mark.parametrize(
    ("keys", "frames"),
    [("]", range(10, 24)), ("[", range(11)), ("\\", range(24)), ("Ctrl+T", range(10, 24)),
     ("Ctrl+Shift+T", range(11)), ("Ctrl+B", range(24))],
)  # fmt: skip
def test_forward_backward_and_both(opened, keys: str, frames: range) -> None:
    opened.go_to(10)
    opened.mark(1, oid=1)
    opened.run(keys)
    assert tracked(opened) == list(frames)
    for frame in frames:
        assert opened.mask(frame, 1).mask == opened.truth(frame, 1)
        expected = Provenance.PROMPTED if frame == 10 else Provenance.TRACKED
        assert opened.mask(frame, 1).provenance is expected
    states = opened.window.timeline.states.row(1)
    for frame in range(24):
        expected = FrameState.TRACKED if frame in frames else FrameState.NONE
        assert states[frame] == (FrameState.PROMPTED if frame == 10 else expected)


def test_with_the_embedded_engine(hand, video) -> None:
    hand.open(video)
    hand.mark(3, oid=1)
    hand.go_to(0)
    hand.run("]")
    assert tracked(hand) == list(range(24))
    assert hand.mask(3, 1).mask.iou(hand.truth(3, 3)) > 0.6


def test_progress_and_masks_while_it_runs(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    bar = opened.window.run_bar
    assert not bar.isVisible()
    opened.keys("]")
    opened.until(bar.isVisible)
    assert bar._bar.maximum() == 24 and "waiting" in bar._text.text()
    assert opened.window.actions_by_id["track_forward"].isEnabled(), "another run can wait"
    assert not opened.window.actions_by_id["track_discover"].isEnabled()
    assert opened.window.actions_by_id["cancel"].isEnabled()
    engine.allow(6)
    opened.until(lambda: bar._bar.value() == 6)
    assert "left" in bar._text.text()
    assert tracked(opened) == list(range(6))
    opened.keys("Right")
    opened.until_shown(1)
    opened.until(lambda: opened.canvas._overlay_item.image is not None)
    painted = opened.canvas._overlay_item.image[..., 3] > 0
    assert (painted == opened.truth(1, 1).to_array()).all()
    with opened.qtbot.waitSignal(opened.session.run_ended) as ended:
        engine.release()
    assert ended.args[0].startswith("Tracked 24 frames in")
    assert not bar.isVisible()
    assert opened.window.actions_by_id["track_forward"].isEnabled()
    assert not opened.window.actions_by_id["cancel"].isEnabled()


def test_the_shown_frame_gets_its_mask_when_the_run_reaches_it(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    opened.go_to(3)
    assert opened.canvas._overlay_item.image is None
    engine.allow(4)
    opened.until(lambda: opened.canvas._overlay_item.image is not None)


def test_cancel_keeps_what_is_done(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(5)
    opened.until(lambda: len(tracked(opened)) == 5)
    with opened.qtbot.waitSignal(opened.session.run_ended) as ended:
        opened.keys("Esc")
    assert ended.args[0].startswith("Cancelled after 5 frames")
    assert tracked(opened) == list(range(5))
    opened.keys("Ctrl+Z")
    assert tracked(opened) == [0]


def test_a_run_cancelled_before_its_first_frame_leaves_no_step(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    with opened.qtbot.waitSignal(opened.session.run_ended):
        opened.keys("Esc")
    assert opened.window.actions_by_id["undo"].text() == "Undo add positive point"


def test_the_newest_click_is_answered_first_while_a_run_goes(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(2)
    opened.until(lambda: len(tracked(opened)) == 2)
    for truth, oid in ((2, 2), (3, 3)):
        opened.keys("F")
        opened.click_object(truth)
        opened.until(lambda oid=oid: oid in opened.project.objects)
    assert opened.mask(0, 2) is None and opened.mask(0, 3) is None
    engine.log.clear()
    engine.allow(1)  # the frame that the engine waits for
    opened.until(lambda: opened.mask(0, 2) is not None and opened.mask(0, 3) is not None)
    assert engine.log[:3] == [("track", 2), ("segment", 0, 3), ("segment", 0, 2)]
    with opened.qtbot.waitSignal(opened.session.run_ended):
        engine.release()
    assert tracked(opened) == list(range(24))
    assert opened.mask(0, 2).mask == opened.truth(0, 2)


def test_clicks_on_one_frame_and_object_are_answered_once_by_the_latest(opened, engine) -> None:
    engine.clicks.clear()
    opened.click_object(1)
    opened.until(lambda: engine.log)
    x, y = opened.middle(1)
    for dx in (4, 8, 12):
        opened.click(x + dx, y, RIGHT)
    engine.clicks.set()
    opened.until(lambda: opened.mask(0, 1) is not None)
    assert len(engine.log) == 2
    assert not opened.mask(0, 1).mask.to_array()[int(y), int(x) + 12]


def test_a_click_on_a_frame_that_the_run_has_not_reached_wins(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    opened.go_to(10)
    x, y = opened.middle(1, 10)
    opened.click(x, y)
    opened.until(lambda: (10, 1) in opened.project.prompts)
    engine.release()
    opened.until(lambda: not opened.session.is_tracking)
    assert tracked(opened) == list(range(24))
    assert opened.mask(10, 1).provenance is Provenance.PROMPTED


def test_correct_a_frame_and_track_on(opened) -> None:
    opened.mark(1, oid=1)
    opened.run("]")
    opened.go_to(8)
    x, y = opened.middle(1, 8)
    opened.click(x + 6, y, RIGHT)
    opened.until(lambda: opened.mask(8, 1).provenance is Provenance.PROMPTED)
    corrected = opened.mask(8, 1)
    assert corrected.mask != opened.truth(8, 1)
    assert opened.project.prompts[8, 1].base == opened.truth(8, 1)
    before = opened.content()
    opened.run("]")
    assert opened.mask(8, 1) == corrected
    opened.run("[")
    assert opened.mask(8, 1) == corrected
    opened.keys("Ctrl+Z")
    opened.keys("Ctrl+Z")
    assert opened.content() == before


def test_a_confirmed_frame_is_kept(opened, engine) -> None:
    opened.mark(1, oid=1)
    opened.run("]")
    opened.go_to(5)
    opened.keys("V")
    kept = opened.mask(5, 1)
    assert kept.confirmed
    assert opened.window.timeline.states.row(1)[5] == FrameState.CONFIRMED
    opened.go_to(0)
    opened.run("]")
    assert opened.mask(5, 1) == kept


def test_several_objects_in_one_run(opened) -> None:
    for truth, oid in ((1, 1), (2, 2), (3, 3)):
        opened.keys("F")
        opened.mark(truth, oid)
    opened.run("]")
    for oid in (1, 2, 3):
        assert tracked(opened, oid) == list(range(24))
        assert all(opened.mask(f, oid).mask == opened.truth(f, oid) for f in range(24))
    empty = [f for f in range(24) if opened.truth(f, 3).is_empty]
    assert empty, "the starfish leaves the picture"
    states = opened.window.timeline.states.row(3)
    assert all(states[f] & FrameState.ABSENT for f in empty)


def test_an_object_deleted_while_it_is_tracked_stays_deleted(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(tracked(opened)) == 3)
    opened.keys("Ctrl+Delete")
    with opened.qtbot.waitSignal(opened.session.run_ended):
        engine.release()
    assert not opened.project.objects and not len(opened.project.masks)


def test_nothing_to_track_is_explained(opened) -> None:
    opened.keys("]")
    assert "No object has a prompt yet" in opened.status()
    assert not opened.session.is_tracking


def test_a_frame_that_cannot_be_decoded_is_named_and_left_out(opened, engine) -> None:
    engine.unreadable = {4}
    opened.mark(1, oid=1)
    problems: list[str] = []
    opened.session.problem.connect(problems.append)
    opened.run("]")
    assert problems == ["Frame 4 cannot be decoded."]
    assert tracked(opened) == [f for f in range(24) if f != 4]


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (ModelError("The model ran out of memory; choose a smaller one."), "ran out of memory"),
        (RuntimeError("boom"), "boom"),
    ],
)
def test_an_engine_that_fails_says_so_and_the_window_goes_on(
    opened, engine, failure: Exception, words: str
) -> None:
    problems: list[str] = []
    opened.session.problem.connect(problems.append)
    engine.failure = failure
    opened.click_object(1)
    opened.until(lambda: problems)
    assert words in problems[0] and "\n" not in problems[0]
    assert words in opened.status()
    assert (0, 1) in opened.project.prompts and opened.mask(0, 1) is None
    problems.clear()
    opened.run("]")
    assert words in problems[0]
    assert tracked(opened) == []
    engine.failure = None
    opened.click_object(1)
    opened.until(lambda: opened.mask(0, 1) is not None)
    opened.run("]")
    assert tracked(opened) == list(range(24))


def test_a_run_that_fails_midway_keeps_what_is_done(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(4)
    opened.until(lambda: len(tracked(opened)) == 4)
    engine.failure = ModelError("The device is gone; restart the program.")
    with opened.qtbot.waitSignal(opened.session.run_ended):
        engine.allow(1)
    assert tracked(opened) == list(range(4))
    opened.keys("Ctrl+Z")
    assert tracked(opened) == [0]


class RefusesRuns:
    """Wraps an engine; its track() fails before it returns an iterator."""

    def __init__(self, engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str):
        return getattr(self._engine, name)

    def track(self, request, cancelled):
        raise ModelError("This engine cannot track; choose another.")


def test_an_engine_that_refuses_a_run_at_once(opened, engine) -> None:
    with opened.qtbot.waitSignal(opened.bench.worker.engine_ready):
        opened.bench.worker.use(lambda: RefusesRuns(engine))
    assert engine.closed
    opened.mark(1, oid=1)
    problems: list[str] = []
    opened.session.problem.connect(problems.append)
    opened.run("]")
    assert problems == ["This engine cannot track; choose another."]
    opened.keys("F")
    opened.mark(2, oid=2)


@pytest.mark.parametrize("failure", [ModelError("No such checkpoint; fetch it."), OSError("boom")])
def test_an_engine_that_cannot_be_made_leaves_the_one_before(opened, failure: Exception) -> None:
    def make():
        raise failure

    opened.bench.worker.use(make)
    assert str(failure) in opened.problem()
    opened.mark(1, oid=1)


def test_closing_the_window_while_a_run_goes(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(tracked(opened)) == 3)
    opened.window.close()
    assert opened.window.isVisible()
    assert "it is at frame 2 of 24" in opened.choose("Stop it and keep what is done")
    opened.until(lambda: not opened.window.isVisible())
    opened.until(opened.bench.worker.isFinished)
    assert engine.closed


def test_a_cancelled_run_says_so_until_it_has_stopped(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(tracked(opened)) == 3)
    said: list[str] = []
    opened.session.run_progressed.connect(lambda _: said.append(opened.window.run_bar._text.text()))
    with opened.qtbot.waitSignal(opened.session.run_ended):
        opened.window.actions_by_id["cancel"].trigger()
        assert opened.window.run_bar.isVisible()
        assert opened.window.run_bar._text.text() == "Stopping…"
    assert not opened.window.run_bar.isVisible()


def test_undo_takes_nothing_away_while_the_run_shows_as_running(opened, engine) -> None:
    opened.mark(1, oid=1)
    before = opened.content()
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(tracked(opened)) == 3)
    opened.keys("Ctrl+Z")
    if opened.session.is_tracking:  # the engine may have ended it already
        assert len(tracked(opened)) == 3
    opened.until(lambda: not opened.session.is_tracking and opened.content() == before)
