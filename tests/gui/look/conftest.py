"""The walk through all screens, on the generated clip with an engine that knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cvat_fixtures import cvat, job_clip, memory_keyring
from fitting import faults_of
from painted import marks_of, too_faint
from PyQt6.QtCore import QEventLoop, QTimer
from screens import Screen, Stage, screens

from tests.gui.conftest import Hand, TruthEngine
from vostool.gui.widgets import theme

__all__ = ["cvat", "job_clip", "memory_keyring"]


@pytest.fixture
def walk(  # the walk opens menus, which want the keyboard
    program: object, hand: Hand, engine: TruthEngine, video: Path, tmp_path: Path, cvat: object
) -> Iterator[Callable[[str], Iterator[Screen]]]:
    """Opens all screens in a theme, one after the other."""

    def go(name: str) -> Iterator[Screen]:
        theme.set_theme(name)
        hand.window.resize(1280, 800)
        things = [(label, hand.middle(n)) for n, label in enumerate(("beetle", "fish", "star"), 1)]
        folder = tmp_path / "walk"
        folder.mkdir()
        for screen in screens(Stage(program, video, things, hand.until, folder, finds=False)):
            rest(250 if screen.name == "palette-typed" else 20)  # its cross fades in
            yield screen

    yield go
    theme.set_theme("Light")


def rest(milliseconds: int) -> None:
    """Let the event loop run; what was laid out anew is painted."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def lasting(look: Callable[[], list[str]]) -> list[str]:
    """What is still found when the layout has come to rest."""
    found = look()
    for _ in range(10):
        if found:
            rest(50)
            found = look()
    return found


def check_readable(walk: Callable[[str], Iterator[Screen]], theme_name: str) -> None:
    """On no screen is anything too faint to be read, or a text cut."""
    faults: list[str] = []
    seen = 0
    for name, widget in walk(theme_name):
        marks = marks_of(widget)
        seen += len(marks)
        faults += [f"{name}: {each}" for each in too_faint(widget, marks)]
        faults += [f"{name}: {each}" for each in lasting(lambda w=widget: faults_of(w))]
    assert not faults, "\n".join(faults)
    assert seen > 3000, "texts and icons of some 90 screens"
