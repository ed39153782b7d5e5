"""The review queue in the window: going through it, settling places, filters, counts, marks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vostool.gui.session.review_work import NOTHING
from vostool.gui.timeline.states import FrameState
from vostool.gui.window.review_view import run_text
from vostool.masks.mask import Mask, Provenance
from vostool.models.engine import SegmentReply
from vostool.project import edits
from vostool.project.changes import Table
from vostool.project.mask_notes import parse_note
from vostool.review.reasons import Reason
from vostool.runs.parts import RunSummary

LEFT = Qt.MouseButton.LeftButton
LOW, JUMP, GONE = 6, 12, 18
"""Frames that the run gets wrong: a low score, another place, nothing at all."""


def _wrong(hand, engine) -> None:
    """Let the engine fail object 1 on three frames, in three ways."""
    answer = engine._answer

    def answered(frame: int, truth: int, request=None) -> SegmentReply:
        reply = answer(frame, truth, request)
        if request is not None or truth != 1:
            return reply
        if frame == LOW:
            return SegmentReply(reply.mask, 0.2)
        if frame == JUMP:
            return SegmentReply(Mask.from_array(np.roll(reply.mask.to_array(), 90, axis=1)), 0.9)
        return SegmentReply(Mask.empty(136, 240), 0.9) if frame == GONE else reply

    engine._answer = answered


@pytest.fixture
def tracked(opened, engine):
    """Object 1 is tracked, wrongly on three frames; all masks are looked through."""
    _wrong(opened, engine)
    opened.mark(1, oid=1)
    opened.run("]")
    opened.review = opened.bench.workspace.review
    opened.until(lambda: opened.review.queue.pending == 0)
    opened.panel = opened.window.review_dock.panel
    opened.until(lambda: not opened.review._news.isActive())
    return opened


@pytest.fixture
def apart(tracked):
    """As ``tracked``, and the three frames are too far apart to be one stretch."""
    queue = tracked.review.queue
    queue.gap = 2
    for oid in tracked.project.objects:
        queue._sort(oid)
    tracked.review.changed.emit()
    return tracked


def events(hand):
    return hand.review.queue.events()


def left(hand) -> set[int]:
    return {item.frame for item in hand.review.queue.items()}


def in_front(hand) -> bool:
    """The panel is seen; of docks in tabs Qt calls all visible."""
    return not hand.panel.visibleRegion().isEmpty()


def rows(hand) -> list[tuple[str, str, str]]:
    model = hand.panel.model
    hand.until(lambda: not hand.review._news.isActive())
    return [tuple(model.index(r, c).data() for c in range(3)) for r in range(model.rowCount())]


def test_the_run_says_what_is_left(tracked) -> None:
    count = tracked.review.queue.count
    card = tracked.window.run_card
    tracked.until(lambda: card.left.text().startswith(f"{count} place"))
    assert "Object 1 (unlabelled) was not found on 1 frame." in card.text.text()
    assert tracked.window.review_dock.windowTitle() == f"Review ({count})"
    assert tracked.window.review_dock.button.text() == f"{count} to review"
    assert tracked.panel.left.text() == f"{count} to review"
    assert {LOW, JUMP, GONE} <= left(tracked)


def test_going_shows_the_panel(tracked) -> None:
    assert not in_front(tracked), "the list of objects is"
    tracked.keys("N")
    assert in_front(tracked)


def test_what_lies_close_together_is_one_row(tracked) -> None:
    (row,) = rows(tracked)
    assert tracked.review.queue.masks > 3
    assert row[1] == "1 unlabelled" and "low score" in row[2] and "empty after present" in row[2]
    first, last = map(int, row[0].split("–"))
    assert first <= LOW and last >= GONE


def test_n_and_p_go_through_all_stretches_from_the_worst_on(apart) -> None:
    apart.keys("F")
    places = [event.worst.place for event in events(apart)]
    assert len(places) >= 3
    for frame, oid in places:
        apart.keys("N")
        assert (apart.session.playhead, apart.session.current_object) == (frame, oid)
        apart.until_shown(frame)
        row = apart.panel.table.selectionModel().selectedRows()[0].row()
        assert apart.panel.model.event_at(row).worst.place == (frame, oid)
    apart.keys("N")
    assert apart.session.playhead == places[0][0], "behind the last, the first again"
    apart.keys("N")
    apart.keys("P")
    assert apart.session.playhead == places[0][0]
    apart.keys("P")
    assert apart.session.playhead == places[-1][0], "before the first, the last"


def test_n_goes_back_to_the_only_place_and_says_that_there_is_no_other(tracked) -> None:
    tracked.keys("N")
    (event,) = events(tracked)
    tracked.go_to(0)
    tracked.keys("N")
    assert tracked.session.playhead == event.worst.frame
    for key in "NP":
        tracked.keys(key)
        assert "There is no other place to review than this one." in tracked.status()
        assert tracked.session.playhead == event.worst.frame


def test_reasons_are_said_in_words_with_their_numbers(apart) -> None:
    seen = {}
    for _ in events(apart):
        apart.keys("N")
        seen[apart.session.playhead] = apart.panel.why.text()
    assert f"Look at frame {LOW}, object 1:\nThe model's score is low, 0.20." in seen[LOW]
    assert "The mask jumps by 90 pixels from the frame before." in seen[JUMP]
    assert f"The object is gone here, but frame {GONE - 1} has it." in seen[GONE]
    assert all("Enter plays it, then shows that frame." in text for text in seen.values())


def test_a_row_can_be_clicked(apart) -> None:
    apart.window.review_dock.reveal()
    apart.until(lambda: in_front(apart))
    table, model = apart.panel.table, apart.panel.model
    index = model.index(model.rowCount() - 1, 0)
    table.scrollTo(index)
    event = model.event_at(index.row())
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())
    assert apart.session.playhead == event.worst.frame
    apart.keys("Right")
    assert apart.session.playhead == event.worst.frame + 1, "keys still work"


def test_enter_plays_the_stretch_once_and_elsewhere_finishes_the_object(apart) -> None:
    apart.keys("N")
    event = apart.review.current
    apart.keys("Return")
    player = apart.bench.workspace.player
    assert player.is_playing and apart.session.playhead == event.first - 2, "a moment before"
    seen: list[int] = []
    apart.session.playhead_moved.connect(seen.append)
    apart.until(lambda: not player.is_playing)
    assert min(event.asked + 2, 23) in seen, "and behind"
    assert apart.session.playhead == event.worst.frame, "then where it is corrected best"
    assert apart.review.at_hand, "what was just seen can be answered"
    apart.keys("Return")
    assert player.is_playing
    apart.until(lambda: apart.session.playhead > event.first - 2)
    at = apart.session.playhead
    apart.keys("Return")
    assert not player.is_playing, "once more: pause"
    assert apart.session.playhead == at, "where the person stopped it"
    apart.go_to(0)
    apart.keys("Return")
    assert apart.session.current_object is None and not player.is_playing


def test_confirm_settles_the_stretch_and_goes_on(apart) -> None:
    apart.keys("N")
    event = apart.review.current
    frames = range(event.first, event.last + 1)
    named = str(event.first) if len(frames) == 1 else f"{event.first}–{event.last}"
    tip = apart.window.actions_by_id["review_confirm"].toolTip
    assert tip().endswith(f"Now: 1 unlabelled {named}, and nothing else")
    apart.keys("Y")
    assert f"Confirmed: 1 unlabelled {named}." in apart.status()
    assert f" {named}, and" not in tip(), "the next one"
    assert all(apart.mask(frame, 1).confirmed for frame in frames)
    assert apart.review.current != event, "on to the next"
    apart.keys("Ctrl+Z")
    apart.until(lambda: set(frames) & left(apart))
    assert not any(apart.mask(frame, 1).confirmed for frame in frames)


def test_confirming_all_objects_of_the_stretch(apart) -> None:
    apart.go_to(0)
    apart.keys("F")
    apart.mark(2, oid=2)
    apart.run("]")
    apart.until(lambda: apart.review.queue.pending == 0)
    apart.keys("N")
    event = apart.review.current
    apart.keys("Alt+Y")
    assert apart.mask(event.first, 1).confirmed and apart.mask(event.first, 2).confirmed


def test_dismiss_leaves_the_masks_as_they_are_and_is_undone(apart) -> None:
    apart.keys("N")
    event = apart.review.current
    frame = event.worst.frame
    record = apart.mask(frame, 1)
    content = apart.content()
    apart.keys("Shift+Y")
    apart.until(lambda: frame not in left(apart))
    assert apart.mask(frame, 1) is record
    assert apart.review.current != event
    apart.keys("Ctrl+Z")
    apart.until(lambda: frame in left(apart))
    assert apart.content() == content
    apart.keys("Ctrl+Y")
    apart.until(lambda: frame not in left(apart))
    apart.window.actions_by_id["review_bring_back"].trigger()
    apart.until(lambda: frame in left(apart))
    assert not any(parse_note(name) for name in apart.project.settings)
    apart.window.actions_by_id["review_bring_back"].trigger()
    assert "Nothing was dismissed" in apart.status()


def test_a_correction_that_settles_its_stretch(apart, engine) -> None:
    del engine._answer  # from now on it is right
    event = next(e for e in events(apart) if e.holds(JUMP))
    apart.review.go_to(event)
    apart.until_shown(JUMP)
    with apart.qtbot.waitSignal(apart.session.run_ended, timeout=8000):
        apart.click_object(1)
    assert apart.mask(JUMP, 1).provenance is Provenance.PROMPTED
    apart.until(lambda: JUMP not in left(apart) and apart.review.queue.pending == 0)
    apart.until(lambda: "Settled: the lowest score there is now 0.90" in apart.panel.why.text())
    apart.keys("Ctrl+Z")
    apart.keys("Ctrl+Z")
    assert apart.mask(JUMP, 1).provenance is Provenance.TRACKED, "run and click, taken back"


def test_a_correction_tracks_its_stretch_again_and_no_frame_outside(tracked, engine) -> None:
    del engine._answer
    tracked.keys("N")
    event = tracked.review.current
    first, last = event.first, event.last
    assert 0 < first < JUMP < last < 23
    assert f"correction on frames {first} to {last} tracks" in tracked.panel.why.text()
    before = {frame: tracked.mask(frame, 1) for frame in range(24)}
    tracked.go_to(JUMP)
    engine.hold_runs()
    tracked.click_object(1)
    reach = f"Tracking frames {first} to {last} again from your correction on frame {JUMP}."
    tracked.until(lambda: reach in tracked.status())
    with tracked.qtbot.waitSignal(tracked.session.run_ended, timeout=8000) as ended:
        engine.allow(100)
    changed = {frame for frame in range(24) if tracked.mask(frame, 1) is not before[frame]}
    assert changed == set(range(first, last + 1))
    assert ended.args[0].startswith(f"Tracked {last - first} frames in"), "the clicked one is mine"
    step = tracked.session.document.history.steps[-1]
    assert step.title == f"Track frames {first} to {last} again"
    assert step.counts[Table.MASKS] == last - first


def test_a_correction_outside_the_stretch_changes_its_own_frame_and_says_so(tracked) -> None:
    tracked.keys("N")
    tracked.go_to(tracked.review.current.first - 1)
    frame = tracked.session.playhead
    assert tracked.review.at_hand, "where playing the stretch begins"
    before = {at: tracked.mask(at, 1) for at in range(24)}
    tracked.click_object(1)
    tracked.until(
        lambda: f"Frame {frame} lies outside the stretch under review" in tracked.status()
    )
    assert not tracked.bench.workspace.retracking._timer.isActive()
    assert {at for at in before if tracked.mask(at, 1) is not before[at]} == {frame}


def test_a_further_correction_begins_the_run_again_from_both(tracked, engine) -> None:
    del engine._answer
    tracked.keys("N")
    event = tracked.review.current
    tracked.go_to(JUMP)
    engine.hold_runs()
    tracked.click_object(1)
    tracked.until(lambda: tracked.session.is_tracking)
    tracked.go_to(JUMP + 3)
    with tracked.qtbot.waitSignal(tracked.session.run_ended, timeout=8000) as ended:
        tracked.click_object(1)
        engine.allow(1)  # clicks are answered between two frames
    assert ended.args[0] == "Beginning again, from your further correction as well."
    tracked.until(lambda: f"your correction on frame {JUMP + 3}." in tracked.status())
    assert "Cancelled" not in tracked.status()
    before = {frame: tracked.mask(frame, 1) for frame in range(24)}
    with tracked.qtbot.waitSignal(tracked.session.run_ended, timeout=8000):
        engine.allow(100)
    changed = {frame for frame in range(24) if tracked.mask(frame, 1) is not before[frame]}
    assert changed == set(range(event.first, event.last + 1)) - {JUMP, JUMP + 3}


def test_tracking_on_can_be_switched_off(apart) -> None:
    apart.window.actions_by_id["review_retrack"].trigger()
    apart.keys("N")
    frame = apart.session.playhead
    apart.until_shown(frame)
    apart.click_object(1)
    apart.until(lambda: apart.mask(frame, 1).provenance is Provenance.PROMPTED)
    assert not apart.bench.workspace.retracking._timer.isActive()
    apart.until(lambda: frame not in left(apart))


def test_settling_needs_the_place_to_be_shown(apart) -> None:
    content = apart.content()
    apart.keys("Y")
    assert "Go to a place of the review queue first: N" in apart.status()
    apart.keys("N")
    apart.session.go_to(0 if apart.session.playhead > 12 else 23)
    apart.keys("Shift+Y")
    assert apart.content() == content


def test_it_says_when_all_is_done(apart) -> None:
    while apart.review.queue.count:
        apart.keys("N")
        apart.keys("Y")
    apart.until(lambda: "Nothing is flagged. " in apart.status())
    assert "of 24 masks are confirmed or yours. The others only passed" in apart.status()
    assert apart.panel.left.text().startswith("Nothing flagged; ")
    apart.keys("Y")
    assert "Nothing is flagged for review; the checks do not find" in apart.status()


def test_filters_by_reason_and_object(apart) -> None:
    bird = replace(apart.project.objects[1], label="bird")
    apart.session.do(edits.change_object(apart.project, bird, "Rename"))
    apart.window.review_dock.reveal()
    combo = apart.panel.reasons
    combo.setCurrentIndex(combo.findData(Reason.LOW_SCORE))
    combo.activated.emit(combo.currentIndex())
    assert [(frame, obj) for frame, obj, _ in rows(apart)] == [(str(LOW), "1 bird")]
    assert apart.panel.left.text().startswith("1 of ")
    apart.keys("N")
    assert apart.session.playhead == LOW
    apart.keys("Y")
    assert apart.session.playhead == LOW, "nothing else was asked for"
    apart.until(lambda: apart.review.queue.pending == 0)
    apart.keys("N")
    assert "Nothing of what the filter shows is flagged" in apart.status()
    combo.setCurrentIndex(0)
    combo.activated.emit(0)
    assert len(rows(apart)) == apart.review.queue.count > 0


def test_in_the_order_of_time(apart) -> None:
    apart.panel.order.setCurrentIndex(1)
    apart.panel.order.activated.emit(1)
    firsts = [event.first for event in apart.review.queue.events(in_time=True)]
    assert firsts == sorted(firsts)
    apart.go_to(LOW + 1)
    apart.keys("N")
    after = next(
        event for event in apart.review.queue.events(in_time=True) if event.first > LOW + 1
    )
    assert apart.session.playhead == after.worst.frame
    apart.keys("P")
    assert apart.session.playhead == LOW


def test_jumps_are_marked_on_the_timeline_until_they_are_settled(tracked) -> None:
    states = tracked.window.timeline.states
    tracked.until(lambda: states.row(1)[JUMP] & FrameState.FLAGGED)
    assert not states.row(1)[LOW] & FrameState.FLAGGED
    tracked.session.do(edits.confirm(tracked.project, JUMP, [1], True))
    tracked.until(lambda: not states.row(1)[JUMP] & FrameState.FLAGGED)


def test_an_overlap_is_marked_and_both_outlines_are_seen(apart) -> None:
    apart.mark(2, oid=2)
    apart.run("]")
    apart.until(lambda: apart.review.queue.pending == 0)
    over = replace(apart.mask(20, 1), mask=apart.mask(20, 2).mask)
    apart.session.do(edits.set_masks(apart.project, [((20, 1), over)], "Masks"))
    apart.until(lambda: any(e.holds(20) and len(e.object_ids) == 2 for e in events(apart)))
    states = apart.window.timeline.states
    apart.until(lambda: all(states.row(oid)[20] & FrameState.FLAGGED for oid in (1, 2)))
    wishes = []
    renderer = apart.bench.workspace.display.renderer
    ask, renderer.ask = renderer.ask, lambda wish: (wishes.append(wish), ask(wish))
    event = next(e for e in events(apart) if e.holds(20))
    apart.review.go_to(event)
    apart.until(lambda: wishes and wishes[-1].look.whole == {1, 2})
    assert wishes[-1].look.selected == {event.worst.object_id}
    apart.go_to(event.first - 3)
    assert not wishes[-1].look.whole


def test_what_was_said_of_a_run_goes_with_the_run(tracked) -> None:
    card = tracked.window.run_card
    tracked.until(card.review_button.isVisible)
    tracked.session.undo()
    tracked.until(lambda: not card.isVisible())
    tracked.until(lambda: tracked.review.queue.count == 0)  # looked at between events


def test_an_empty_queue_says_so(opened) -> None:
    dock = opened.window.review_dock
    assert dock.button.text() == "Nothing flagged" and dock.windowTitle() == "Review"
    for key in ("N", "Y", "Shift+Y", "Alt+Y", "P"):
        opened.window.notice.dismiss()
        opened.keys(key)
        assert "Nothing is flagged for review; the checks" in opened.status(), key
    assert list(opened.project.objects) == [], "N makes no object any more"
    opened.bench.close_workspace()
    assert not dock.button.isVisible() and not dock.panel.isEnabled()


def test_where_nothing_is_flagged_n_goes_to_what_nobody_looked_at(opened) -> None:
    opened.mark(1, oid=1)
    opened.run("]")
    review = opened.bench.workspace.review
    opened.until(lambda: review.queue.pending == 0)
    assert review.queue.count == 0
    last = len(opened.session.source) - 1
    opened.keys("N")
    assert opened.session.playhead == last
    assert f"Nothing is flagged. Frame {last} is the farthest" in opened.status()
    opened.keys("V")  # found right, and confirmed
    opened.until(lambda: review.queue.pending == 0 and review.queue.spot().frame != last)
    opened.keys("N")
    assert 1 < opened.session.playhead < last - 1
    opened.keys("Y")
    assert "Nothing is flagged for review; the checks" in opened.status(), "there is no stretch"


def test_the_status_bar_brings_the_panel_to_the_front(tracked) -> None:
    QTest.mouseClick(tracked.window.review_dock.button, LEFT)
    assert in_front(tracked)


@pytest.mark.parametrize(
    ("summary", "left", "text"),
    [
        (RunSummary(frames={4}), 0, "Tracked 1 frame. " + NOTHING),
        (RunSummary(cancelled=True), 0, ""),
        (RunSummary(cancelled=True, frames={4, 5}), 3,
         "Cancelled after 2 frames, which stay. 3 to review: press N."),
        (RunSummary({2: {4, 5}, 1: set()}, frames={4, 5}), 2,
         "Tracked 2 frames. Object 2 was not found on 2 frames. 2 to review: press N."),
        (RunSummary({2: {4}, 1: {4}}, frames={4}), 2,
         "Tracked 1 frame. 2 objects were not found on some frames. 2 to review: press N."),
    ],
)  # fmt: skip
def test_what_is_said_of_a_run(summary, left, text) -> None:
    assert run_text(summary, left, "N", lambda oid: f"Object {oid}") == text
