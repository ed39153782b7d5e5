"""The label manager, and the attributes of the selected object, with the real window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QColorDialog,
    QComboBox,
    QLineEdit,
    QMenu,
    QPushButton,
    QRadioButton,
)

from vostool.gui.objects.attribute_table import DEFAULT, KIND, MUTABLE, NAME, VALUES
from vostool.gui.objects.label_dialog import LabelDialog
from vostool.gui.session.label_memory import remember_labels, remembered_labels
from vostool.gui.widgets.return_key import RealBox
from vostool.io.imports.label_files import read_labels, write_labels
from vostool.io.project.file import read_project
from vostool.masks.colours import PALETTE
from vostool.project.label_edits import add_labels
from vostool.project.labels import AttributeKind, AttributeSpec, LabelSpec
from vostool.project.project_labels import declared_labels

LEFT = Qt.MouseButton.LeftButton
KIND_OF = AttributeKind
CAR = LabelSpec(
    "car",
    (10, 20, 30),
    (
        AttributeSpec("make", KIND_OF.SELECT, ("Audi", "BMW"), "Audi"),
        AttributeSpec("side", KIND_OF.RADIO, ("left", "right"), "left", mutable=True),
        AttributeSpec("parked", KIND_OF.CHECKBOX, (), "false"),
        AttributeSpec("age", KIND_OF.NUMBER, ("0", "30", "0.5"), "2"),
        AttributeSpec("plate"),
    ),
)


@pytest.fixture
def two(opened):
    """Objects 1 and 2 called 'car', 3 called 'man'."""
    for label in ("car", "car", "man"):
        opened.session.add_object()
        model = opened.window.objects.model
        model.setData(model.index(model.rowCount() - 1, 3), label)
    return opened


@pytest.fixture
def cars(two):
    """The same, with 'car' declared with attributes of each type; object 1 is current."""
    two.session.do(add_labels(two.project, [CAR]))
    two.session.select(1)
    return two


def manager(hand) -> LabelDialog:
    hand.keys("Ctrl+Shift+L")
    (found,) = [each for each in hand.window.findChildren(LabelDialog) if each.isVisible()]
    hand.until(found.isActiveWindow)
    return found


def press(dialog: LabelDialog, name: str) -> None:
    QTest.mouseClick(dialog.buttons[name], LEFT)


def agree(hand, dialog: LabelDialog) -> None:
    dialog.accept()
    hand.window.activateWindow()
    hand.until(hand.window.isActiveWindow)


def labels(hand) -> list[str]:
    return [known.label for known in hand.project.objects.values()]


# -- the manager ---------------------------------------------------------------------------------


def test_rename_and_recolour_everywhere_is_one_step(two, monkeypatch) -> None:
    before = two.content()
    dialog = manager(two)
    assert [dialog.list.item(n).text() for n in range(2)] == ["car", "man"]
    dialog.list.item(0).setText("vehicle")
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor(1, 2, 3))
    press(dialog, "Colour…")
    agree(two, dialog)
    assert labels(two) == ["vehicle", "vehicle", "man"]
    assert {two.project.objects[oid].colour for oid in (1, 2)} == {(1, 2, 3)}
    assert two.project.objects[3].colour == PALETTE[2]
    after = two.content()
    two.keys("Ctrl+Z")
    assert two.content() == before
    two.keys("Ctrl+Shift+Z")
    assert two.content() == after


def test_attributes_are_typed_in(two) -> None:
    dialog = manager(two)
    table = dialog.attributes.table
    QTest.mouseClick(dialog.attributes.add_button, LEFT)
    editor = QApplication.focusWidget()
    QTest.keyClicks(editor, "make")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    two.until(lambda: dialog.rows[0].attributes[0].name == "make", 2000)
    assert dialog.isVisible(), "Return ends the typing alone"
    assert not table.item(0, VALUES).flags() & Qt.ItemFlag.ItemIsEditable
    dialog.attributes.kind_box(0).setCurrentText("select")
    table.item(0, VALUES).setText("Audi; BMW")
    table.item(0, DEFAULT).setText("BMW")
    table.item(0, MUTABLE).setCheckState(Qt.CheckState.Checked)
    agree(two, dialog)
    made = AttributeSpec("make", KIND_OF.SELECT, ("Audi", "BMW"), "BMW", mutable=True)
    assert declared_labels(two.project)[0].attributes == (made,)


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [("select", "", "at least one"), ("number", "5; 1", "minimum"), ("radio", "a; a", "twice")],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(two, kind, values, said) -> None:
    before = two.content()
    dialog = manager(two)
    dialog.attributes.add()
    dialog.attributes.kind_box(0).setCurrentText(kind)
    dialog.attributes.table.item(0, VALUES).setText(values)
    dialog.accept()
    assert dialog.isVisible() and said in dialog.note.text()
    dialog.reject()
    assert two.content() == before


def test_two_labels_of_one_name_are_refused(two) -> None:
    dialog = manager(two)
    dialog.list.item(1).setText("car")
    dialog.accept()
    assert "two labels 'car'" in dialog.note.text()
    dialog.reject()


def test_a_label_in_use_hands_its_objects_to_another(two, monkeypatch) -> None:
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)  # offscreen, a popup of a dialog warns
    dialog = manager(two)
    press(dialog, "Remove")
    texts = [action.text() for action in dialog.menu.actions()]
    assert texts == ["2 objects of 'car' become", "man"]
    dialog.menu.actions()[1].trigger()
    agree(two, dialog)
    assert labels(two) == ["man"] * 3
    two.keys("Ctrl+Z")
    assert labels(two) == ["car", "car", "man"]


def test_a_label_that_nobody_bears_just_goes_and_the_last_one_stays(two) -> None:
    dialog = manager(two)
    press(dialog, "Add")
    dialog.list.setCurrentRow(2)
    press(dialog, "Remove")
    assert [row.name for row in dialog.rows] == ["car", "man"]
    dialog.rows.pop()
    dialog._fill(0)
    press(dialog, "Remove")
    assert "rename it instead" in dialog.note.text()
    dialog.reject()


def test_labels_go_out_and_come_in_as_cvat_has_them(cars, tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    dialog = manager(cars)
    dialog.export_to(path)
    assert [entry["name"] for entry in json.loads(path.read_text())] == ["car", "man"]
    assert read_labels(path)[0] == CAR
    write_labels(path, [LabelSpec("car", (7, 7, 7)), LabelSpec("tree", (8, 8, 8))])
    dialog.import_from(path)
    assert [row.name for row in dialog.rows] == ["car", "man", "tree"]
    agree(cars, dialog)
    assert labels(cars) == ["car", "car", "man"] and cars.project.objects[2].colour == (7, 7, 7)


def test_a_file_that_is_none_is_said(two, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text("{")
    dialog = manager(two)
    dialog.import_from(path)
    assert "odd.json" in dialog.note.text() and len(dialog.rows) == 2
    dialog.reject()


def test_safe_colours(two) -> None:
    dialog = manager(two)
    dialog.rows[0].colour = dialog.rows[1].colour = (255, 0, 0)
    press(dialog, "Safe colours")
    assert [row.colour for row in dialog.rows] == list(PALETTE[:2])
    dialog.reject()


def test_labels_are_stored_with_the_project(cars, tmp_path: Path, qtbot) -> None:
    path = tmp_path / "labels.vos"
    with qtbot.waitSignal(cars.bench.workspace.storage.saved):
        cars.bench.workspace.storage.save_as(path)
    assert declared_labels(read_project(path)[0]) == (CAR,)


def test_new_projects_begin_with_the_remembered_labels(hand, engine, video) -> None:
    dialog = manager(hand)
    assert dialog.windowTitle() == "Labels of new projects"
    press(dialog, "Add")
    dialog.list.item(0).setText("bird")
    agree(hand, dialog)
    assert [label.name for label in remembered_labels()] == ["bird"]
    hand.open(video)
    assert [label.name for label in declared_labels(hand.project)] == ["bird"]
    assert not hand.window.actions_by_id["undo"].isEnabled()
    hand.mark(1, oid=1)
    assert hand.project.objects[1].label == "bird"


def test_a_project_with_nothing_but_remembered_labels_leaves_no_draft(hand, engine, video) -> None:
    from vostool.io.project.drafts import drafts_folder

    remember_labels([LabelSpec("bird")])
    hand.open(video)
    hand.bench.close_workspace()
    assert not list(drafts_folder().glob("*.vos"))


def test_the_first_object_of_a_label_has_its_colour(opened) -> None:
    opened.session.do(add_labels(opened.project, [LabelSpec("car", (10, 20, 30))]))
    opened.session.add_object()
    opened.session.add_object()
    assert [o.colour for o in opened.project.objects.values()] == [(10, 20, 30), PALETTE[1]]


def test_everything_in_the_manager_has_a_name(cars) -> None:
    dialog = manager(cars)
    for button in dialog.findChildren(QPushButton):
        assert button.text()
    for box in dialog.findChildren(QComboBox):
        assert box.accessibleName().startswith("Type of")
    assert dialog.list.accessibleName() and dialog.attributes.table.accessibleName()
    assert dialog.attributes.table.item(0, NAME).text() == "make"
    assert dialog.attributes.kind_box(3).currentText() == "number" and KIND == 1
    dialog.reject()


# -- attributes of the selected object -----------------------------------------------------------


def field(hand, name: str):
    return hand.window.objects.attributes.fields[name]


def attributes(hand, oid: int = 1) -> dict[str, str]:
    return dict(hand.project.objects[oid].attributes)


def test_each_type_has_its_field_and_each_change_is_a_step(cars) -> None:
    kinds = {name: type(field(cars, name)) for name in ("make", "parked", "age")}
    assert kinds == {"make": QComboBox, "parked": QCheckBox, "age": RealBox}
    QTest.keyClick(field(cars, "make"), Qt.Key.Key_Down)
    assert attributes(cars) == {"make": "BMW"}
    field(cars, "side").findChildren(QRadioButton)[1].click()
    assert attributes(cars)["side"] == "right"
    field(cars, "parked").click()
    assert attributes(cars)["parked"] == "true"
    field(cars, "age").stepUp()
    assert attributes(cars)["age"] == "2.5"
    line = field(cars, "plate")
    assert isinstance(line, QLineEdit)
    line.setFocus()
    QTest.keyClicks(line, "n 1")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert attributes(cars)["plate"] == "n 1" and len(cars.project.objects) == 3
    for left in (4, 3, 2, 1, 0):
        cars.session.undo()
        assert len(attributes(cars)) == left
    assert field(cars, "make").currentText() == "Audi"


def test_fields_follow_the_selection(cars) -> None:
    field(cars, "parked").click()
    cars.keys("2")
    assert not field(cars, "parked").isChecked()
    cars.keys("3")
    panel = cars.window.objects.attributes
    assert not panel.fields and "no attributes" in panel.heading.text()
    panel.heading.linkActivated.emit("#")
    (dialog,) = [each for each in cars.window.findChildren(LabelDialog) if each.isVisible()]
    dialog.reject()
    cars.session.select(None)
    assert not panel.heading.text()


def test_chosen_objects_of_the_label_get_the_value_together(cars) -> None:
    cars.window.objects.choose([2, 3])
    field(cars, "parked").click()
    assert attributes(cars, 1) == attributes(cars, 2) == {"parked": "true"}
    assert attributes(cars, 3) == {}


def test_a_value_from_elsewhere_is_shown_as_it_is(cars) -> None:
    from vostool.project.value_edits import set_attribute

    cars.session.do(set_attribute(cars.project, [1], "age", "old"))
    cars.session.do(set_attribute(cars.project, [1], "make", "Fiat"))
    assert field(cars, "age").text() == "old" and field(cars, "make").currentText() == "Fiat"


def test_labels_are_completed_while_they_are_typed_in_the_list(cars) -> None:
    table = cars.window.objects.table
    table.setFocus()
    table.setCurrentIndex(cars.window.objects.model.index(2, 3))
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit) and editor is not table
    completer = editor.completer()
    completer.setCompletionPrefix("C")
    assert completer.currentCompletion() == "car"
    editor.setText("car")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    cars.until(lambda: cars.project.objects[3].label == "car", 2000)
