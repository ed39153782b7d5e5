"""A track run that looks for new objects, asked for in the window."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QDialogButtonBox

from tests.gui.conftest import FRAMES, Hand
from tests.gui.find.conftest import ScriptedFinder
from vostool.finders.finder import Way
from vostool.gui.track.discovery_dialog import DiscoveryDialog
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
