"""Rows over the timeline: where they lie, and what choosing one asks."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from tests.gui.conftest import Hand
from tests.gui.find.conftest import NAMES, ScriptedFinder
from tests.gui.find.listeners import (  # fixtures among them
    ScriptedListener,
    ears,
    film,
    heard,
    listen,
    row_labels,
)
from tests.gui.find.test_find import finding_of, panel_of, press
from vostool.finders.finder import Way
from vostool.finders.registry import FINDERS
from vostool.gui.find.where import SOUNDS, spread
from vostool.gui.timeline.layout import LABEL_WIDTH
from vostool.gui.timeline.sound_rows import HEIGHT, SoundRow

__all__ = ["ears", "film", "heard"]
DOG, SPEECH, MOTOR = range(3)


@pytest.fixture(autouse=True)
def _the_ladybird_barks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NAMES, 1, "Dog")


def row(hand: Hand, place: int) -> SoundRow:
    return hand.window.sound_rows.rows[place]


def place_of(hand: Hand, frame: int) -> QPoint:
    """Where a frame is on a row."""
    return QPoint(hand.window.timeline.frame_x(frame), HEIGHT // 2)


def choose(hand: Hand, place: int, at: QPoint) -> None:
    QTest.mouseClick(row(hand, place), Qt.MouseButton.LeftButton, pos=at)


def test_rows_take_only_the_room_they_need(heard: Hand, ears: ScriptedListener) -> None:
    window = heard.window
    QApplication.processEvents()
    before, canvas = window.timeline.height(), heard.canvas.height()
    assert not window.sound_rows.isVisible()
    part = listen(heard)
    heard.until(lambda: not window.dock_sizes.waits)
    assert window.sound_rows.height() == 3 * HEIGHT
    assert window.timeline.height() == before
    part.threshold.setValue(35)
    heard.until(lambda: window.sound_rows.height() == 2 * HEIGHT)
    press(window.sound_rows.away_button)
    heard.until(lambda: not window.dock_sizes.waits and heard.canvas.height() == canvas)


@pytest.mark.parametrize("look", ["whole", "zoomed", "panned", "narrow"])
def test_stretches_stay_over_their_frames(heard: Hand, ears: ScriptedListener, look: str) -> None:
    listen(heard)
    timeline = heard.window.timeline
    if look != "whole":
        timeline.zoom(4.0, timeline.frame_x(6))
    if look == "panned":
        timeline.horizontalScrollBar().setValue(timeline.horizontalScrollBar().maximum() // 2)
    if look == "narrow":
        heard.window.resize(1000, 700)
    QApplication.processEvents()
    viewport = timeline.viewport()
    for each in (row(heard, DOG), row(heard, SPEECH)):
        for stretch in each.sounding.stretches:
            painted = each.stretch_rect(stretch)
            for frame, edge in ((stretch.frames.start, 0), (stretch.frames.stop, painted.width())):
                wanted = LABEL_WIDTH + timeline.scale.edge(frame)
                there = viewport.mapToGlobal(QPoint(wanted, 0)).x()
                assert each.mapToGlobal(QPoint(painted.left() + edge, 0)).x() == there
            inside = set(range(painted.left(), painted.right() + 1))
            for frame in range(len(heard.session.source)):
                if 0 <= timeline.scale.x(frame) < timeline.scale.width:
                    assert (timeline.frame_x(frame) in inside) == (frame in stretch.frames)


def test_what_is_painted_follows_the_timeline(heard: Hand, ears: ScriptedListener) -> None:
    listen(heard)
    each, timeline = row(heard, DOG), heard.window.timeline

    def is_painted(frame: int) -> bool:
        picture = each.grab().toImage()
        lane = picture.pixelColor(place_of(heard, 17)).lightness()
        return picture.pixelColor(place_of(heard, frame)).lightness() < lane - 40

    for factor in (1.0, 3.0):
        timeline.zoom(factor, timeline.frame_x(14))
        assert [is_painted(frame) for frame in (11, 12, 16, 20)] == [True, False, False, True]


def test_the_wheel_zooms_and_pans_as_over_the_timeline(heard: Hand, ears: ScriptedListener) -> None:
    from PyQt6.QtCore import QPointF
    from PyQt6.QtGui import QWheelEvent

    listen(heard)
    each, timeline = row(heard, DOG), heard.window.timeline
    at = QPointF(place_of(heard, 9))
    event = QWheelEvent(
        at, each.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(each, event)
    assert timeline.scale.span < 20
    assert timeline.frame_at(int(at.x())) == 9


def test_a_row_is_looked_for_by_text_on_its_frames(
    heard: Hand, ears: ScriptedListener, finder: ScriptedFinder
) -> None:
    listen(heard)
    panel = panel_of(heard)
    choose(heard, DOG, place_of(heard, 21))
    heard.until(lambda: finder.questions and not finding_of(heard).busy)
    assert [frame for frame, _ in finder.questions] == [7, 21]  # 4 to 11 and 20 to 23
    for _, question in finder.questions:
        assert (question.way, question.phrases) == (Way.TEXT, ("Dog",))
        assert question.within is None
    assert heard.session.playhead == 21
    assert panel.way is Way.TEXT and panel.text_box.text() == "Dog"
    assert panel.where.scope.currentIndex() == SOUNDS
    assert panel.said.text() == "2 found on 2 frames."
    heard.keys("Return")
    (added,) = heard.project.objects.values()
    assert added.label == "Dog"
    assert [f for f in range(24) if heard.mask(f, added.id) is not None] == [7, 21]
    assert heard.window.sound_rows.isVisible()  # for the next one
    heard.keys("Ctrl+Z")
    assert not heard.project.objects


def test_long_stretches_are_looked_at_every_so_many_frames(
    heard: Hand, ears: ScriptedListener, finder: ScriptedFinder
) -> None:
    listen(heard)
    panel_of(heard).where.every.setValue(3)
    choose(heard, DOG, QPoint(20, 5))  # its name: no frame is pointed at
    heard.until(lambda: finder.questions and not finding_of(heard).busy)
    assert [frame for frame, _ in finder.questions] == [4, 7, 10, 20, 23]
    assert heard.session.playhead == 4
    finder.questions.clear()
    panel = panel_of(heard)
    panel.text_box.setText("fish")  # the same frames, another word
    QTest.keyClick(panel.text_box, Qt.Key.Key_Return)
    heard.until(lambda: finder.questions and not finding_of(heard).busy)
    assert (finder.questions[0][0], finder.questions[0][1].phrases) == (4, ("fish",))
    assert len(finder.questions) == 5


@pytest.mark.parametrize(
    ("spans", "every", "frames"),
    [
        ([range(5, 6)], 30, (5,)),
        ([range(0, 31)], 30, (0, 30)),
        ([range(0, 30)], 30, (14,)),
        ([range(0, 4), range(3, 5)], 1, (0, 1, 2, 3, 4)),
        ([range(10, 20), range(40, 52)], 5, (12, 17, 40, 45, 50)),
        ([], 4, ()),
    ],
)
def test_frames_are_spread_over_each_stretch(spans, every, frames) -> None:
    assert spread(spans, every) == frames


def test_keys_go_to_the_rows_and_choose_one(
    heard: Hand, ears: ScriptedListener, finder: ScriptedFinder
) -> None:
    part = listen(heard)
    QTest.keyClick(part.wanted, Qt.Key.Key_Return)
    assert row(heard, DOG).hasFocus()
    heard.keys("Down")
    heard.keys("Down")
    heard.keys("Down")
    assert row(heard, MOTOR).hasFocus()
    heard.keys("Up")
    heard.keys("Return")
    heard.until(lambda: finder.questions and not finding_of(heard).busy)
    assert finder.questions[0][1].phrases == ("Speech",)
    assert heard.canvas.hasFocus()
    row(heard, MOTOR).setFocus()
    heard.keys("Space")
    heard.until(lambda: finder.questions[-1][1].phrases == ("Motor vehicle",))
    heard.until(lambda: not finding_of(heard).busy)
    assert panel_of(heard).said.text() == "Nothing was found for 'Motor vehicle'."


def test_another_row_takes_the_place_of_what_is_looked_for(
    heard: Hand, ears: ScriptedListener, finder: ScriptedFinder
) -> None:
    listen(heard)
    finder.hold()
    choose(heard, DOG, place_of(heard, 6))
    heard.until(lambda: finder.questions)
    choose(heard, SPEECH, place_of(heard, 13))
    finder.release()
    heard.until(lambda: finder.questions[-1][1].phrases == ("Speech",))
    heard.until(lambda: not finding_of(heard).busy)
    assert {frame for frame, q in finder.questions if q.phrases == ("Speech",)} == {1, 13}
    assert panel_of(heard).text_box.text() == "Speech"


def test_without_a_text_finder_choosing_a_row_says_so(heard: Hand, ears: ScriptedListener) -> None:
    assert not [s for s in FINDERS.values() if Way.TEXT in s.ways and s.status().usable]
    listen(heard)
    choose(heard, DOG, place_of(heard, 6))
    heard.until(lambda: not finding_of(heard).busy)
    assert "download_models.py" in panel_of(heard).note.text()
    assert panel_of(heard).isVisible()


def test_rows_are_named_for_who_cannot_see_them(heard: Hand, ears: ScriptedListener) -> None:
    listen(heard)
    each = row(heard, DOG)
    assert each.accessibleName() == "Look for Dog: 2 stretches, loudest score 0.90"
    assert each.accessibleDescription() == "0:02.000 to 0:06.000, 0:10.000 to 0:12.000"
    assert "score 0.40" in each.describe(place_of(heard, 21))
    assert "2 stretches" in each.describe(place_of(heard, 17))
    for button in (heard.window.sound_rows.away_button, panel_of(heard).sound.going.bar):
        assert button.accessibleName()


def test_a_name_of_several_words_is_looked_for_by_its_first(
    heard: Hand, ears: ScriptedListener
) -> None:
    listen(heard)
    assert row_labels(heard)[MOTOR] == "Motor vehicle (road)"
    assert row(heard, MOTOR).sounding.word == "Motor vehicle"
