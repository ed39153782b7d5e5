"""The object list and what can be done with objects, with the real window."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog

from vostool.gui.objects.dialogs import LabelChoice, OtherObject
from vostool.gui.objects.model import LABEL, LOCKED, SHOWN
from vostool.gui.objects.name_dialog import NameDialog
from vostool.project.locks import locked_objects
from vostool.project.object_edits import Overlap

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def three(opened):
    """A ladybird (1), a fish (2) and a starfish (3), each marked on the first frame and tracked."""
    for truth, label in ((1, "ladybird"), (2, "fish"), (3, "sea star")):
        opened.session.select(None)
        opened.mark(truth, oid=truth)
        model = opened.window.objects.model
        model.setData(model.index(truth - 1, LABEL), label)
    opened.run("]")
    opened.session.select(1)
    return opened


def cell(hand, row: int, column: int = LABEL) -> QPoint:
    table = hand.window.objects.table
    return table.visualRect(hand.window.objects.model.index(row, column)).center()


def click(hand, row: int, column: int = LABEL, modifiers=NONE) -> None:
    QTest.mouseClick(hand.window.objects.table.viewport(), LEFT, modifiers, cell(hand, row, column))


def trigger(hand, name: str) -> None:
    action = hand.window.actions_by_id[name]
    assert action.isEnabled(), name
    action.trigger()


def dialog(hand, name: str, kind: type[QDialog] = OtherObject) -> QDialog:
    trigger(hand, name)
    (found,) = [each for each in hand.window.findChildren(kind) if each.isVisible()]
    return found


def agreed(hand, shown: QDialog) -> None:
    shown.accept()
    hand.window.activateWindow()
    hand.until(hand.window.isActiveWindow)


def frames(hand, oid: int) -> list[int]:
    return hand.project.masks.frames(oid)


def undone(hand, before: dict) -> None:
    """One key brings everything back, and the other one does it again."""
    after = hand.content()
    assert after != before
    hand.keys("Ctrl+Z")
    assert hand.content() == before
    hand.keys("Ctrl+Shift+Z")
    assert hand.content() == after


# -- the list ------------------------------------------------------------------------------------


def test_the_filter_hides_rows_and_keeps_keys_to_itself(three) -> None:
    objects = three.window.objects
    three.keys("Ctrl+F")
    assert QApplication.focusWidget() is objects.filter
    QTest.keyClicks(objects.filter, "s")
    hidden = [objects.table.isRowHidden(row) for row in range(3)]
    assert hidden == [True, False, False]
    QTest.keyClicks(objects.filter, "ea 3")
    assert [objects.table.isRowHidden(row) for row in range(3)] == [True, True, False]
    QTest.keyClick(objects.filter, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is objects.table
    assert len(three.project.objects) == 3 and three.session.current_object == 1
    three.keys("Ctrl+F")
    QTest.keyClick(objects.filter, Qt.Key.Key_Escape)
    assert not objects.filter.text() and not objects.table.isRowHidden(0)


def test_the_filter_finds_attributes(three) -> None:
    from vostool.project.value_edits import set_attribute

    three.session.do(set_attribute(three.project, [2], "colour", "blue"))
    three.window.objects.filter.setText("blue")
    assert [three.window.objects.table.isRowHidden(row) for row in range(3)] == [True, False, True]


def test_arrow_keys_select(three) -> None:
    click(three, 0)
    QTest.keyClick(three.window.objects.table, Qt.Key.Key_Down)
    assert three.session.current_object == 2


def test_several_rows_are_hidden_and_locked_at_once(three) -> None:
    click(three, 0)
    click(three, 2, modifiers=CONTROL)
    assert three.session.current_object == 3
    assert three.window.objects.chosen_ids() == [1, 3]
    before = three.content()
    click(three, 0, SHOWN)
    assert [known.visible for known in three.project.objects.values()] == [False, True, False]
    assert three.session.current_object == 3, "a switch selects nothing"
    undone(three, before)
    click(three, 2, LOCKED)
    assert locked_objects(three.project) == {1, 3}
    click(three, 1, LOCKED)
    assert locked_objects(three.project) == {1, 2, 3}, "a row that is not chosen goes alone"
    assert three.window.objects.chosen_ids() == [1, 3]


def test_keys_hide_and_lock(three) -> None:
    three.keys("Shift+H")
    assert not three.project.objects[1].visible
    three.keys("Shift+H")
    assert three.project.objects[1].visible
    three.keys("Alt+K")
    assert locked_objects(three.project) == {1}
    three.keys("Alt+K")
    assert not locked_objects(three.project)


def test_deleting_several_asks_nothing_and_one_key_brings_them_back(three) -> None:
    click(three, 0)
    click(three, 1, modifiers=CONTROL)
    before = three.content()
    QTest.mouseClick(three.window.objects.delete_button, LEFT)
    assert list(three.project.objects) == [3] and three.session.current_object == 3
    assert not [d for d in three.window.findChildren(QDialog) if d.isVisible()]
    undone(three, before)


def test_solo_shows_whichever_is_selected(three) -> None:
    overlay = three.canvas._overlay_item

    def painted() -> set[tuple[int, ...]]:
        image = overlay.image
        return set() if image is None else {tuple(p) for p in image[..., :3][image[..., 3] > 0]}

    colours = {oid: known.colour for oid, known in three.project.objects.items()}
    three.until(lambda: set(colours.values()) <= painted())
    three.keys("Alt+S")
    three.until(lambda: colours[1] in painted() and colours[2] not in painted())
    three.keys("2")
    three.until(lambda: colours[2] in painted() and colours[1] not in painted())
    assert all(known.visible for known in three.project.objects.values())
    QTest.mouseClick(three.window.objects.solo_button, LEFT)
    three.until(lambda: set(colours.values()) <= painted())


def test_the_menu_lists_what_can_be_done(three) -> None:
    shown = {action.objectName() for action in three.window.objects.menu.actions()}
    assert {"merge_objects", "split_object", "swap_objects", "lock", "solo", "renumber"} <= shown


# -- locks ---------------------------------------------------------------------------------------


def test_a_locked_object_refuses_tools_with_one_sentence(three) -> None:
    three.keys("Alt+K")
    before = three.content()
    x, y = three.middle(1)
    for act in (
        lambda: three.click(x + 4, y),
        lambda: three.drag((x - 20, y - 20), (x + 20, y + 20)),
        lambda: three.keys("Delete"),
        lambda: three.keys("C"),
        lambda: three.keys("Ctrl+Delete"),
        lambda: trigger(three, "split_object"),
        lambda: trigger(three, "merge_objects"),
    ):
        three.window.notice.dismiss()
        act()
        assert "Object 1 is locked; unlock it" in three.status()
        assert three.content() == before
    three.keys("Alt+K")
    three.keys("Delete")
    assert 0 not in frames(three, 1)


def test_naming_a_locked_object_keeps_its_number(three) -> None:
    three.keys("Alt+K")
    shown = dialog(three, "finish_named", NameDialog)
    shown.number.setValue(9)
    shown.accept()
    assert shown.isVisible() and "Object 1 is locked" in shown.note.text()
    shown.number.setValue(1)
    shown.label.setText("bug")
    agreed(three, shown)
    assert three.project.objects[1].label == "bug" and locked_objects(three.project) == {1}


def test_deleting_a_range_of_all_leaves_locked_objects(three) -> None:
    three.keys("Alt+K")
    three.bench.workspace.selection.select(2, 5)
    three.keys("Ctrl+Shift+Delete")
    assert frames(three, 1) == list(range(24))
    assert not {2, 3, 4, 5} & set(frames(three, 2))


# -- who is who ----------------------------------------------------------------------------------


def test_merge_with_another(three) -> None:
    before = three.content()
    masks = {f: three.mask(f, 1).mask.area + three.mask(f, 2).mask.area for f in (0, 23)}
    shown = dialog(three, "merge_objects")
    assert [shown.list.item(n).text().split()[0] for n in range(2)] == ["2", "3"]
    assert shown.ids() == [2] and shown.rule() is Overlap.UNION
    agreed(three, shown)
    assert list(three.project.objects) == [1, 3]
    assert all(three.mask(f, 1).mask.area == area for f, area in masks.items())
    undone(three, before)


def test_merge_all_that_are_chosen(three) -> None:
    click(three, 1)
    for row in (2, 0):
        click(three, row, modifiers=CONTROL)
    shown = dialog(three, "merge_objects")
    assert shown.ids() == [2, 3], "the current one stays, the chosen ones join it"
    shown.overlap.setCurrentIndex(1)
    first = three.mask(3, 1)
    agreed(three, shown)
    assert list(three.project.objects) == [1]
    assert three.mask(3, 1).mask == first.mask


def test_split_here(three) -> None:
    three.go_to(10)
    before = three.content()
    three.keys("Ctrl+Alt+S")
    assert three.session.current_object == 4
    assert three.project.objects[4].label == "ladybird"
    assert frames(three, 1) == list(range(10)) and frames(three, 4) == list(range(10, 24))
    undone(three, before)


def test_a_split_with_nothing_on_one_side_says_why(three) -> None:
    three.keys("Ctrl+Alt+S")
    assert "cannot be split" in three.status() and len(three.project.objects) == 3


def test_swap_from_here_on(three) -> None:
    three.go_to(10)
    before = three.content()
    one, two = three.mask(12, 1), three.mask(12, 2)
    agreed(three, dialog(three, "swap_objects"))
    assert (three.mask(12, 1), three.mask(12, 2)) == (two, one)
    assert three.mask(9, 1).mask == before[next(c for c in before if c.key == (9, 1))].mask
    undone(three, before)


def test_move_and_relabel_over_a_range(three) -> None:
    three.bench.workspace.selection.select(4, 8)
    before = three.content()
    shown = dialog(three, "range_move")
    shown.list.setCurrentRow(1)
    agreed(three, shown)
    assert not set(range(4, 9)) & set(frames(three, 1))
    undone(three, before)
    three.keys("Ctrl+Z")
    asked = dialog(three, "range_relabel", LabelChoice)
    asked.label.setText("beetle")
    agreed(three, asked)
    assert three.project.objects[4].label == "beetle" and frames(three, 4) == [4, 5, 6, 7, 8]
    assert three.session.current_object == 4
    undone(three, before)


def test_change_the_label_of_all_chosen(three) -> None:
    click(three, 0)
    click(three, 1, modifiers=CONTROL)
    before = three.content()
    asked = dialog(three, "relabel", LabelChoice)
    asked.label.setText("animal")
    agreed(three, asked)
    labels = [known.label for known in three.project.objects.values()]
    assert labels == ["animal", "animal", "sea star"]
    undone(three, before)


def test_renumber_keeps_locks_and_the_selection(three) -> None:
    three.keys("Ctrl+Delete")
    three.keys("2")
    assert three.session.current_object == 3
    three.keys("Alt+K")
    before = three.content()
    trigger(three, "renumber")
    assert list(three.project.objects) == [1, 2] and locked_objects(three.project) == {2}
    assert three.session.current_object == 2
    undone(three, before)
    trigger(three, "renumber")
    assert "without gaps already" in three.status()


def test_nobody_changes_who_is_who_while_a_run_goes(three, engine) -> None:
    engine.hold_runs()
    three.keys("]")
    three.until(lambda: three.session.is_tracking)
    for name in ("merge_objects", "split_object", "swap_objects", "renumber"):
        three.window.notice.dismiss()
        trigger(three, name)
        assert "cancel it with Esc" in three.status()
    three.keys("Esc")
    three.until(lambda: not three.session.is_tracking)


def test_alone_an_object_has_nobody_to_merge_with(opened) -> None:
    opened.mark(1, oid=1)
    for name in ("merge_objects", "swap_objects"):
        opened.window.notice.dismiss()
        trigger(opened, name)
        assert "no other object" in opened.status()
