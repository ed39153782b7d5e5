"""Whatever is stored, the program starts, and says once what it left out; Ctrl+C closes it once."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QMessageBox, QToolTip

from vostool.gui.settings import keys, preferences
from vostool.gui.window.interrupt import LOOK_MS, Interrupt
from vostool.gui.window.start import presence
from vostool.gui.window.start.recent import recent_paths, remember_opened

DEEP = "[" * 100_000


@pytest.fixture
def ini(_own_places: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings are, with nothing said of them yet."""
    monkeypatch.setattr(preferences, "_left_out", {})
    folder = Path(os.environ["VOSTOOL_CONFIG"])
    folder.mkdir(parents=True)
    return folder / "vostool.ini"


@pytest.mark.qt_log_ignore(
    "QVariant::load: unknown user type", "does not support propagateSizeHints"
)
@pytest.mark.parametrize(
    "content",
    [
        {keys.RECENT: DEEP, keys.KEYMAP: DEEP, keys.LABELS: DEEP},
        {keys.RECENT: json.dumps(["/" + "x" * 5000, 7, None, "/a\0b", ""])},
        {keys.RECENT: '{"a": 1}', keys.KEYMAP: "[1]", keys.LABELS: "7"},
        {keys.GEOMETRY: "no bytes", keys.DOCKS: "no bytes", keys.BRUSH_SIZE: "9" * 500},
        {keys.GEOMETRY: "@ByteArray(\\0\\x1\\xff)", keys.DOCKS: "@Variant(\\0\\0\\0\\x7f\\0)"},
        {keys.RECENT: "@Variant(\\0\\0\\0\\x7f\\0\\0\\0\\x5QFoo\\0)", keys.THEME: "@Invalid()"},
        dict.fromkeys((keys.THEME, keys.QUALITY, keys.VIEW_OPACITY), "\\xff, ;, @, %"),
    ],
)
def test_it_starts_whatever_is_stored(ini: Path, request, content: dict[str, str]) -> None:
    lines = [f"{name.replace('/', chr(92))}={value}" for name, value in content.items()]
    ini.write_text("[General]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    program = request.getfixturevalue("program")
    assert program.bench.window.isVisible()
    assert preferences.what_was_left_out() == ""


def test_it_says_once_what_it_left_out(ini: Path, request) -> None:
    ini.write_text(f"[General]\n{keys.RECENT}={DEEP}\n")
    hand = request.getfixturevalue("hand")
    assert "make no sense and were left out: recent" in hand.status()


@pytest.mark.parametrize("kind", ["pipe", "device", "huge"])
def test_settings_that_are_no_file(ini: Path, request, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(ini)
    elif kind == "device":
        ini.symlink_to("/dev/zero")
    else:
        with ini.open("wb") as file:
            file.truncate(1 << 40)
    assert request.getfixturevalue("program").bench.window.isVisible()


def test_a_recent_place_that_may_not_be_looked_at(ini: Path, tmp_path, monkeypatch) -> None:
    for place in (tmp_path, Path("/" + "y" * 4000), tmp_path / "gone"):
        remember_opened(place)

    def stat(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    assert recent_paths() == [tmp_path]
    monkeypatch.setattr("vostool.files.os.stat", stat)
    assert recent_paths() == []


def test_ctrl_c_closes_from_the_event_loop_and_once(bench, qtbot, monkeypatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    closed: list[bool] = []
    monkeypatch.setattr(bench, "stop", lambda: closed.append(True))
    try:
        interrupt = Interrupt()
        # As the interpreter calls it; true signals go to processes of their own (test_ctrl_c.py).
        handler = signal.getsignal(signal.SIGINT)
        assert callable(handler)
        handler(signal.SIGINT, None)  # before there is a window
        interrupt.serve(bench)
        for _ in range(3):
            handler(signal.SIGINT, None)
        assert not closed  # not inside what runs
        qtbot.waitUntil(lambda: bool(closed))
        qtbot.wait(2 * LOOK_MS)
        assert closed == [True]
    finally:
        signal.signal(signal.SIGINT, before)


def test_text_is_shown_as_it_is(bench, qtbot, tmp_path) -> None:
    """An image of a local file in a label's name would be loaded."""
    hostile = f'<b>x</b><img src="{tmp_path}/a.png">'
    label = QLabel(hostile, bench.window)
    label.show()
    assert label.textFormat() is Qt.TextFormat.PlainText
    box = QMessageBox(QMessageBox.Icon.Question, "t", hostile, parent=bench.window)
    box.setInformativeText(hostile)
    box.open()
    formats = {found.textFormat() for found in box.findChildren(QLabel) if found.text() == hostile}
    assert formats == {Qt.TextFormat.PlainText}
    box.close()
    QToolTip.showText(bench.window.mapToGlobal(bench.window.rect().center()), hostile, bench.window)
    tips = [w for w in bench.window.findChildren(QLabel) if w.inherits("QTipLabel")]
    assert [tip.textFormat() for tip in tips] == [Qt.TextFormat.PlainText]
    QToolTip.hideText()


def test_no_label_guesses_what_its_text_is(opened) -> None:
    labels = opened.window.findChildren(QLabel)
    assert len(labels) > 10
    shown = [label for label in labels if label.isVisible()]
    assert {label.textFormat() for label in shown} <= {
        Qt.TextFormat.PlainText,
        Qt.TextFormat.RichText,
    }


def test_a_recent_place_on_a_mount_that_hangs_stops_nobody(
    ini: Path, tmp_path, monkeypatch
) -> None:
    answers, asked = threading.Event(), []
    hung = tmp_path / "hung"
    hung.mkdir()

    def look(path: Path) -> bool:
        asked.append(path)
        return (answers.wait(20) if path == hung else True) and path.exists()

    monkeypatch.setattr(presence, "WAIT_S", 0.2)
    monkeypatch.setattr(presence, "is_there", look)
    for place in (tmp_path, hung):
        remember_opened(place)
    assert recent_paths() == [tmp_path]
    assert recent_paths() == [tmp_path]
    assert asked.count(hung) == 1  # no second thread for one that hangs
    answers.set()
    presence._asked[hung].join(5)
    assert recent_paths() == [hung, tmp_path]
