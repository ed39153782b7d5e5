"""What is said of the selected object under the list, and that it follows."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.gui.conftest import Hand
from vostool.project.locks import locked_objects


def facts(hand: Hand) -> list[str]:
    return hand.window.objects.inspector.facts.text().splitlines()


def test_the_facts_follow_clicks_runs_and_corrections(opened: Hand) -> None:
    inspector = opened.window.objects.inspector
    assert not inspector.title.isVisible()
    opened.mark(1, oid=1)
    assert inspector.title.text() == "1 unlabelled"
    opened.until(
        lambda: facts(opened) == ["1 frame, 0 % confirmed", "Prompted: 1 frame", "Mean score 0.90"]
    )
    opened.run()
    opened.until(lambda: "Tracked: 23 frames in 1 stretch" in facts(opened))
    opened.go_to(12)
    opened.click_object(1)
    opened.until(lambda: "Tracked: 22 frames in 2 stretches" in facts(opened))
    assert "Prompted: 2 frames, 1 correction" in facts(opened)
    opened.keys("V")
    opened.until(lambda: facts(opened)[0] == "24 frames, 4 % confirmed")


def test_its_buttons_act(opened: Hand) -> None:
    opened.mark(1, oid=1)
    inspector = opened.window.objects.inspector
    QTest.mouseClick(inspector.lock, Qt.MouseButton.LeftButton)
    assert locked_objects(opened.project) == {1}
    QTest.mouseClick(inspector.lock, Qt.MouseButton.LeftButton)
    QTest.mouseClick(inspector.title, Qt.MouseButton.LeftButton)
    field = opened.window.view_side.chip.field
    opened.until(field.hasFocus)
    QTest.keyClicks(field, "cup")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert inspector.title.text() == "1 cup"
    opened.keys("F")
    assert not inspector.title.isVisible() and not inspector.facts.isVisible()
