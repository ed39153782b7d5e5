"""A track run that looks for new objects, asked for in the window."""

from __future__ import annotations

import threading

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QDialogButtonBox

from tests.gui.conftest import FRAMES, Hand
from tests.gui.find.conftest import ScriptedFinder, ScriptedTracker
from vostool.finders.finder import Way
from vostool.gui.track.discovery_dialog import WHOLE, DiscoveryDialog
from vostool.masks.mask import Mask
from vostool.runs.discovery.values import Again, SeenAgain

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
    dialog.area.setValue(50)
    go(opened, dialog)
    assert len(opened.project.objects) == 3
    last = FRAMES - 1
    found = {opened.mask(last, oid).mask for oid in (2, 3)}
    assert found == {opened.truth(last, 2), opened.truth(last, 3)}
    assert opened.mask(last, 1).mask == opened.truth(last, 1)
    assert "Found 2 new objects." in opened.status()
    assert finder.closed == 1
    opened.keys("Ctrl+Z")
    opened.until(lambda: len(opened.project.objects) == 1)
    assert opened.content() == before


def test_only_looking_tracks_nothing(opened: Hand, finder: ScriptedFinder) -> None:
    dialog = dialog_of(opened)
    QTest.mouseClick(dialog.only_look, LEFT, pos=dialog.only_look.rect().center() / 4)
    if not dialog.only_look.isChecked():
        QTest.keyClick(dialog.only_look, Qt.Key.Key_Space)
    dialog.every.setValue(8)
    dialog.area.setValue(50)
    go(opened, dialog)
    assert [frame for frame, _ in finder.questions] == [0, 8, 16]
    frames = {frame for frame, _, _ in opened.project.masks.items()}
    assert frames == {0, 8, 16}
    assert len(opened.project.objects) == 3  # each one thing on all frames


def test_text_is_needed_where_it_is_asked_by(opened: Hand, finder: ScriptedFinder) -> None:
    dialog = dialog_of(opened)
    dialog.look_for.setCurrentText("What the text names")
    QTest.keyClick(dialog.text, Qt.Key.Key_Return)
    assert "nothing to look for" in dialog.problem.text()
    QTest.keyClicks(dialog.text, "fish")
    dialog.area.setValue(50)
    go(opened, dialog)
    assert finder.questions[0][1].way is Way.TEXT
    assert [each.label for each in opened.project.objects.values()] == ["fish"]


def test_a_lost_object_that_may_be_seen_again_is_asked_about(
    opened: Hand, finder: ScriptedFinder
) -> None:
    opened.mark(1, 1)
    discovering = opened.bench.workspace.discovering
    mask: Mask = opened.truth(9, 1)
    offers = [SeenAgain(9, 1, mask, 0.8, Again.ASK), SeenAgain(12, 1, mask, 0.8, Again.ASK)]
    discovering.offers = offers
    discovering.said = "Found no new object."
    opened.session.run_ended.disconnect(discovering._run_ended)
    opened.session.run_ended.emit("")
    opened.session.run_ended.connect(discovering._run_ended)
    text = opened.choose("It is object 1")
    assert "object 1" in text
    assert "frame 9" in text
    assert opened.mask(9, 1).mask == mask
    opened.choose("A new object")
    assert opened.mask(12, 2).mask == mask
    assert not discovering.offers


def asked_for_a_whole_video(opened: Hand, text: str) -> DiscoveryDialog:
    dialog = dialog_of(opened)
    dialog.look_for.setCurrentText(WHOLE)
    assert not dialog.every.isEnabled() and not dialog.direction.isEnabled()
    QTest.keyClicks(dialog.text, text)
    dialog.area.setValue(50)
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
    assert "Found 2 new objects." in opened.status()
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
    QTest.keyClick(dialog.text, Qt.Key.Key_Return)
    opened.until(lambda: "SAM 3" in opened.status())
    assert not opened.project.objects
