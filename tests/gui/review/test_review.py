"""The review queue in the window: going through it, settling places, filters, counts, marks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vostool.gui.timeline.states import FrameState
from vostool.gui.window.review_view import run_text
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import SegmentReply
from vostool.project import edits
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


def left(hand) -> set[int]:
    return {item.frame for item in hand.review.queue.items()}


def in_front(hand) -> bool:
    """The panel is seen; of docks in tabs Qt calls all visible."""
    return not hand.panel.visibleRegion().isEmpty()


def rows(hand) -> list[tuple[str, str, str]]:
    model = hand.panel.model
    hand.until(lambda: not hand.review._news.isActive())
    return [tuple(model.index(r, c).data() for c in range(3)) for r in range(model.rowCount())]


def test_the_run_says_what_is_left_and_the_key_for_it(tracked) -> None:
    count = tracked.review.queue.count
    tracked.until(lambda: f"{count} to review: press N." in tracked.status())
    assert "Object 1 (object) was not found on 1 frame." in tracked.status()
    assert tracked.window.review_dock.windowTitle() == f"Review ({count})"
    assert tracked.window.review_dock.button.text() == f"{count} to review"
    assert tracked.panel.left.text() == f"{count} to review"
    assert {LOW, JUMP, GONE} <= left(tracked)


def test_n_and_p_go_through_all_places_from_the_worst_on(tracked) -> None:
    tracked.keys("F")
    places = [item.place for item in tracked.review.queue.items()]
    for frame, oid in places:
        tracked.keys("N")
        assert (tracked.session.playhead, tracked.session.current_object) == (frame, oid)
        tracked.until_shown(frame)
        row = tracked.panel.table.selectionModel().selectedRows()[0].row()
        assert tracked.panel.model.item_at(row).place == (frame, oid)
    tracked.keys("N")
    assert "last place to review" in tracked.status()
    assert tracked.session.playhead == places[-1][0], "where it was"
    tracked.keys("N")
    assert tracked.session.playhead == places[0][0], "again from the first"
    tracked.keys("N")
    tracked.keys("P")
    assert tracked.session.playhead == places[0][0]
    tracked.keys("P")
    assert "first place to review" in tracked.status()


def test_reasons_are_said_in_words_with_their_numbers(tracked) -> None:
    seen = {}
    for _ in tracked.review.queue.items():
        tracked.keys("N")
        seen[tracked.session.playhead] = tracked.panel.why.text()
    assert f"Frame {LOW}, object 1:\nThe model's score is low, 0.20." in seen[LOW]
    assert "The mask jumps by 90 pixels from the frame before." in seen[JUMP]
    assert f"The object is gone here, but frame {GONE - 1} has it." in seen[GONE]
    assert all(("low score" in why) == (frame == str(LOW)) for frame, _, why in rows(tracked))


def test_going_shows_the_panel(tracked) -> None:
    assert not in_front(tracked), "the list of objects is"
    tracked.keys("N")
    assert in_front(tracked)


def test_a_row_can_be_clicked(tracked) -> None:
    tracked.window.review_dock.reveal()
    tracked.until(lambda: in_front(tracked))
    table, model = tracked.panel.table, tracked.panel.model
    index = model.index(model.rowCount() - 1, 2)
    table.scrollTo(index)
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())
    assert tracked.session.playhead == model.item_at(index.row()).frame
    tracked.keys("Right")
    assert tracked.session.playhead == model.item_at(index.row()).frame + 1, "keys still work"


def test_confirm_settles_and_goes_on(tracked) -> None:
    tracked.keys("N")
    frame = tracked.session.playhead
    tracked.keys("Y")
    assert tracked.mask(frame, 1).confirmed
    assert tracked.session.playhead != frame, "on to the next"
    tracked.until(lambda: frame not in left(tracked))
    tracked.keys("Ctrl+Z")
    tracked.until(lambda: frame in left(tracked))
    assert not tracked.mask(frame, 1).confirmed


def test_confirming_the_frame_takes_all_its_objects(tracked) -> None:
    tracked.go_to(0)
    tracked.keys("F")
    tracked.mark(2, oid=2)
    tracked.run("]")
    tracked.keys("N")
    frame = tracked.session.playhead
    tracked.keys("Alt+Y")
    assert tracked.mask(frame, 1).confirmed and tracked.mask(frame, 2).confirmed


def test_dismiss_leaves_the_mask_as_it_is_and_is_undone(tracked) -> None:
    tracked.keys("N")
    frame = tracked.session.playhead
    record = tracked.mask(frame, 1)
    content = tracked.content()
    tracked.keys("Shift+Y")
    tracked.until(lambda: frame not in left(tracked))
    assert tracked.mask(frame, 1) is record
    assert tracked.session.playhead != frame
    tracked.keys("Ctrl+Z")
    tracked.until(lambda: frame in left(tracked))
    assert tracked.content() == content
    tracked.keys("Ctrl+Y")
    tracked.until(lambda: frame not in left(tracked))
    tracked.window.actions_by_id["review_bring_back"].trigger()
    tracked.until(lambda: frame in left(tracked))
    assert not any(parse_note(name) for name in tracked.project.settings)
    tracked.window.actions_by_id["review_bring_back"].trigger()
    assert "Nothing was dismissed" in tracked.status()


def test_a_place_leaves_the_queue_when_it_is_corrected(tracked) -> None:
    tracked.keys("N")
    frame = tracked.session.playhead
    tracked.until_shown(frame)
    tracked.click_object(1)
    tracked.until(lambda: tracked.mask(frame, 1).provenance is Provenance.PROMPTED)
    tracked.until(lambda: frame not in left(tracked))
    tracked.until(lambda: "settled" in tracked.panel.why.text())
    tracked.keys("N")
    assert tracked.session.playhead != frame


def test_settling_needs_the_place_to_be_shown(tracked) -> None:
    content = tracked.content()
    tracked.keys("Y")
    assert "Go to a place of the review queue first." in tracked.status()
    tracked.keys("N")
    tracked.keys("Right")
    tracked.keys("Shift+Y")
    assert tracked.content() == content


def test_filters_by_reason_and_object(tracked) -> None:
    bird = replace(tracked.project.objects[1], label="bird")
    tracked.session.do(edits.change_object(tracked.project, bird, "Rename"))
    tracked.window.review_dock.reveal()
    combo = tracked.panel.reasons
    combo.setCurrentIndex(combo.findData(Reason.LOW_SCORE))
    combo.activated.emit(combo.currentIndex())
    assert [(frame, obj) for frame, obj, _ in rows(tracked)] == [(str(LOW), "1 bird")]
    assert tracked.panel.left.text().startswith("1 of ")
    tracked.keys("N")
    assert tracked.session.playhead == LOW
    tracked.keys("N")
    assert "last place" in tracked.status()
    tracked.keys("N")
    tracked.keys("Y")
    assert tracked.session.playhead == LOW, "nothing else was asked for"
    tracked.until(lambda: tracked.review.queue.pending == 0)
    tracked.keys("N")
    assert "Nothing of what the filter shows is left" in tracked.status()
    combo.setCurrentIndex(0)
    combo.activated.emit(0)
    assert len(rows(tracked)) == tracked.review.queue.count > 0
    second = edits.add_object(tracked.project)[0]
    tracked.session.do(second)
    tracked.panel.objects.setCurrentIndex(2)
    tracked.panel.objects.activated.emit(2)
    assert rows(tracked) == []
    tracked.keys("Ctrl+Z")
    assert tracked.panel.objects.currentIndex() == 0, "the object has gone"
    assert len(rows(tracked)) == tracked.review.queue.count


def test_in_the_order_of_time(tracked) -> None:
    tracked.panel.order.setCurrentIndex(1)
    tracked.panel.order.activated.emit(1)
    frames = [int(frame) for frame, _, _ in rows(tracked)]
    assert frames == sorted(frames) and set(frames) == left(tracked)
    tracked.go_to(JUMP - 1)
    tracked.keys("N")
    assert tracked.session.playhead == JUMP
    tracked.keys("P")
    assert tracked.session.playhead == max(f for f in frames if f < JUMP)


def test_jumps_are_marked_on_the_timeline_until_they_are_settled(tracked) -> None:
    states = tracked.window.timeline.states
    tracked.until(lambda: states.row(1)[JUMP] & FrameState.JUMPED)
    assert not states.row(1)[LOW] & FrameState.JUMPED
    tracked.session.do(edits.confirm(tracked.project, JUMP, [1], True))
    tracked.until(lambda: not states.row(1)[JUMP] & FrameState.JUMPED)


def test_what_was_said_of_a_run_goes_with_the_run(tracked) -> None:
    notice = tracked.window.notice
    tracked.until(lambda: notice.isVisible() and "to review: press N" in notice.text.text())
    tracked.session.undo()
    tracked.until(lambda: not notice.isVisible())
    assert tracked.review.queue.count == 0


def test_an_empty_queue_says_so(opened) -> None:
    dock = opened.window.review_dock
    assert dock.button.text() == "Nothing to review" and dock.windowTitle() == "Review"
    opened.keys("N")
    assert "Nothing is left to review." in opened.status()
    assert list(opened.project.objects) == [], "N makes no object any more"
    opened.bench.close_workspace()
    assert not dock.button.isVisible() and not dock.panel.isEnabled()


def test_the_status_bar_brings_the_panel_to_the_front(tracked) -> None:
    QTest.mouseClick(tracked.window.review_dock.button, LEFT)
    assert in_front(tracked)


def test_many_places_are_listed_a_page_at_a_time(opened) -> None:
    opened.mark(1, oid=1)
    project = opened.project
    low = MaskRecord(opened.mask(0, 1).mask, Provenance.TRACKED, 0.1)
    for _ in range(20):
        opened.session.do(edits.add_object(project)[0])
    cells = [((f, o), low) for f in range(24) for o in range(2, 22)]
    opened.session.do(edits.set_masks(project, cells, "Masks"))
    queue, model = opened.bench.workspace.review.queue, opened.window.review_dock.panel.model
    opened.until(lambda: queue.count == 480 and queue.pending == 0)
    opened.until(lambda: [model.item_at(row) for row in range(200)] == queue.items(200))
    bar = opened.window.review_dock.panel.table.verticalScrollBar()
    opened.window.review_dock.reveal()
    opened.until(lambda: bar.maximum() > 0)

    def scrolled(rows: int) -> bool:
        bar.setValue(bar.maximum())
        return model.rowCount() == rows

    opened.until(lambda: scrolled(400))
    opened.until(lambda: scrolled(480))
    listed = [model.item_at(row) for row in range(480)]
    assert listed == queue.items()


@pytest.mark.parametrize(
    ("summary", "left", "text"),
    [
        (RunSummary(), 0, "Tracked to the end. Nothing is left to review."),
        (RunSummary(cancelled=True), 0, ""),
        (RunSummary(cancelled=True), 3, "Cancelled; what is done stays. 3 to review: press N."),
        (RunSummary({2: {4, 5}, 1: set()}), 2,
         "Tracked to the end. Object 2 was not found on 2 frames. 2 to review: press N."),
        (RunSummary({2: {4}, 1: {4}}), 2,
         "Tracked to the end. 2 objects were not found on some frames. 2 to review: press N."),
    ],
)  # fmt: skip
def test_what_is_said_of_a_run(summary, left, text) -> None:
    assert run_text(summary, left, "N", lambda oid: f"Object {oid}") == text
