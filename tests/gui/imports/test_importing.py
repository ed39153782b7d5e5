"""Import labels in the window: summary first, one undo step, then tracking from what came in."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtTest import QTest

from vostool.gui.imports.dialog import ImportDialog
from vostool.gui.timeline.states import FrameState
from vostool.gui.widgets import dialogs
from vostool.gui.window.handlers.file import import_labels
from vostool.masks.box_rle import encode_rows
from vostool.masks.mask import Provenance

LAST = 23
SIZE = (240, 136)


def mask_element(pixels: np.ndarray, oid: int, label: str = "beetle") -> str:
    height, width = pixels.shape
    rle = ", ".join(map(str, encode_rows(pixels)))
    return (
        f'<mask label="{label}" rle="{rle}" left="0" top="0" width="{width}" height="{height}" '
        f'group_id="{oid}"/>'
    )


def box_element(pixels: np.ndarray, oid: int) -> str:
    ys, xs = np.nonzero(pixels)
    return (
        f'<box label="beetle" xtl="{xs.min()}" ytl="{ys.min()}" xbr="{xs.max() + 1}" '
        f'ybr="{ys.max() + 1}" group_id="{oid}"/>'
    )


@pytest.fixture
def write(tmp_path):
    def made(images: dict[int, str], name: str = "labels.xml", size=SIZE):
        body = "".join(
            f'<image id="{frame}" name="frame_{frame:06d}.png" width="{size[0]}" '
            f'height="{size[1]}">{shapes}</image>'
            for frame, shapes in images.items()
        )
        path = tmp_path / name
        path.write_text(
            "<annotations><version>1.1</version><meta><task><labels><label><name>beetle</name>"
            f"<color>#102030</color></label></labels></task></meta>{body}</annotations>"
        )
        return path

    return made


@pytest.fixture
def labels(write, clip):
    """Object 1 as masks on frames 2 and 9, and one shape that is broken."""
    good = {frame: mask_element(clip.ids[frame] == 1, 1) for frame in (2, 9)}
    good[9] += '\n<polygon label="beetle" points="1,1;2,2"/>'
    return write(good)


class Visit:
    """Acts on the import dialog while it is open; the dialog blocks the test meanwhile."""

    def __init__(self, hand, act) -> None:
        self.seen: dict[str, object] = {}
        self._hand, self._act = hand, act
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(5)

    def _look(self) -> None:
        found = [d for d in self._hand.window.findChildren(ImportDialog) if d.isVisible()]
        if not found or found[0].reading.is_busy:
            return
        self._timer.stop()
        dialog = found[0]
        try:
            self.seen["text"] = dialog.sentence.text()
            self.seen["lines"] = dialog._lines.stringList()
            self._act(dialog)
        except BaseException as error:
            self.seen["error"] = error
        finally:
            dialog.close()

    def check(self) -> dict[str, object]:
        if "error" in self.seen:
            raise self.seen["error"]
        self._hand.window.activateWindow()  # what a window manager does
        self._hand.until(self._hand.window.isActiveWindow)
        return self.seen


def press(button) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_summary_then_one_undo_step(opened, labels, monkeypatch) -> None:
    monkeypatch.setattr(dialogs, "ask_for_labels", lambda parent: labels)
    before = opened.content()

    def act(dialog: ImportDialog) -> None:
        assert opened.content() == before
        press(dialog.import_button)
        assert dialog.track_button.isVisible()
        assert dialog.cancel_button.text() == "Close"

    visit = Visit(opened, act)
    opened.keys("Ctrl+I")
    seen = visit.check()
    assert "2 masks of 1 object on 2 frames" in seen["text"]
    assert seen["lines"] == ["Left out: line 2: the polygon has 2 points, but needs three."]
    for frame in (2, 9):
        assert opened.mask(frame, 1).mask == opened.truth(frame, 1)
        assert opened.mask(frame, 1).provenance is Provenance.IMPORTED
        assert opened.project.prompts[frame, 1].mask == opened.truth(frame, 1)
    assert opened.project.objects[1].label == "beetle"
    assert opened.session.playhead == 2
    after = opened.content()
    opened.keys("Ctrl+Z")
    assert opened.content() == before
    opened.keys("Ctrl+Y")
    assert opened.content() == after


def test_tracking_from_the_imported_frames(opened, labels) -> None:
    def act(dialog: ImportDialog) -> None:
        press(dialog.import_button)
        press(dialog.track_button)

    visit = Visit(opened, act)
    with opened.qtbot.waitSignal(opened.session.run_ended, timeout=8000):
        import_labels(opened.bench, labels)
    visit.check()
    assert opened.project.masks.frames(1) == list(range(2, 24))
    assert opened.mask(9, 1).provenance is Provenance.IMPORTED
    assert opened.mask(10, 1).provenance is Provenance.TRACKED
    opened.keys("Ctrl+Z")
    assert opened.project.masks.frames(1) == [2, 9]
    with opened.qtbot.waitSignal(opened.session.run_ended, timeout=8000):
        opened.keys("Ctrl+Alt+I")
    assert opened.project.masks.frames(1) == list(range(2, 24))


def test_tracking_from_imported_frames_after_reopening(opened, labels, video) -> None:
    visit = Visit(opened, lambda dialog: press(dialog.import_button))
    import_labels(opened.bench, labels)
    visit.check()
    opened.open(video)
    assert opened.project.masks.frames(1) == [2, 9]
    with opened.qtbot.waitSignal(opened.session.run_ended, timeout=8000):
        opened.keys("Ctrl+Alt+I")
    assert opened.project.masks.frames(1) == list(range(2, 24))


def test_absent_frames_show_as_absent(opened, write, clip) -> None:
    box = box_element(clip.ids[0] == 1, 1).replace("group_id", "keyframe='1' frame='{}' x")
    track = f'<track id="0" label="beetle">{box.format(3)}' + "{}</track>"
    gone = box.format(6).replace("<box", "<box outside='1'")
    path = write({})
    path.write_text(
        path.read_text().replace("</annotations>", f"{track.format(gone)}</annotations>")
    )
    visit = Visit(opened, lambda dialog: press(dialog.import_button))
    import_labels(opened.bench, path)
    visit.check()
    states = opened.window.timeline.states.row(1)
    assert (states[3], states[4], states[6]) == (
        FrameState.PROMPTED,
        FrameState.NONE,
        FrameState.ABSENT,
    )


def test_boxes_are_answered_without_a_run(opened, write, clip) -> None:
    path = write({frame: box_element(clip.ids[frame] == 1, 1) for frame in (0, 5)})
    visit = Visit(opened, lambda dialog: press(dialog.import_button))
    import_labels(opened.bench, path)
    visit.check()
    opened.until(lambda: opened.mask(0, 1) is not None and opened.mask(5, 1) is not None)
    opened.keys("Ctrl+Z")
    assert opened.content() == {}


def test_nothing_changes_when_cancelled(opened, labels) -> None:
    before = opened.content()
    visit = Visit(opened, lambda dialog: press(dialog.cancel_button))
    import_labels(opened.bench, labels)
    visit.check()
    assert opened.content() == before
    assert opened.session.document.history.undo_title is None


def test_choices_plan_again(opened, labels) -> None:
    opened.mark(1, oid=1)
    opened.session.toggle_confirmed()
    label = opened.project.objects[1].label

    def act(dialog: ImportDialog) -> None:
        assert "2 masks of 1 object" in dialog.sentence.text()
        dialog.objects.setCurrentIndex(1)
        opened.qtbot.waitUntil(lambda: not dialog.reading.is_busy)
        assert dialog.reading.plan.summary.matched_objects == ()
        assert dialog.format.currentData() == "cvat"
        dialog.options.field("task").setText("7")
        dialog.options.field("task").editingFinished.emit()
        opened.qtbot.waitUntil(lambda: not dialog.reading.is_busy)
        assert dialog.import_button.isEnabled()
        press(dialog.import_button)

    visit = Visit(opened, act)
    import_labels(opened.bench, labels)
    visit.check()
    assert [(o.id, o.label) for o in opened.project.objects.values()] == [
        (1, label),
        (2, "beetle"),
    ]


def test_a_bad_file_is_refused_with_a_sentence(opened, write, clip) -> None:
    path = write({0: box_element(clip.ids[0] == 1, 1)}, size=(100, 50))

    def act(dialog: ImportDialog) -> None:
        assert not dialog.import_button.isEnabled()

    visit = Visit(opened, act)
    import_labels(opened.bench, path)
    assert "100x50 pictures, but the frames here are 240x136" in visit.check()["text"]
    assert opened.content() == {}


def test_a_format_can_be_chosen_where_none_is_found(opened, labels) -> None:
    notes = labels.with_name("notes.txt")
    notes.write_text("hello\n")

    def act(dialog: ImportDialog) -> None:
        assert dialog.format.currentData() is None
        dialog.format.setCurrentIndex(dialog.format.findData("cvat"))
        opened.qtbot.waitUntil(lambda: not dialog.reading.is_busy)
        assert "holds no CVAT XML" in dialog.sentence.text()
        assert not dialog.import_button.isEnabled()

    visit = Visit(opened, act)
    import_labels(opened.bench, notes)
    assert "Formats that are read" in visit.check()["text"]


def drop(hand, path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(QPoint(50, 50)),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    hand.window.dropEvent(event)


def test_dropped_labels_are_imported(opened, labels) -> None:
    visit = Visit(opened, lambda dialog: press(dialog.import_button))
    drop(opened, labels)
    visit.check()
    assert opened.project.masks.frames(1) == [2, 9]


def test_dropped_labels_need_a_video(hand, labels) -> None:
    drop(hand, labels)
    assert hand.status() == "Open the video first, then import its labels."


def test_not_during_a_run(opened, engine, labels) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    import_labels(opened.bench, labels)
    assert "cancel it with Esc" in opened.status()
    with opened.qtbot.waitSignal(opened.session.run_ended):
        engine.release()


def test_nothing_to_track_from_yet(opened) -> None:
    with opened.qtbot.waitSignal(opened.session.problem) as said:
        opened.keys("Ctrl+Alt+I")
    assert "No labels were imported yet" in said.args[0]


def test_the_first_number_is_a_field_and_names_are_shown(opened, tmp_path) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    for number in (4, 6):
        (folder / f"{number:04d}.txt").write_text("0 0.5 0.5 0.25 0.5\n")

    def act(dialog: ImportDialog) -> None:
        assert "count from 0 or from 1" in dialog.sentence.text()
        field = dialog.options.field("first_number")
        assert field.accessibleName() == "Number of the clip's first frame in names"
        field.setText("many")
        field.editingFinished.emit()
        opened.qtbot.waitUntil(lambda: not dialog.reading.is_busy)
        assert "must be auto or a whole number" in dialog.sentence.text()
        field.setText("1")
        field.editingFinished.emit()
        opened.qtbot.waitUntil(lambda: not dialog.reading.is_busy)
        assert "0004.txt -&gt; frame 3" in dialog.sentence.text().replace("->", "-&gt;")
        press(dialog.import_button)

    visit = Visit(opened, act)
    import_labels(opened.bench, folder)
    said = visit.check()["text"].replace("&gt;", ">")
    assert "0004.txt -> frame 4, 0006.txt -> frame 6" in said
    assert sorted(frame for frame, _ in opened.project.prompts) == [3, 5]


def test_tracking_is_not_offered_where_all_frames_are_labelled(opened, write, clip) -> None:
    path = write({frame: mask_element(clip.ids[frame] == 1, 1) for frame in range(LAST + 1)})

    def act(dialog: ImportDialog) -> None:
        press(dialog.import_button)
        assert not dialog.track_button.isVisible()
        assert dialog.cancel_button.isDefault()

    visit = Visit(opened, act)
    import_labels(opened.bench, path)
    visit.check()
    assert len(opened.project.masks.frames(1)) == LAST + 1
