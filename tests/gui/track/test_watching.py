"""A run that one can watch: the picture follows it, the timeline shows it, a card tells its end."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QToolButton

from vostool.gui.settings import preferences
from vostool.gui.timeline.colours import TimelineColours
from vostool.gui.timeline.layout import RULER_HEIGHT
from vostool.runs.pieces import Reach

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def running(opened, engine):
    """A run from frame 0 that is followed and stands at frame 4."""
    opened.window.actions_by_id["follow_run"].trigger()
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(5)
    opened.until(lambda: opened.session.playhead == 4)
    return opened


def run_at(hand, frame: int) -> bool:
    mark = hand.window.timeline.content.run
    return mark is not None and mark.at == frame


def button(hand, action: str) -> QToolButton:
    wanted = hand.window.actions_by_id[action]
    (found,) = (
        b for b in hand.window.run_bar.findChildren(QToolButton) if b.defaultAction() is wanted
    )
    return found


def end(hand, engine) -> None:
    with hand.qtbot.waitSignal(hand.session.run_ended, timeout=8000):
        engine.release()


# -- following -------------------------------------------------------------------------------------


def test_the_picture_follows_and_stays_where_the_run_ended(running, engine) -> None:
    running.until_shown(4)
    assert running.window.transport.frame.value() == 4
    assert running.window.run_bar._bar.text() == "frame 4 of 24"
    assert "Tracking frame 4 of 24" in running.window.status.activity.text()
    engine.allow(3)
    running.until_shown(7)
    end(running, engine)
    running.until_shown(23)
    assert running.window.timeline.content.run is None


@pytest.mark.parametrize("act", ["key", "timeline", "box", "canvas", "edit", "play"])
def test_whatever_the_person_does_elsewhere_ends_it(running, engine, act: str) -> None:
    hand = running
    timeline = hand.window.timeline
    acts = {
        "key": lambda: hand.keys("Home"),
        "timeline": lambda: QTest.mouseClick(
            timeline.viewport(), LEFT, pos=QPoint(timeline.frame_x(2), 5)
        ),
        "box": lambda: hand.window.transport.frame_entered.emit(3),
        "canvas": lambda: QTest.mousePress(hand.canvas.viewport(), LEFT, pos=hand.at(3, 3)),
        "edit": lambda: hand.keys("V"),
        "play": lambda: hand.keys("J"),
    }
    acts[act]()
    hand.until(lambda: not hand.bench.workspace.following.on)
    assert not hand.window.actions_by_id["follow_run"].isChecked()
    hand.bench.workspace.player.pause()
    here = hand.session.playhead
    engine.allow(4)
    hand.until(lambda: run_at(hand, 8))
    assert hand.session.playhead == here
    if act == "canvas":
        QTest.mouseRelease(hand.canvas.viewport(), LEFT, pos=hand.at(3, 3))
    QTest.mouseClick(button(hand, "follow_run"), LEFT)
    hand.until(lambda: hand.session.playhead == 8)
    assert preferences.follows_runs()


def test_the_next_run_is_followed_again_unless_the_person_chose_otherwise(running, engine) -> None:
    running.keys("Home")
    end(running, engine)
    assert running.session.playhead == 0
    assert running.window.actions_by_id["follow_run"].isChecked()
    running.run("]")
    assert running.session.playhead == 23
    running.window.actions_by_id["follow_run"].trigger()
    assert not preferences.follows_runs()
    running.go_to(0)
    running.run("]")
    assert running.session.playhead == 0


def test_a_run_taken_back_leaves_the_person_where_they_are(running) -> None:
    running.keys("Ctrl+Z")
    running.until(lambda: not running.session.is_tracking)
    assert running.session.playhead == 4 and not running.window.run_card.isVisible()


# -- what the timeline shows -----------------------------------------------------------------------


def test_the_timeline_shows_where_the_run_is_and_what_it_computes(running, engine) -> None:
    running.keys("Home")
    mark = running.window.timeline.content.run
    assert mark.reaches == (Reach(0, 23, (1,)),)
    picture = running.window.timeline.viewport().grab().toImage()
    x = running.window.timeline.frame_x(4)
    run = QColor(*TimelineColours.of(running.window.palette()).run)
    assert picture.pixelColor(x, 40) == run
    strip = running.window.thumbnails.grab().toImage()
    assert strip.pixelColor(x, 12) == run
    foot = picture.pixelColor(running.window.timeline.frame_x(15), RULER_HEIGHT - 2)
    assert foot.blue() > foot.red() + 40, "the range that is computed"
    end(running, engine)
    running.until(lambda: running.window.timeline.content.run is None)


def test_only_rows_that_the_run_takes_are_tinted(opened, engine) -> None:
    opened.mark(1, oid=1)
    opened.keys("F")
    opened.mark(2, oid=2)
    opened.keys("Ctrl+Alt+O")
    opened.go_to(10)
    opened.mark(2, oid=2)
    engine.hold_runs()
    opened.keys("]")
    opened.until(lambda: opened.window.timeline.content.run is not None)
    mark = opened.window.timeline.content.run
    assert mark.spans(1) == [] and mark.spans(2) == [(10, 23)]


def test_the_run_bar_fits_the_small_window(running) -> None:
    running.window.resize(1280, 800)
    running.keys("[")
    running.until(running.window.run_bar.queue.isVisible)
    QApplication.processEvents()
    assert running.window.width() == 1280
    assert running.window.minimumSizeHint().width() <= 1280
    bar = running.window.run_bar._bar
    assert bar.fontMetrics().horizontalAdvance("frame 143 of 300") < bar.width()


# -- the card --------------------------------------------------------------------------------------


def test_the_card_stays_until_it_is_closed(running, engine) -> None:
    card = running.window.run_card
    assert not card.isVisible()
    end(running, engine)
    running.until(card.isVisible)
    assert card.title.text() == "Tracked 24 frames"
    assert card.text.text().startswith("1 object in ")
    running.until(lambda: card.left.text() == "Nothing needs a look.")
    assert not card.review_button.isVisible()
    assert running.canvas.geometry().contains(card.geometry())
    running.keys("Home")
    running.window.resize(1000, 700)
    QApplication.processEvents()
    assert card.isVisible() and running.canvas.geometry().contains(card.geometry())
    QTest.mouseClick(card.close_button, LEFT)
    assert not card.isVisible()


def test_the_card_tells_of_each_run_that_ended(running, engine) -> None:
    end(running, engine)
    running.keys("Home")
    running.run("]")
    card = running.window.run_card
    assert card.title.text() == "2 runs ended"
    assert card.text.text().count("Tracked 24 frames, 1 object in") == 2
    running.keys("Ctrl+Z")
    running.until(lambda: card.title.text() == "Tracked 24 frames")


def test_a_cancelled_run_says_so(running) -> None:
    running.keys("Esc")
    running.until(lambda: not running.session.is_tracking)
    assert running.window.run_card.title.text() == "Cancelled after 5 frames"


def test_one_step_has_no_card(opened) -> None:
    opened.mark(1, oid=1)
    opened.run("T")
    assert not opened.window.run_card.isVisible()
    assert opened.session.playhead == 1


def test_frames_between_two_runs_are_told_on_the_card_and_by_the_timeline(opened, engine) -> None:
    opened.mark(1, oid=1)
    opened.go_to(20)
    opened.click_object(1)
    opened.until(lambda: opened.mask(20, 1) is not None)
    opened.run()
    said = opened.window.run_card.text.text()
    assert "(unlabelled) has nothing on frames 1–19: not tracked there yet." in said
    scene = opened.window.timeline.scene()
    assert scene.state_words(9, 1) == "nothing on frames 1–19: not tracked there yet"
    assert scene.state_words(23, 1).startswith("tracked")
