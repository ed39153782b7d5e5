"""An attribute's value on the frame that is shown: set, stepped to, cleared, undone, kept."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QCheckBox, QComboBox, QRadioButton

from tests.gui.conftest import Hand
from vostool.gui.timeline.layout import LABEL_WIDTH
from vostool.io.project.file import read_project
from vostool.project.frame_values import FrameValues, object_lines
from vostool.project.label_edits import LabelChange, add_labels, change_labels, set_label
from vostool.project.labels import AttributeKind, AttributeSpec, LabelSpec

LEFT = Qt.MouseButton.LeftButton
CAR = LabelSpec(
    "car",
    (10, 20, 30),
    (
        AttributeSpec("door", AttributeKind.SELECT, ("shut", "ajar", "open"), "shut", mutable=True),
        AttributeSpec("side", AttributeKind.RADIO, ("left", "right"), "left", mutable=True),
        AttributeSpec("parked", AttributeKind.CHECKBOX, (), "false", mutable=True),
        AttributeSpec("speed", AttributeKind.NUMBER, ("0", "30", "0.5"), "2", mutable=True),
        AttributeSpec("note", mutable=True),
        AttributeSpec("plate"),
    ),
)


@pytest.fixture
def car(opened: Hand) -> Hand:
    """Two cars; the first is current, on frame 0."""
    session = opened.session
    for _ in range(2):
        session.add_object()
    session.do(add_labels(session.document.project, [CAR]))
    session.do(set_label(session.document.project, [1, 2], "car"))
    session.select(1)
    return opened


def field(hand: Hand, name: str):
    return hand.window.objects.attributes.fields[name]


def steps(hand: Hand, name: str):
    return hand.window.objects.attributes.steps[name]


def shown(hand: Hand) -> dict[str, str]:
    """What the fields show."""
    found = {}
    for name, widget in hand.window.objects.attributes.fields.items():
        if isinstance(widget, QComboBox):
            found[name] = widget.currentText()
        elif isinstance(widget, QCheckBox):
            found[name] = str(widget.isChecked()).lower()
        elif widget.findChildren(QRadioButton):
            (found[name],) = (b.text() for b in widget.findChildren(QRadioButton) if b.isChecked())
        else:
            found[name] = widget.text()
    return found


def held(hand: Hand, oid: int, frame: int, name: str) -> str | None:
    known = FrameValues(hand.project).at(hand.project.objects[oid], frame)
    return dict(known.attributes).get(name)


def change_all(hand: Hand) -> None:
    """Every kind of field, by hand."""
    QTest.keyClick(field(hand, "door"), Qt.Key.Key_Down)
    field(hand, "side").findChildren(QRadioButton)[1].click()
    field(hand, "parked").click()
    field(hand, "speed").stepUp()
    line = field(hand, "note")
    line.setFocus()
    QTest.keyClicks(line, "wet")
    QTest.keyClick(line, Qt.Key.Key_Return)


OLD = {"door": "shut", "side": "left", "parked": "false", "speed": "2.0", "note": "", "plate": ""}
NEW = {
    "door": "ajar",
    "side": "right",
    "parked": "true",
    "speed": "2.5",
    "note": "wet",
    "plate": "",
}


def test_each_kind_is_set_from_the_shown_frame_on(car: Hand) -> None:
    car.go_to(4)
    change_all(car)
    assert set(object_lines(car.project, 1)) == {"door", "side", "parked", "speed", "note"}
    for frame, want in ((3, OLD), (4, NEW), (7, NEW), (0, OLD)):
        car.go_to(frame)
        assert shown(car) == want, frame
    assert dict(car.project.objects[1].attributes) == {}, "before it nothing changed"
    assert object_lines(car.project, 2) == {}
    assert car.session.document.history.undo_title == "Change note from frame 4"
    for _ in range(5):
        car.session.undo()
    car.go_to(4)
    assert shown(car) == OLD


def test_a_field_stays_the_same_widget_while_frames_go_by(car: Hand) -> None:
    car.go_to(2)
    field(car, "door").activated.emit(2)
    widget = field(car, "door")
    for frame in (0, 2, 5):
        car.go_to(frame)
    assert field(car, "door") is widget


def test_steps_go_to_the_changes_and_clear_them(car: Hand) -> None:
    for frame, value in ((3, 1), (6, 2)):
        car.go_to(frame)
        field(car, "door").activated.emit(value)
    door = steps(car, "door")
    assert door.since.text() == "from 6 on"
    QTest.mouseClick(door.previous, LEFT)
    assert car.session.playhead == 3 and shown(car)["door"] == "ajar"
    assert door.since.text() == "3 to 5"
    assert not steps(car, "note").clear.isEnabled()
    QTest.mouseClick(door.previous, LEFT)
    assert car.session.playhead == 0 and door.since.text() == "to frame 2"
    assert not door.previous.isEnabled() and not door.clear.isEnabled()
    QTest.mouseClick(door.following, LEFT)
    QTest.mouseClick(steps(car, "door").clear, LEFT)
    assert object_lines(car.project, 1) == {"door": ((6, "open"),)}
    assert shown(car)["door"] == "shut"
    assert car.session.document.history.undo_title == "Clear change of door on frame 3"
    car.session.undo()
    assert shown(car)["door"] == "ajar"


def test_what_is_typed_belongs_to_the_frame_on_which_it_was_typed(car: Hand) -> None:
    car.go_to(2)
    line = field(car, "note")
    line.setFocus()
    QTest.keyClicks(line, "here")
    car.go_to(5)
    assert object_lines(car.project, 1) == {"note": ((2, "here"),)}
    assert shown(car)["note"] == "here"


def test_chosen_objects_of_the_label_change_together(car: Hand) -> None:
    car.window.objects.choose([2])
    car.go_to(3)
    field(car, "parked").click()
    assert [held(car, oid, 3, "parked") for oid in (1, 2)] == ["true", "true"]


def test_what_is_not_mutable_holds_on_all_frames(car: Hand) -> None:
    car.go_to(5)
    line = field(car, "plate")
    line.setFocus()
    QTest.keyClicks(line, "A 1")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert dict(car.project.objects[1].attributes) == {"plate": "A 1"}
    assert "plate" not in car.window.objects.attributes.steps


def test_the_timeline_marks_and_names_the_changes(car: Hand) -> None:
    for frame, value in ((3, 1), (6, 2)):
        car.go_to(frame)
        field(car, "door").activated.emit(value)
    timeline = car.window.timeline
    scene = timeline.scene()
    assert [scene.changes(known) for known in scene.objects] == [[3, 6], []]
    place = QPoint(timeline.frame_x(6), scene.layout.top(0) + 4)
    assert "door: open from here on" in scene.describe(place)
    before = QPoint(timeline.frame_x(5), scene.layout.top(0) + 4)
    assert "from here on" not in scene.describe(before)
    fixed = [LabelChange(LabelSpec("car", CAR.colour, (AttributeSpec("door"),)), "car")]
    car.session.do(change_labels(car.project, fixed))
    scene = timeline.scene()
    assert scene.changes(scene.objects[0]) == []
    assert "kept and count again" in car.status()
    assert place.x() > LABEL_WIDTH


def test_values_are_stored_as_they_are_given(car: Hand) -> None:
    """The draft has them without a save, as after a kill."""
    car.go_to(4)
    change_all(car)
    storage = car.bench.workspace.storage
    storage.flush()
    again, told = read_project(storage.place)
    assert told is None
    assert object_lines(again, 1) == object_lines(car.project, 1) != {}
