"""The one table of actions, and every key of it pressed."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog, QMenu, QMessageBox

from vostool.gui.actions.menus.arrangement import MOST
from vostool.gui.actions.mouse import MOUSE
from vostool.gui.actions.qt_actions import connect_actions
from vostool.gui.actions.shortcuts_page import shortcuts_html
from vostool.gui.canvas.tools.registry import TOOLS
from vostool.gui.window.action_table import action_table
from vostool.gui.window.handlers.table import make_handlers

ACTIONS = action_table()
KEYS = {spec.id: spec.shortcuts for spec in ACTIONS}


def test_shortcuts_are_unique_and_understood() -> None:
    sequences = [QKeySequence(key).toString() for keys in KEYS.values() for key in keys]
    assert "" not in sequences
    assert [key for key, times in Counter(sequences).items() if times > 1] == []
    assert [i for i, times in Counter(spec.id for spec in ACTIONS).items() if times > 1] == []


def test_every_action_has_a_handler_and_no_handler_is_left_over(program) -> None:
    handlers = make_handlers(program.bench, program.tour, program.batches, program.trainings)
    assert set(handlers) == set(KEYS)
    handlers.pop("undo")
    with pytest.raises(ValueError, match="undo"):
        connect_actions(program.bench.window.actions_by_id, handlers)


def test_every_action_is_in_a_menu(bench) -> None:
    found = {action.objectName() for menu in menus_of(bench) for action in menu.actions()}
    hidden = {spec.id for spec in ACTIONS if spec.id.startswith("object_")}
    assert set(KEYS) - hidden <= found


def menus_of(bench) -> list[QMenu]:
    """The menus of the bar and those inside them."""
    found = [action.menu() for action in bench.window.menuBar().actions()]
    for menu in found:
        found += [action.menu() for action in menu.actions() if action.menu() is not None]
    return found


def test_menus_are_short_and_in_groups(bench) -> None:
    for menu in menus_of(bench):
        items = menu.actions()
        lines = [at for at, item in enumerate(items) if item.isSeparator()]
        assert len(items) - len(lines) <= MOST, menu.title()
        assert all(b - a <= 7 for a, b in itertools.pairwise([-1, *lines, len(items)])), (
            menu.title()
        )
        assert not {0, len(items) - 1} & set(lines), menu.title()


def test_no_action_stands_twice(bench) -> None:
    ids = [a.objectName() for menu in menus_of(bench) for a in menu.actions() if a.objectName()]
    assert len(ids) == len(set(ids))


def test_what_is_chosen_has_a_round_mark(bench) -> None:
    marked = {menu.title().replace("&", ""): [a.text() for a in menu.actions() if a.isChecked()
              and a.actionGroup() is not None] for menu in menus_of(bench)
              if not menu.aboutToShow.emit()}  # fmt: skip
    assert marked["Theme"] == ["System"]
    assert marked["Style of masks"] == ["Fill"]
    chosen = ["Runs take all objects", "Runs remember the last frames"]
    assert marked["How runs go"] == chosen


def test_help_lists_the_whole_table(hand) -> None:
    hand.keys("Shift+F1")
    hand.until(lambda: _dialog(hand, "Keyboard and mouse"))
    page = shortcuts_html(ACTIONS, KEYS)
    for spec in ACTIONS:
        assert all(f"{key}" in page for key in spec.shortcuts)
        if spec.shortcuts:
            assert spec.text.rstrip("…") in page
    for gesture, meaning in MOUSE:
        assert gesture in page and meaning in page
    _dialog(hand, "Keyboard and mouse").close()


def _dialog(hand, title: str) -> QDialog | None:
    found = [
        d for d in hand.window.findChildren(QDialog) if d.isVisible() and d.windowTitle() == title
    ]
    return found[0] if found else None


GOING = {
    "next": (10, 11), "previous": (10, 9), "next_10": (10, 20), "previous_10": (12, 2),
    "first": (10, 0), "last": (10, 23), "next_prompted": (10, 15), "previous_prompted": (10, 5),
}  # fmt: skip


@pytest.mark.parametrize(
    ("action", "key"), [(action, key) for action in GOING for key in KEYS[action]]
)
def test_keys_that_go(opened, action: str, key: str) -> None:
    for frame in (5, 15):
        opened.go_to(frame)
        opened.mark(1, oid=1)
    start, end = GOING[action]
    opened.go_to(start)
    opened.keys(key)
    assert opened.session.playhead == end
    opened.until_shown(end)
    assert opened.window.transport.frame.value() == end
    assert opened.window.timeline.playhead == end


@pytest.mark.parametrize("key", ["Left", "Home", "Shift+Left", "PgUp"])
def test_the_beginning_is_the_beginning(opened, key: str) -> None:
    opened.keys(key)
    assert opened.session.playhead == 0


@pytest.mark.parametrize("key", ["Right", "End", "Shift+Right", "PgDown"])
def test_the_end_is_the_end(opened, key: str) -> None:
    opened.go_to(23)
    opened.keys(key)
    assert opened.session.playhead == 23


def test_space_plays_and_pauses(opened) -> None:
    opened.keys("Space")
    assert opened.bench.workspace.player.is_playing
    opened.keys("Space")
    assert not opened.bench.workspace.player.is_playing


def test_tools(opened) -> None:
    for key, tool in (("R", "box"), ("H", "hand"), ("Q", "point")):
        opened.keys(key)
        assert opened.canvas.tool is TOOLS[tool]
        checked = [n for n in ("point", "box", "hand")
                   if opened.window.actions_by_id[n].isChecked()]  # fmt: skip
        assert checked == [tool]


def test_digits_select_objects(opened) -> None:
    for _ in range(10):
        opened.keys("Shift+N")
    for digit in range(1, 10):
        opened.keys(str(digit))
        assert opened.session.current_object == digit
        selected = opened.window.objects.table.selectionModel().selectedRows()
        assert [index.row() for index in selected] == [digit - 1]
    opened.keys("3")
    opened.keys("Ctrl+Delete")
    opened.keys("3")
    assert opened.session.current_object == 4, "the third row"


def test_a_digit_without_an_object_changes_nothing(opened) -> None:
    opened.keys("Shift+N")
    opened.keys("5")
    assert opened.session.current_object == 1


def test_object_keys(opened) -> None:
    opened.keys("Shift+N")
    opened.keys("Shift+N")
    assert list(opened.project.objects) == [1, 2]
    opened.keys("F")
    assert opened.session.current_object is None
    assert not opened.window.actions_by_id["delete_object"].isEnabled()
    opened.keys("1")
    opened.keys("Ctrl+Delete")
    assert list(opened.project.objects) == [2]
    assert opened.session.current_object == 2


def test_delete_takes_the_mask_of_this_frame(opened) -> None:
    opened.mark(1, oid=1)
    opened.run("]")
    opened.go_to(4)
    opened.keys("Delete")
    assert opened.project.masks.frames(1) == [f for f in range(24) if f != 4]
    opened.keys("Ctrl+Z")
    assert opened.mask(4, 1) is not None


def test_confirm_and_take_back(opened) -> None:
    opened.mark(1, oid=1)
    opened.keys("V")
    assert opened.mask(0, 1).confirmed
    opened.keys("V")
    assert not opened.mask(0, 1).confirmed


def test_every_key_is_wired_to_its_action(opened, monkeypatch) -> None:
    """Whatever an action does, its keys trigger it and nothing else."""
    seen: list[str] = []
    for name, action in opened.window.actions_by_id.items():
        action.triggered.disconnect()
        action.setEnabled(True)
        action.triggered.connect(lambda _=False, name=name: seen.append(name))
    for name, keys in KEYS.items():
        for key in keys:
            seen.clear()
            opened.keys(key)
            assert seen == [name], key


def test_keys_work_while_the_object_list_has_the_focus(opened) -> None:
    opened.keys("Shift+N")
    table = opened.window.objects.table
    table.setFocus()
    assert QApplication.focusWidget() is table
    for key, frame in (("Right", 1), ("End", 23), ("Home", 0), ("D", 1), ("Left", 0)):
        opened.keys(key)
        assert opened.session.playhead == frame, key
    opened.keys("Space")
    assert opened.bench.workspace.player.is_playing
    opened.keys("Space")


def test_typing_a_label_does_not_trigger_keys(opened) -> None:
    opened.keys("Shift+N")
    opened.keys("Shift+N")
    table = opened.window.objects.table
    table.setFocus()
    table.setCurrentIndex(opened.window.objects.model.index(1, 3))
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert editor is not table
    QTest.keyClicks(editor, "1 car n")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    opened.until(lambda: opened.project.objects[2].label == "1 car n", 2000)
    assert list(opened.project.objects) == [1, 2]
    assert opened.session.current_object == 2
    assert not opened.bench.workspace.player.is_playing


def test_a_frame_number_can_be_typed(opened) -> None:
    opened.keys("Shift+N")
    box = opened.window.transport.frame
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "17")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert opened.session.playhead == 17
    assert opened.session.current_object == 1
    assert QApplication.focusWidget() is not box
    opened.keys("Right")
    assert opened.session.playhead == 18


def test_about_and_quit(hand) -> None:
    hand.window.actions_by_id["about"].trigger()
    hand.until(lambda: [b for b in hand.window.findChildren(QMessageBox) if b.isVisible()])
    assert "GPL" in hand.problem()
    hand.keys("Ctrl+Q")
    hand.until(lambda: not hand.window.isVisible())
    hand.until(hand.bench.worker.isFinished)
