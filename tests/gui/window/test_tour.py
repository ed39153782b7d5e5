"""The first-run tour, with the real window and the real sample clip."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from vostool.gui.canvas.canvas import SPOT_DIAMETER
from vostool.gui.window.start.sample_clip import CLICK_HERE, sample_path
from vostool.gui.window.tour import STEPS

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def sample(video):
    """The small clip where the sample belongs, so that nothing is generated."""
    sample_path().parent.mkdir(parents=True)
    sample_path().write_bytes(video.read_bytes())


def shown(hand) -> str:
    mark = hand.tour.mark
    return mark.title.text() if mark.isVisible() else ""


def press(hand, name: str) -> None:
    QTest.mouseClick(getattr(hand.tour.mark, f"{name}_button"), LEFT)


def test_it_begins_once_and_never_again(hand) -> None:
    hand.tour.begin_if_new()
    assert shown(hand) == STEPS[0].title
    hand.keys("Esc")
    assert not shown(hand) and not hand.tour.mark.halo.isVisible()
    hand.tour.begin_if_new()
    assert not shown(hand)
    hand.window.actions_by_id["tour"].trigger()
    assert shown(hand) == STEPS[0].title, "on demand from Help"
    press(hand, "skip")
    assert not shown(hand)


def test_doing_what_it_says_takes_it_on(hand, engine, sample) -> None:
    hand.tour.begin()
    press(hand, "next")
    hand.until(lambda: hand.bench.workspace is not None)
    assert hand.project.source.path == sample_path()
    hand.until_shown(0)
    assert shown(hand) == STEPS[1].title
    hand.mark(1, oid=1)
    assert shown(hand) == STEPS[2].title
    hand.run("]")
    assert shown(hand) == STEPS[3].title
    timeline = hand.window.timeline
    QTest.mouseClick(timeline.viewport(), LEFT, pos=QPoint(timeline.frame_x(7), 5))
    assert hand.session.playhead == 7 and shown(hand) == STEPS[4].title
    assert hand.tour.mark.next_button.text() == "Done"
    press(hand, "next")
    assert not shown(hand)


def ringed(hand) -> list[tuple[float, float]]:
    """Where rings ask for a click, by the canvas' picture: amber pixels around a place."""
    QApplication.processEvents()
    picture = hand.canvas.grab().toImage()
    place = hand.at(*CLICK_HERE)
    radius = SPOT_DIAMETER // 2
    around = [(radius, 0), (-radius, 0), (0, radius), (0, -radius)]
    colours = [picture.pixelColor(place.x() + x, place.y() + y) for x, y in around]
    amber = [c.red() > 180 and 80 < c.green() < 160 and c.blue() < 80 for c in colours]
    return [CLICK_HERE] if all(amber) else []


def test_a_ring_shows_where_to_click_on_the_sample_and_goes(hand, engine, sample) -> None:
    hand.tour.begin()
    press(hand, "next")
    hand.until(lambda: hand.bench.workspace is not None)
    hand.until_shown(0)
    assert "starfish" in hand.tour.mark.text.text()
    assert ringed(hand)
    hand.keys("Right")
    hand.until_shown(1)
    assert not ringed(hand), "the starfish is elsewhere there"
    hand.keys("Left")
    hand.until_shown(0)
    assert ringed(hand)
    press(hand, "next")
    assert not ringed(hand)


def test_a_video_of_ones_own_has_no_starfish(opened) -> None:
    opened.tour.begin()
    press(opened, "next")
    assert shown(opened) == STEPS[1].title
    assert "starfish" not in opened.tour.mark.text.text()
    assert not ringed(opened)


def test_back_and_next_through_all_five(opened) -> None:
    opened.tour.begin()
    titles = [shown(opened)]
    for _ in range(4):
        press(opened, "next")
        titles.append(shown(opened))
    assert titles == [step.title for step in STEPS] and len(titles) == 5
    press(opened, "back")
    assert shown(opened) == STEPS[3].title
    assert not opened.project.cells(), "looking changes nothing"


@pytest.mark.parametrize("size", [(1280, 800), (900, 600)])
def test_each_note_is_inside_the_window_and_hides_no_more_than_it_must(opened, size) -> None:
    opened.window.resize(*size)
    tour, window = opened.tour, opened.window
    tour.begin()
    for step in STEPS:
        mark = tour.mark
        assert window.rect().contains(mark.geometry()), step.title
        target = step.target(window)
        place = target.rect().translated(target.mapTo(window, QPoint(0, 0)))
        assert mark.halo.geometry().contains(place.intersected(window.rect()))
        if not step.inside:
            assert not mark.geometry().intersects(place), step.title
        assert mark.accessibleDescription().startswith(step.title)
        tour.next()


def test_each_note_leaves_notices_and_the_list_of_objects_free(opened) -> None:
    opened.window.resize(1280, 800)
    tour, window = opened.tour, opened.window
    tour.begin()
    for step in STEPS:
        window.notice.show_problem("", "That did not work.")
        QApplication.processEvents()
        for other in (window.notice, window.objects):
            place = other.rect().translated(other.mapTo(window, QPoint(0, 0)))
            assert not tour.mark.geometry().intersects(place), step.title
        tour.next()


def test_it_says_where_to_look_and_what_corrects(opened) -> None:
    said = " ".join(step.text for step in STEPS)
    for word in ("Review", "N goes to the next", "lasso", "brush", "confirm"):
        assert word in said


def test_the_window_goes_on_working(opened) -> None:
    opened.tour.begin()
    assert QApplication.activeModalWidget() is None
    opened.keys("Right")
    assert opened.session.playhead == 1
    press(opened, "next")
    opened.keys("Right")
    assert opened.session.playhead == 2, "the keys are not the note's after a click on it"


def test_esc_ends_the_run_first(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.tour.begin()
    opened.keys("]")
    opened.until(opened.window.actions_by_id["cancel"].isEnabled)
    opened.keys("Esc")
    opened.until(lambda: not opened.session.is_tracking)
    assert shown(opened)
    opened.keys("Esc")
    assert not shown(opened)


def test_the_sample_is_made_when_it_is_first_opened(hand, engine) -> None:
    assert not sample_path().exists()
    hand.window.start_page.buttons["open_sample"].click()
    hand.until(lambda: hand.bench.workspace is not None, 20000)
    assert sample_path().is_file()
    info = hand.bench.workspace.source.info
    assert (info.width, info.height, info.frame_count) == (480, 270, 60)


def test_a_sample_that_cannot_be_made_says_why(hand, monkeypatch) -> None:
    sample_path().parent.parent.mkdir(parents=True, exist_ok=True)
    sample_path().parent.write_text("a file where the folder belongs")
    hand.window.actions_by_id["open_sample"].trigger()
    assert "open a video of your own" in hand.problem()
