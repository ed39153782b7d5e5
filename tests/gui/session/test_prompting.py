"""Clicks and boxes on the canvas become masks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt

from vostool.masks.box import Box
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import SegmentReply
from vostool.project import edits
from vostool.project.prompts import Point

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def test_a_click_finds_the_object_with_the_embedded_engine(hand, video: Path) -> None:
    hand.open(video)
    assert hand.bench.engine.current == "flow"
    assert hand.window.engine_bar.isVisible()
    hand.mark(3, oid=1)
    record = hand.mask(0, 1)
    assert record.provenance is Provenance.PROMPTED
    assert record.mask.iou(hand.truth(0, 3)) > 0.6
    assert 0 <= record.score <= 1


def test_a_box_finds_the_object_with_the_embedded_engine(hand, video: Path) -> None:
    hand.open(video)
    x, y, w, h = hand.truth(0, 2).bbox
    hand.keys("R")
    hand.drag((x - 1, y - 1), (x + w + 1, y + h + 1))
    hand.until(lambda: hand.mask(0, 1) is not None)
    assert hand.mask(0, 1).mask.iou(hand.truth(0, 2)) > 0.6


def test_the_click_lands_on_its_pixel(opened) -> None:
    x, y = opened.middle(1)
    opened.mark(1, oid=1)
    (point,) = opened.project.prompts[0, 1].points
    assert abs(point.x - x) < 0.5 and abs(point.y - y) < 0.5
    assert point.positive
    assert opened.mask(0, 1).mask == opened.truth(0, 1)


@pytest.mark.parametrize(("button", "modifiers"), [(RIGHT, NONE), (LEFT, CTRL), (LEFT, ALT)])
def test_negative_points(opened, button, modifiers) -> None:
    opened.mark(1, oid=1)
    x, y = opened.middle(1)
    opened.click(x + 8, y, button, modifiers)
    opened.until(lambda: opened.mask(0, 1).mask != opened.truth(0, 1))
    points = opened.project.prompts[0, 1].points
    assert [p.positive for p in points] == [True, False]
    assert list(opened.project.objects) == [1]


def test_a_negative_point_on_nothing_is_explained(opened) -> None:
    opened.click(20, 20, RIGHT)
    opened.until(lambda: "Begin with a click on the object" in opened.status())
    assert not opened.project.objects and not opened.project.prompts


def test_a_click_on_the_mark_of_an_earlier_click_counts(opened) -> None:
    opened.mark(1, oid=1)
    opened.click_object(1)
    assert len(opened.project.prompts[0, 1].points) == 2
    opened.keys("F")
    opened.click_object(1)
    assert list(opened.project.objects) == [1, 2]


@pytest.mark.parametrize("tool", ["Q", "R"])
def test_a_box_by_dragging_replaces_what_was_prompted(opened, tool: str) -> None:
    opened.mark(1, oid=1)
    opened.keys(tool)
    x, y, w, h = opened.truth(0, 1).bbox
    opened.drag((x + w, y + h), (x, y))
    opened.until(lambda: opened.project.prompts[0, 1].box is not None)
    prompts = opened.project.prompts[0, 1]
    assert prompts.points == ()
    box = prompts.box
    for got, want in zip((box.x0, box.y0, box.x1, box.y1), (x, y, x + w, y + h), strict=True):
        assert abs(got - want) < 1
    opened.until(lambda: opened.mask(0, 1).mask == opened.truth(0, 1))


def test_a_box_that_leaves_the_tracked_mask_as_it_is_says_so(opened) -> None:
    """And a box once more begins anew."""
    opened.mark(1, oid=1)
    tracked = MaskRecord(opened.truth(0, 1), Provenance.TRACKED, 0.9)
    opened.project.apply(edits.clear_prompts(opened.project, 0, 1))
    opened.project.apply(edits.set_masks(opened.project, [((0, 1), tracked)], "Track"))
    x, y, w, h = tracked.mask.bbox
    opened.keys("R")
    opened.drag((x, y), (x + w, y + h))
    opened.until(lambda: "fills this box and stays" in opened.status())
    assert opened.project.prompts[0, 1].base == tracked.mask
    opened.drag((x - 9, y - 9), (x + w + 9, y + h + 9))  # not by the corner of the first one
    opened.until(lambda: opened.project.prompts[0, 1].base is None)


def test_a_negative_click_that_leaves_nothing_of_a_tracked_mask_says_what_that_means(
    opened, engine, monkeypatch
) -> None:
    opened.mark(1, oid=1)
    tracked = MaskRecord(opened.truth(0, 1), Provenance.TRACKED, 0.9)
    opened.project.apply(edits.clear_prompts(opened.project, 0, 1))
    opened.project.apply(edits.set_masks(opened.project, [((0, 1), tracked)], "Track"))
    nothing = SegmentReply(Mask.empty(tracked.mask.height, tracked.mask.width), 0.9)
    monkeypatch.setattr(engine, "segment", lambda request: nothing)
    opened.click(*opened.middle(1, 0), RIGHT)
    opened.until(lambda: "absent on this frame" in opened.status())
    assert opened.mask(0, 1).mask.is_empty
    opened.keys("Ctrl+Z")
    assert opened.mask(0, 1) == tracked


def test_a_box_is_cut_to_the_frame(opened) -> None:
    opened.drag((120, 68), (260, 150))
    opened.until(lambda: (0, 1) in opened.project.prompts)
    box = opened.project.prompts[0, 1].box
    assert (box.x1, box.y1) == (240, 136)


def test_a_line_is_no_box(opened) -> None:
    opened.drag((50, 60), (100, 60))
    assert not opened.project.prompts


def test_prompts_outside_the_frame_do_nothing(opened) -> None:
    opened.keys("Ctrl+-")
    opened.keys("Ctrl+-")
    for x, y in ((-10, 60), (250, 60), (100, -10), (100, 146)):
        opened.click(x, y)
    opened.drag((-30, -30), (-10, -10))
    assert not opened.project.objects and not opened.project.prompts
    assert not opened.session.document.history.undo_title


def test_clear_takes_prompts_and_mask_of_this_frame(opened) -> None:
    opened.mark(1, oid=1)
    opened.keys("C")
    assert not opened.project.prompts
    assert opened.mask(0, 1) is None
    assert list(opened.project.objects) == [1]


@pytest.mark.parametrize("keys", ["F", "Return"])
def test_after_finish_the_next_click_makes_another_object(opened, keys: str) -> None:
    opened.mark(1, oid=1)
    opened.keys(keys)
    assert opened.session.current_object is None
    opened.mark(2, oid=2)
    assert opened.session.current_object == 2
    assert opened.mask(0, 1).mask == opened.truth(0, 1)
    assert opened.mask(0, 2).mask == opened.truth(0, 2)


def test_the_hand_moves_the_picture_and_prompts_nothing(opened) -> None:
    opened.keys("H")
    before = opened.canvas.view.viewRect()
    opened.drag((100, 60), (130, 80))
    after = opened.canvas.view.viewRect()
    assert after.size() == before.size()
    assert before.x() - after.x() == pytest.approx(30, abs=1)
    assert before.y() - after.y() == pytest.approx(20, abs=1)
    opened.click(100, 60)
    assert not opened.project.prompts


def test_the_busy_sign_comes_when_the_answer_is_late_and_goes_with_it(opened, engine) -> None:
    engine.clicks.clear()
    with opened.qtbot.waitSignal(opened.session.busy) as seen:
        opened.click_object(1)
        assert opened.window.status.busy_label.text() == ""
    assert seen.args == [True]
    assert "working" in opened.window.status.busy_label.text()
    engine.clicks.set()
    opened.until(lambda: opened.mask(0, 1) is not None)
    assert opened.window.status.busy_label.text() == ""


def test_the_busy_sign_goes_when_the_click_is_undone(opened, engine) -> None:
    engine.clicks.clear()
    opened.click_object(1)
    opened.until(lambda: opened.window.status.busy_label.text() != "")
    opened.keys("Ctrl+Z")
    opened.until(lambda: opened.window.status.busy_label.text() == "")
    engine.clicks.set()


def test_the_overlay_shows_the_mask(opened) -> None:
    opened.mark(1, oid=1)
    item = opened.canvas._overlay_item
    opened.until(lambda: item.image is not None)
    painted = item.image[..., 3] > 0
    assert (painted == opened.truth(0, 1).to_array()).all()
    opened.keys("M")
    opened.until(lambda: item.image is None)
    opened.keys("M")
    opened.until(lambda: item.image is not None)


def test_marks_of_the_clicks_are_drawn_on_their_frame_only(opened) -> None:
    opened.mark(1, oid=1)
    opened.until(lambda: len(opened.canvas._marks.data) == 1)
    opened.keys("Right")
    opened.until_shown(1)
    assert len(opened.canvas._marks.data) == 0


def test_a_click_while_the_frame_is_not_shown_yet_is_refused(opened, monkeypatch) -> None:
    monkeypatch.setattr(opened.bench.workspace.display, "shown_frame", 5)
    opened.click_object(1)
    assert not opened.project.prompts
    assert "still being read" in opened.status()


def test_the_values_of_a_prompt(opened) -> None:
    opened.session.prompt(opened_prompts := _prompts(), "Click")
    assert opened.project.prompts[0, 1] == opened_prompts
    opened.session.prompt(_prompts(x=500), "Click")
    assert "lies outside the 240x136 frame" in opened.status()
    assert opened.project.prompts[0, 1] == opened_prompts


def _prompts(x: float = 30):
    from vostool.project.prompts import Prompts

    return Prompts(points=(Point(x, 75),), box=Box(5, 5, 60, 100))


def test_a_click_whose_object_is_split_before_its_answer_gets_one(opened, engine) -> None:
    opened.mark(1, oid=1)
    opened.go_to(5)
    engine.clicks.clear()
    opened.click_object(1)
    opened.keys("Ctrl+Alt+S")
    assert opened.session.current_object == 2
    engine.clicks.set()
    opened.until(lambda: opened.mask(5, 2) is not None)
    assert opened.mask(5, 2).mask == opened.truth(5, 1)
    assert opened.mask(5, 1) is None
    content = opened.content()
    opened.keys("Ctrl+Z")
    opened.keys("Ctrl+Y")
    opened.until(lambda: not opened.session.clicks.waiting)
    assert opened.content() == content
