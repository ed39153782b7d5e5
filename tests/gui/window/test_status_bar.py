"""The status bar: a passing sentence is drawn whole, and goes whole."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QRect
from PyQt6.QtGui import QPaintEvent

from vostool.gui.window.status_bar import StatusBar


class Painted(QObject):
    """What of a widget was asked to be drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.rect = QRect()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if isinstance(event, QPaintEvent):
            self.rect = self.rect.united(event.rect())
        return False


def test_what_comes_and_goes_is_drawn_over_the_whole_line(qtbot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(900, bar.height())
    bar.show()
    qtbot.waitExposed(bar)
    for change in (lambda: bar.say("What its colours say"), bar.clearMessage):
        seen = Painted()
        bar.installEventFilter(seen)
        change()
        qtbot.waitUntil(lambda seen=seen: seen.rect == bar.rect())
        bar.removeEventFilter(seen)


def test_a_long_name_does_not_make_the_window_wider(hand, engine, video, tmp_path) -> None:
    long_name = tmp_path / f"{'a long name ' * 12}.mp4"
    long_name.write_bytes(video.read_bytes())
    hand.window.resize(1280, 800)
    hand.open(long_name)
    assert hand.window.width() == 1280
