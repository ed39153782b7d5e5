"""Masks are changed in a thread: what is done meanwhile, and what undo and redo make of it."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from vostool.errors import PromptError
from vostool.gui.session.mask_editor import MaskEditor, Place
from vostool.masks.draw import erase, paint
from vostool.masks.mask import Mask, Provenance


class Held:
    """A change that waits until the test lets it go on."""

    def __init__(self, x: float) -> None:
        self.x, self.go = x, threading.Event()
        self.done = 0

    def __call__(self, mask: Mask) -> Mask:
        assert self.go.wait(10)
        self.done += 1
        return paint(mask, [(self.x, 60)], 10)


@pytest.fixture
def editor(opened) -> MaskEditor:
    return opened.bench.workspace.mask_editor


def has(opened, x: int, frame: int = 0, oid: int = 1) -> bool:
    record = opened.mask(frame, oid)
    return record is not None and bool(record.mask.to_array()[60, x])


def test_the_window_answers_while_a_mask_is_changed(opened, editor) -> None:
    change = Held(50)
    editor.edit("Slow", change)
    opened.keys("Right")
    opened.until_shown(1)
    assert editor.is_busy and not has(opened, 50)
    change.go.set()
    opened.until(lambda: has(opened, 50))
    assert opened.project.masks.frames() == [0], "the frame it was asked for"
    assert opened.session.document.history.undo_title == "Slow"


def test_changes_are_made_in_their_order_each_on_the_one_before(opened, editor) -> None:
    first, second = Held(50), Held(100)
    editor.edit("First", first)
    editor.edit("Second", second)
    editor.edit("Third", lambda mask: erase(mask, [(50, 60)], 30))
    second.go.set()
    first.go.set()
    opened.until(lambda: not editor.is_busy)
    assert has(opened, 100) and not has(opened, 50)
    opened.keys("Ctrl+Z")
    assert has(opened, 100) and has(opened, 50)
    opened.keys("Ctrl+Z")
    assert not has(opened, 100) and has(opened, 50)


def test_what_is_undone_before_it_is_there_comes_with_redo(opened, editor) -> None:
    change = Held(50)
    editor.edit("Slow", change)
    assert opened.window.actions_by_id["undo"].text() == "Undo slow"
    opened.keys("Ctrl+Z")
    assert opened.content() == {}
    change.go.set()
    opened.until(lambda: not editor.is_busy)
    assert opened.content() == {} and change.done == 1
    opened.keys("Ctrl+Y")
    opened.until(lambda: has(opened, 50))
    assert change.done == 2
    opened.keys("Ctrl+Z")
    assert opened.content() == {}


def test_what_was_done_in_between_stays_below_it(opened, editor) -> None:
    opened.session.add_object()
    editor.edit("Before", lambda mask: paint(mask, [(150, 60)], 10))
    opened.until(lambda: has(opened, 150))
    change = Held(50)
    editor.edit("Slow", change)
    opened.keys("V")
    assert opened.mask(0, 1).confirmed
    change.go.set()
    opened.until(lambda: has(opened, 50))
    assert opened.session.document.history.undo_title == "Slow"
    record, prompts = opened.mask(0, 1), opened.project.prompts[0, 1]
    assert record.provenance is Provenance.EDITED and prompts.mask == record.mask
    opened.keys("Ctrl+Z")
    assert opened.mask(0, 1).confirmed and not has(opened, 50)


def test_an_object_that_goes_meanwhile_is_said(opened, editor) -> None:
    change = Held(50)
    editor.edit("Slow", change)
    opened.keys("Ctrl+Delete")
    change.go.set()
    opened.until(lambda: "Object 1 was deleted meanwhile" in opened.status())
    assert not opened.project.objects


def test_failures_are_one_sentence_and_change_nothing(opened, editor) -> None:
    opened.session.add_object()
    before, title = opened.content(), opened.session.document.history.undo_title

    def refuse(mask: Mask) -> Mask:
        raise PromptError("That makes no sense; do something else.")

    def fail(mask: Mask) -> Mask:
        raise ValueError("out of paint")

    for change, said in ((refuse, "That makes no sense"), (fail, "out of paint")):
        told: list[bool] = []
        editor.edit("Bad", change, then=told.append)
        opened.until(lambda said=said: said in opened.status())
        assert told == [False] and opened.content() == before
        assert opened.session.document.history.undo_title == title


def test_closing_waits_for_what_was_asked(opened, editor) -> None:
    project, change = opened.project, Held(50)
    editor.edit("Slow", change, on=Place(3, None))
    change.go.set()
    opened.bench.close_workspace()
    assert project.masks.get(3, 1).mask.to_array()[60, 50]


def test_click_answers_that_the_stroke_overtook_are_not_waited_for(opened, editor, engine) -> None:
    engine.clicks.clear()
    opened.click_object(1)
    opened.until(lambda: opened.window.status.busy_label.text() != "")
    editor.edit("Brush", lambda mask: paint(mask, [(50, 60)], 10))
    opened.until(lambda: opened.window.status.busy_label.text() == "")
    engine.clicks.set()
    assert has(opened, 50)
    assert np.isclose(opened.mask(0, 1).mask.area, paint(Mask.empty(136, 240), [(50, 60)], 10).area)
