"""Steps of many cells are built in a thread and applied in parts; nobody can tell by the result."""

from __future__ import annotations

import weakref

import pytest

from vostool.gui.session import document, edit_builder
from vostool.gui.threads import collector
from vostool.project import edits, object_edits, range_edits


@pytest.fixture
def two(opened, monkeypatch):
    """Two tracked objects, 48 masks, in a window to which more than 3 cells are many."""
    opened.mark(1, oid=1)
    opened.keys("F")
    opened.mark(2, oid=2)
    opened.run("]")
    monkeypatch.setattr(document, "LARGE", 3)
    monkeypatch.setattr(document, "PART", 2)
    monkeypatch.setattr(document, "SECONDS_A_TURN", 0.0)
    monkeypatch.setattr(edit_builder, "MANY", 3)
    return opened


def choose(hand, first: int, last: int) -> None:
    hand.bench.workspace.selection.select(first, last)


def without(hand, first: int, last: int) -> dict:
    """What there would be without masks on these frames."""
    copy = hand.project.snapshot()
    copy.apply(range_edits.delete_range(copy, first, last))
    return {cell: copy.value(cell) for cell in copy.cells()}


def test_a_range_is_deleted_undone_and_redone_in_parts(two) -> None:
    before, after = two.content(), without(two, 3, 20)
    choose(two, 3, 20)
    for key, wanted in (("Ctrl+Shift+Delete", after), ("Ctrl+Z", before), ("Ctrl+Y", after)):
        two.keys(key)
        assert two.content() not in (before, after) or key == "Ctrl+Shift+Delete", "not at once"
        two.until(lambda wanted=wanted: two.content() == wanted)
    assert two.window.actions_by_id["undo"].isEnabled()


def test_what_comes_next_finds_the_step_done(two) -> None:
    before = two.content()
    choose(two, 3, 20)
    two.keys("Ctrl+Shift+Delete")
    two.until(lambda: two.content() != before)
    two.keys("Ctrl+Z")
    two.keys("Ctrl+Z")  # the first is not at its end yet; this takes the run back
    two.until(lambda: len(two.project.masks) == 2)
    two.keys("Ctrl+Y")
    two.keys("Ctrl+Y")
    two.until(lambda: len(two.project.masks) == 12)
    two.keys("V")
    two.keys("Ctrl+Z")
    two.keys("Ctrl+Z")
    two.until(lambda: two.content() == before)


def test_an_edit_that_is_overtaken_is_built_again(two) -> None:
    choose(two, 3, 20)
    two.keys("Ctrl+Shift+Delete")
    two.session.do(edits.delete_masks(two.project, [1], 5, 5))
    wanted = without(two, 3, 20)
    two.until(lambda: two.content() == wanted)
    two.keys("Ctrl+Z")
    two.until(lambda: (5, 2) in {(f, o) for f, o, _ in two.project.masks.items()})
    assert two.mask(5, 1) is None, "that was a step of its own"


def test_closing_waits_for_what_was_asked_for(two, video) -> None:
    wanted = without(two, 3, 20)
    choose(two, 3, 20)
    two.keys("Ctrl+Shift+Delete")
    two.open(video)
    assert two.content() == wanted


def test_undoing_a_deleted_object_asks_nothing_that_is_answered(two) -> None:
    before = two.content()
    two.session.select(2)
    two.keys("Ctrl+Delete")
    two.until(lambda: set(two.project.objects) == {1} and not two.project.masks.row(2))
    two.keys("Ctrl+Z")
    two.until(lambda: two.content() == before)
    assert not two.session.clicks.waiting


def test_a_closed_video_leaves_nothing_behind(opened, video) -> None:
    opened.mark(1, oid=1)
    opened.run("]")
    workspace = opened.bench.workspace
    left = [weakref.ref(workspace), weakref.ref(workspace.document.project)]
    cache = workspace.display.loader._cache
    assert cache.indices()
    del workspace
    opened.open(video)
    assert not cache.indices()
    collector.forget_closed()
    assert [ref() for ref in left] == [None, None]


def test_an_object_is_split_in_parts_and_the_new_one_is_current(two) -> None:
    before = two.content()
    two.session.select(1)
    two.go_to(10)
    two.keys("Ctrl+Alt+S")
    copy = two.project.snapshot()
    edit, new = object_edits.split_object(copy, 1, 10)
    copy.apply(edit)
    wanted = {cell: copy.value(cell) for cell in copy.cells()}
    two.until(lambda: two.content() == wanted)
    assert two.session.current_object == new
    two.keys("Ctrl+Z")
    two.until(lambda: two.content() == before)
    assert two.session.current_object in two.project.objects
