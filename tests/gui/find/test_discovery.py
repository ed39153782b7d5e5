"""A track run that looks for new objects, asked for in the window."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QDialogButtonBox

from tests.gui.conftest import FRAMES, Hand, TruthEngine
from tests.gui.find.conftest import ScriptedFinder, ScriptedTracker
from vostool.finders.finder import Question, Way
from vostool.gui.track.discovery_dialog import WHOLE, DiscoveryDialog
from vostool.io.project.file import read_project
from vostool.masks.mask import Mask
from vostool.models.engine import Direction
from vostool.project.locks import lock_objects
from vostool.project.project import Project
from vostool.runs.discovery.offers import offered, offers_of
from vostool.runs.discovery.piece import Discovery
from vostool.runs.discovery.values import Again, DiscoveryRules, SeenAgain
from vostool.runs.unfinished import REACHED, note_begun

LEFT = Qt.MouseButton.LeftButton


def dialog_of(hand: Hand) -> DiscoveryDialog:
    hand.keys("Ctrl+Alt+F")
    hand.until(lambda: hand.window.findChildren(DiscoveryDialog))
    return hand.window.findChildren(DiscoveryDialog)[-1]


def go(hand: Hand, dialog: DiscoveryDialog) -> None:
    buttons = dialog.findChild(QDialogButtonBox).buttons()
    (track,) = [b for b in buttons if b.text().replace("&", "") == "Track"]
    with hand.qtbot.waitSignal(hand.session.run_ended, timeout=15000):
        QTest.mouseClick(track, LEFT)
    hand.window.activateWindow()  # what a window manager does
    hand.until(hand.window.isActiveWindow)


def test_what_is_new_is_found_and_tracked_in_one_step(opened: Hand, finder: ScriptedFinder) -> None:
    opened.mark(1, 1)
    before = opened.content()
    dialog = dialog_of(opened)
    dialog.fields.area.setValue(50)
    go(opened, dialog)
    assert len(opened.project.objects) == 3
    last = FRAMES - 1
    found = {opened.mask(last, oid).mask for oid in (2, 3)}
    assert found == {opened.truth(last, 2), opened.truth(last, 3)}
    assert opened.mask(last, 1).mask == opened.truth(last, 1)
    assert "Tracked 24 frames" in opened.status()
    assert "Looked for everything on 1 frame: found 2 new objects." in opened.status()
    assert finder.closed == 1
    opened.keys("Ctrl+Z")
    opened.until(lambda: len(opened.project.objects) == 1)
    assert opened.content() == before


def test_only_looking_tracks_nothing(opened: Hand, finder: ScriptedFinder) -> None:
    dialog = dialog_of(opened)
    QTest.mouseClick(dialog.only_look, LEFT, pos=dialog.only_look.rect().center() / 4)
    if not dialog.only_look.isChecked():
        QTest.keyClick(dialog.only_look, Qt.Key.Key_Space)
    dialog.fields.every.setValue(8)
    dialog.fields.area.setValue(50)
    go(opened, dialog)
    assert [frame for frame, _ in finder.questions] == [0, 8, 16]
    frames = {frame for frame, _, _ in opened.project.masks.items()}
    assert frames == {0, 8, 16}
    assert len(opened.project.objects) == 3  # each one thing on all frames


def test_text_is_needed_where_it_is_asked_by(opened: Hand, finder: ScriptedFinder) -> None:
    dialog = dialog_of(opened)
    dialog.fields.look_for.setCurrentText("What the text names")
    QTest.keyClick(dialog.fields.text, Qt.Key.Key_Return)
    assert "nothing to look for" in dialog.problem.text()
    QTest.keyClicks(dialog.fields.text, "fish")
    dialog.fields.area.setValue(50)
    go(opened, dialog)
    assert finder.questions[0][1].way is Way.TEXT
    assert [each.label for each in opened.project.objects.values()] == ["fish"]


def asks(opened: Hand, *frames: int) -> None:
    """A run leaves these questions about object 1."""
    project = opened.project
    for frame in frames:
        said = SeenAgain(frame, 1, opened.truth(frame, 1), 0.8, Again.ASK)
        opened.session.document.note(offered(project, said))


def test_a_lost_object_that_may_be_seen_again_is_asked_about(
    opened: Hand, finder: ScriptedFinder, tmp_path: Path
) -> None:
    opened.mark(1, 1)
    asks(opened, 9, 12, 15)
    place = opened.bench.workspace.storage.place
    opened.until(lambda: len(offers_of(read_project(place)[0])) == 3, timeout=1500)
    opened.open(Path(shutil.copy(place, tmp_path / "killed.vos")))  # as a kill would leave it
    assert "3 things that may be an object that was lost" in opened.status()
    button = opened.window.notice.action_button
    assert button.text() == "Look"
    QTest.mouseClick(button, LEFT)
    text = opened.choose("It is object 1")
    assert "object 1" in text
    assert "frame 9" in text
    assert opened.mask(9, 1).mask == opened.truth(9, 1)
    opened.choose("A new object")
    assert opened.mask(12, 2).mask == opened.truth(12, 1)
    opened.choose("Leave it")
    assert opened.mask(15, 1) is None
    assert not offers_of(opened.project)
    opened.window.activateWindow()  # what a window manager does
    opened.until(opened.window.isActiveWindow)
    opened.keys("Ctrl+Z")
    opened.until(lambda: 2 not in opened.project.objects)
    assert 12 in [offer.frame for offer in offers_of(opened.project)]  # it is asked again


def test_a_run_that_is_taken_back_asks_nothing(opened: Hand, finder: ScriptedFinder) -> None:
    """The ladybird is labelled on a frame and locked: it is seen elsewhere, and asked about."""
    opened.mark(1, 1)
    opened.session.do(lock_objects(opened.project, [1], True))
    opened.go_to(8)
    dialog = dialog_of(opened)
    dialog.fields.area.setValue(50)
    go(opened, dialog)
    assert [offer.object_id for offer in offers_of(opened.project)] == [1]
    assert "1 more may be an object that was there before" in opened.status()
    opened.choose("Leave it")
    assert not offers_of(opened.project)


def test_a_killed_run_goes_on_and_finds_what_an_unbroken_one_finds(
    opened: Hand,
    engine: TruthEngine,
    finder: ScriptedFinder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vostool.gui.session.track_runs.NOTED_EVERY", 0.0)
    opened.mark(1, 1)
    dialog = dialog_of(opened)
    dialog.fields.area.setValue(50)
    dialog.fields.every.setValue(5)
    go(opened, dialog)
    unbroken, looked = masks(opened), [frame for frame, _ in finder.questions]
    opened.keys("Ctrl+Z")
    opened.until(lambda: len(opened.project.objects) == 1)
    finder.questions.clear()
    engine.hold_runs()
    opened.go_to(0)
    dialog = dialog_of(opened)
    dialog.fields.area.setValue(50)
    dialog.fields.every.setValue(5)
    track = next(b for b in dialog.findChild(QDialogButtonBox).buttons() if "Track" in b.text())
    QTest.mouseClick(track, LEFT)
    engine.allow(13)  # some frames of both runs, the one of what was found included
    place = opened.bench.workspace.storage.place
    opened.until(lambda: _reached(opened.project) >= 5)
    opened.until(lambda: _reached(read_project(place)[0]) == _reached(opened.project))
    copy = tmp_path / "killed.vos"
    with closing(sqlite3.connect(place)) as now, closing(sqlite3.connect(copy)) as then:
        now.backup(then)  # a copy of the file's bytes may fall into a write
    opened.session.runs.cancel()
    opened.until(lambda: not opened.session.runs.going)
    engine.release()
    finder.questions.clear()
    opened.open(copy)
    assert "A track run that looked for new objects was stopped at frame" in opened.status()
    with opened.qtbot.waitSignal(opened.session.run_ended, timeout=15000):
        QTest.mouseClick(opened.window.notice.action_button, LEFT)
    assert masks(opened) == unbroken
    rest = [frame for frame, _ in finder.questions]
    assert rest == looked[len(looked) - len(rest) :] and len(rest) < len(looked)
    assert opened.tracking.unfinished() is None


def test_a_killed_run_by_a_model_that_is_gone_says_so(opened: Hand, finder: ScriptedFinder) -> None:
    piece = Discovery(
        Question(Way.EVERYTHING), Direction.FORWARD, 0, 0, 9, (), DiscoveryRules(), "gone", 1
    )
    opened.session.document.note(note_begun(opened.project, "Track and find", [piece], 0))
    rest = opened.tracking.unfinished()
    assert not opened.bench.workspace.discovering.go_on(rest)
    assert "looked with 'gone', which is not here any more" in opened.status()
    assert opened.tracking.unfinished() is not None


def masks(hand: Hand) -> dict[tuple[int, int], Mask]:
    return {(frame, oid): record.mask for frame, oid, record in hand.project.masks.items()}


def _reached(project: Project) -> int:
    noted = project.settings.get(REACHED)
    return -1 if noted is None or noted["at"] is None else noted["at"]


def asked_for_a_whole_video(opened: Hand, text: str) -> DiscoveryDialog:
    dialog = dialog_of(opened)
    dialog.fields.look_for.setCurrentText(WHOLE)
    assert not dialog.fields.every.isEnabled() and not dialog.direction.isEnabled()
    QTest.keyClicks(dialog.fields.text, text)
    dialog.fields.area.setValue(50)
    return dialog


def test_a_whole_video_is_followed_in_one_step(opened: Hand, tracker: ScriptedTracker) -> None:
    opened.mark(1, 1)
    mine = opened.mask(opened.session.playhead, 1)
    before = opened.content()
    go(opened, asked_for_a_whole_video(opened, "fish, starfish, ladybird"))
    assert tracker.asked == [(("fish", "starfish", "ladybird"), range(FRAMES), 255)]
    assert tracker.closed == 1
    # The ladybird is object 1, which a person made: it keeps number and mask, and is filled.
    assert [each.label for each in opened.project.objects.values()][1:] == ["fish", "starfish"]
    assert opened.mask(opened.session.playhead, 1) == mine
    for frame in (1, FRAMES - 1):
        assert {oid: opened.mask(frame, oid).mask for oid in (1, 2, 3)} == {
            oid: opened.truth(frame, oid) for oid in (1, 2, 3)
        }
    assert "on 24 frames: found 2 new objects." in opened.status()
    opened.keys("Ctrl+Z")
    opened.until(lambda: len(opened.project.objects) == 1)
    assert opened.content() == before


def test_a_whole_video_that_is_cancelled_keeps_what_was_found(
    opened: Hand, tracker: ScriptedTracker
) -> None:
    tracker.permits = threading.Semaphore(3)
    dialog = asked_for_a_whole_video(opened, "fish")
    buttons = dialog.findChild(QDialogButtonBox).buttons()
    (track,) = [b for b in buttons if b.text().replace("&", "") == "Track"]
    QTest.mouseClick(track, LEFT)
    opened.until(lambda: len(opened.project.masks) == 3)
    with opened.qtbot.waitSignal(opened.session.run_ended, timeout=15000):
        opened.session.runs.cancel()
        tracker.permits.release(10_000)
    assert {frame for frame, _, _ in opened.project.masks.items()} >= {0, 1, 2}
    assert len(opened.project.objects) == 1 and tracker.closed == 1


def test_what_is_missing_for_a_whole_video_is_said(opened: Hand) -> None:
    dialog = asked_for_a_whole_video(opened, "fish")
    QTest.keyClick(dialog.fields.text, Qt.Key.Key_Return)
    opened.until(lambda: "SAM 3" in opened.status())
    assert not opened.project.objects
