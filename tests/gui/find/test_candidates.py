"""How candidates are drawn: off the window's thread, in the colours that they will have."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtGui import QTransform

from tests.gui.conftest import Hand
from tests.gui.find.conftest import ScriptedFinder
from tests.gui.find.test_find import find, finding_of
from vostool.gui.canvas.tools.items.candidate_picture import (
    CandidatesWish,
    Patches,
    Shape,
    paint_candidates,
    smallest_at,
)
from vostool.gui.canvas.tools.items.candidates import CandidatesItem

SQUARE = np.array([[10, 10], [50, 10], [50, 40], [10, 40]], np.float32)
HOLE = np.array([[20, 20], [30, 20], [30, 30], [20, 30]], np.float32)


def item_of(hand: Hand) -> CandidatesItem:
    (item,) = [i for i in hand.canvas.scene().items() if isinstance(i, CandidatesItem)]
    return item


def wish(*shapes: Shape, scale: float = 1.0, hovered: int | None = None) -> CandidatesWish:
    return CandidatesWish(1, shapes, hovered, QTransform.fromScale(scale, scale), 80, 60)


def test_a_hole_is_open_and_the_smaller_one_is_under_the_mouse() -> None:
    whole = Shape(0, (SQUARE, HOLE), 1100, "", (255, 0, 0))
    small = Shape(1, (np.array([[40, 30], [48, 30], [48, 38], [40, 38]], np.float32),), 64, "",
                  (0, 255, 0))  # fmt: skip
    assert smallest_at([whole, small], 15, 15) is whole
    assert smallest_at([whole, small], 25, 25) is None
    assert smallest_at([whole, small], 44, 34) is small
    assert smallest_at([whole, small], 70, 50) is None
    pixels = paint_candidates(wish(whole))
    assert pixels[25, 25, 3] == 0
    assert pixels[35, 35].tolist() == [60, 0, 0, 60]  # its colour times alpha
    assert pixels[10, 30].tolist() == [255, 0, 0, 255]  # the line itself


@pytest.mark.parametrize("scale", [0.01, 1.0, 100.0])
def test_any_zoom_is_painted_on_the_screen_alone(scale: float) -> None:
    pixels = paint_candidates(wish(Shape(0, (SQUARE,), 1200, "", (9, 9, 9)), scale=scale))
    assert pixels.shape == (60, 80, 4)
    assert (pixels[..., :3].max(2) <= pixels[..., 3]).all()


def test_what_is_left_out_is_dashed_and_not_filled() -> None:
    pixels = paint_candidates(wish(Shape(0, (SQUARE,), 1200, "", (255, 0, 0), left_out=True)))
    assert pixels[25, 40, 3] == 0
    line = pixels[10, 12:49, 0]
    assert (line > 150).any() and (line < 50).any()


def test_what_was_painted_before_gives_the_same_picture_whatever_else_is_shown() -> None:
    """A slider moves: fewer shapes, one left out, one under the mouse, another zoom, and back."""
    rng = np.random.default_rng(1)
    shapes = []
    for index in range(12):
        corner = rng.uniform(0, 50, 2).astype(np.float32)
        colour = tuple(int(part) for part in rng.integers(0, 255, 3))
        shapes.append(Shape(index, (SQUARE * 0.5 + corner, HOLE * 0.5 + corner), 9, "", colour))
    out = replace(shapes[3], left_out=True)
    known = Patches()
    for asked in (
        wish(*shapes), wish(*shapes[::2]), wish(*shapes[:3], out, *shapes[4:]),
        wish(*shapes, hovered=5),
        wish(*shapes, scale=2.5), wish(*shapes[6:]), wish(*shapes),
    ):  # fmt: skip
        assert (paint_candidates(asked, known) == paint_candidates(asked)).all()


def test_what_was_painted_is_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Patches, "MOST", 20_000)
    known = Patches()
    for number in range(20):
        paint_candidates(wish(Shape(0, (SQUARE + number,), 1, "", (9, 9, 9))), known)
    assert known._bytes <= 20_000 and len(known._known) < 5


def test_the_picture_comes_from_a_thread_and_shows_the_objects_colours(
    opened: Hand, finder: ScriptedFinder
) -> None:
    opened.mark(3, 1)  # the next object's colour is not the first one's
    find(opened)
    item = item_of(opened)
    opened.until(lambda: item.picture is not None)
    shown = {shape.index: shape.colour for shape in item.shapes if not shape.left_out}
    by_mask = {finding_of(opened).on(0).candidates[i].mask: c for i, c in shown.items()}
    opened.keys("Return")
    assert len(shown) == 2
    for oid in (2, 3):
        assert opened.project.objects[oid].colour == by_mask[opened.mask(0, oid).mask]


def test_colours_stay_while_one_is_left_out(opened: Hand, finder: ScriptedFinder) -> None:
    find(opened)
    item = item_of(opened)
    before = {shape.index: shape.colour for shape in item.shapes}
    assert len(set(before.values())) == 3
    opened.click_object(1)
    assert {shape.index: shape.colour for shape in item.shapes} == before
    kept = [before[i] for i in finding_of(opened).wanted(0)]
    opened.keys("Return")
    assert [each.colour for each in opened.project.objects.values()] == kept


def test_a_hundred_rough_outlines_hold_the_window_up_no_more_than_a_moment(
    opened: Hand, finder: ScriptedFinder
) -> None:
    """What the window's thread does itself for them, as the time of its own processor."""
    find(opened)
    item = item_of(opened)
    rng = np.random.default_rng(0)
    at = np.linspace(0, 2 * np.pi, 300)
    shapes = []
    for index in range(100):
        reach = rng.uniform(5, 20) * (1 + 0.2 * rng.standard_normal(300))
        x, y = rng.uniform(20, 220), rng.uniform(20, 116)
        ring = np.stack([x + reach * np.cos(at), y + reach * np.sin(at)], 1).astype(np.float32)
        shapes.append(Shape(index, (ring,), index, f"0.{index}", (230, 159, 0)))
    opened.until(lambda: item.picture is not None)
    item.put(shapes, 0, 240, 136)
    item.boundingRect()
    took = []
    for _ in range(5):
        start = time.thread_time()
        opened.canvas.viewport().grab()
        took.append(time.thread_time() - start)
    opened.until(lambda: len(item.picture.wish.shapes) == 100)
    assert min(took) < 0.04, took
