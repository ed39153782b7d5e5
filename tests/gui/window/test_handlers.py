"""What the actions do where nothing is open: one guard for all of them."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QDialog

from vostool.gui.actions.spec import Needs
from vostool.gui.window.action_table import action_table
from vostool.gui.window.handlers.guard import WhenOpen
from vostool.gui.window.handlers.table import make_handlers


@pytest.fixture
def handlers(program):
    return make_handlers(program.bench, program.tour, program.batches, program.trainings)


def test_what_needs_a_video_does_nothing_without_one(hand, handlers) -> None:
    before = hand.status()
    for spec in action_table():
        if spec.needs is not Needs.NOTHING:
            assert not hand.window.actions_by_id[spec.id].isEnabled(), spec.id
            handlers[spec.id]()
    assert hand.bench.workspace is None and hand.status() == before
    assert not [d for d in hand.window.findChildren(QDialog) if d.isVisible()]


def test_nor_once_it_is_closed(opened, handlers) -> None:
    opened.mark(1, oid=1)
    opened.bench.close_workspace()
    for spec in action_table():
        if spec.needs is not Needs.NOTHING:
            handlers[spec.id]()
    assert opened.bench.workspace is None
    assert not [d for d in opened.window.findChildren(QDialog) if d.isVisible()]


def test_the_guard_acts_on_a_part_of_what_is_open_now(opened) -> None:
    seen: list[object] = []
    when_open = WhenOpen(opened.bench)
    whole = when_open(seen.append)
    session = when_open.part(lambda workspace: workspace.session)(seen.append)
    whole()
    session()
    assert seen == [opened.bench.workspace, opened.session]
    opened.bench.close_workspace()
    whole()
    session()
    assert len(seen) == 2
