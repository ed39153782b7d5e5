"""Notices over the canvas: an error stays until a person closes it, whatever is told meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from vostool.gui.widgets.notice_bar import NoticeBar


@pytest.fixture
def bar(qtbot: object) -> Iterator[NoticeBar]:
    around = QWidget()
    around.resize(600, 400)
    canvas = QWidget(around)
    canvas.setGeometry(0, 0, 600, 400)
    made = NoticeBar(canvas, around)
    around.show()
    yield made
    around.close()
    around.deleteLater()


def close(bar: NoticeBar) -> None:
    QTest.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)


def test_nothing_replaces_an_error_that_nobody_foresaw(bar: NoticeBar) -> None:
    bar.show_problem("Oh", "It broke.", "trace", stays=True)
    assert not bar.show_hint("A run has ended.")
    assert not bar.show_done("Two objects were added.", "Undo", lambda: None)
    bar.dismiss()
    bar.withdraw("Changes are not stored")
    assert bar.isVisible() and bar.text.text() == "It broke."
    close(bar)
    assert not bar.isVisible()
    assert bar.show_hint("A run has ended.")


def test_good_news_waits_where_the_window_is_hidden(bar: NoticeBar) -> None:
    bar.show_problem("Oh", "It broke.", stays=True)
    window = bar.window()
    window.hide()
    assert not bar.show_done("Two objects were added.", "Undo", lambda: None)
    window.show()
    assert bar.text.text() == "It broke."


def test_another_problem_comes_first_and_the_error_again_after_it(bar: NoticeBar) -> None:
    bar.show_problem("Oh", "It broke.", stays=True)
    bar.show_problem("Not stored", "The disk is full.")
    assert bar.text.text() == "The disk is full."
    bar.withdraw("Not stored")
    assert bar.isVisible() and bar.text.text() == "It broke."
    bar.show_problem("Oh", "It broke again.", stays=True)
    close(bar)
    assert bar.text.text() == "It broke."
    close(bar)
    assert not bar.isVisible()


def test_the_same_error_is_shown_once(bar: NoticeBar) -> None:
    for _ in range(3):
        bar.show_problem("Oh", "It broke.", stays=True)
    close(bar)
    assert not bar.isVisible()
