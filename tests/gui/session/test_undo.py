"""Undo and redo of everything, also while an answer or a run is still under way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtCore import Qt

RIGHT = Qt.MouseButton.RightButton


def test_a_click_with_its_mask_and_its_object_is_one_step(opened) -> None:
    empty = opened.content()
    opened.mark(1, oid=1)
    marked = opened.content()
    opened.keys("Ctrl+Z")
    assert opened.content() == empty
    assert not opened.window.actions_by_id["undo"].isEnabled()
    opened.keys("Ctrl+Shift+Z")
    assert opened.content() == marked
    assert not opened.window.actions_by_id["redo"].isEnabled()


def _rename(hand) -> None:
    model = hand.window.objects.model
    model.setData(model.index(0, 3), "bird")


ACTS: dict[str, Callable] = {
    "negative point": lambda h: h.click(h.middle(1)[0] + 8, h.middle(1)[1], RIGHT),
    "box": lambda h: h.drag((5, 50), (60, 100)),
    "clear": lambda h: h.keys("C"),
    "delete mask": lambda h: h.keys("Delete"),
    "confirm": lambda h: h.keys("V"),
    "new object": lambda h: h.keys("Shift+N"),
    "delete object": lambda h: h.keys("Ctrl+Delete"),
    "rename": _rename,
    "track": lambda h: h.run("]"),
    "second object": lambda h: (h.keys("F"), h.mark(2, oid=2)),
}


@pytest.mark.parametrize("name", ACTS)
def test_undo_and_redo_of(opened, name: str) -> None:
    opened.mark(1, oid=1)
    before = opened.content()
    ACTS[name](opened)
    opened.until(lambda: not opened.session.clicks.waiting)
    after = opened.content()
    assert after != before
    opened.keys("Ctrl+Z")
    assert opened.content() == before
    opened.keys("Ctrl+Y")
    assert opened.content() == after
    opened.keys("Ctrl+Z")
    opened.keys("Ctrl+Z")
    assert opened.content() == {}


def test_a_long_program_goes_back_to_every_earlier_state(opened) -> None:
    states = [opened.content()]
    opened.mark(1, oid=1)
    states.append(opened.content())
    for name in ("second object", "track", "confirm", "clear", "new object", "delete object"):
        ACTS[name](opened)
        opened.until(lambda: not opened.session.clicks.waiting)
        states.append(opened.content())
    for state in reversed(states[:-1]):
        opened.keys("Ctrl+Z")
        assert opened.content() == state
    for state in states[1:]:
        opened.keys("Ctrl+Y")
        assert opened.content() == state


def test_undo_before_the_answer_came_drops_the_answer(opened, engine) -> None:
    engine.clicks.clear()
    opened.click_object(1)
    opened.until(lambda: engine.log)
    opened.keys("Ctrl+Z")
    assert opened.content() == {}
    with opened.qtbot.waitSignal(opened.bench.worker.answered):
        engine.clicks.set()
    assert opened.content() == {}


def test_redo_of_a_click_that_was_never_answered_asks_again(opened, engine) -> None:
    engine.clicks.clear()
    opened.click_object(1)
    opened.until(lambda: engine.log)
    opened.keys("Ctrl+Z")
    opened.keys("Ctrl+Y")
    assert (0, 1) in opened.project.prompts
    engine.clicks.set()
    opened.until(lambda: opened.mask(0, 1) is not None)
    opened.keys("Ctrl+Z")
    assert opened.content() == {}


def test_undo_of_the_second_of_two_unanswered_clicks(opened, engine) -> None:
    engine.clicks.clear()
    opened.click_object(1)
    opened.until(lambda: engine.log)
    opened.click(opened.middle(1)[0] + 8, opened.middle(1)[1], RIGHT)
    opened.keys("Ctrl+Z")
    engine.clicks.set()
    opened.until(lambda: opened.mask(0, 1) is not None and not opened.session.clicks.waiting)
    assert opened.mask(0, 1).mask == opened.truth(0, 1)
    assert len(opened.project.prompts[0, 1].points) == 1


def test_undo_of_a_running_run_ends_it_and_takes_it_back(opened, engine) -> None:
    opened.mark(1, oid=1)
    before = opened.content()
    engine.hold_runs()
    opened.keys("]")
    engine.allow(4)
    opened.until(lambda: opened.mask(3, 1) is not None)
    with opened.qtbot.waitSignal(opened.session.run_ended):
        opened.keys("Ctrl+Z")
    assert opened.content() == before
    assert not opened.session.is_tracking


def test_the_menu_names_the_step(opened) -> None:
    opened.mark(1, oid=1)
    undo, redo = (opened.window.actions_by_id[name] for name in ("undo", "redo"))
    assert undo.text() == "Undo add positive point"
    opened.keys("Ctrl+Z")
    assert undo.text() == "Undo" and redo.text() == "Redo add positive point"
