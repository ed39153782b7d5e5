"""Opening videos and folders, and what is no video."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication

from vostool.gui.widgets import dialogs

COPY, LEFT = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def folder(clip, tmp_path: Path) -> Path:
    place = tmp_path / "pictures"
    place.mkdir()
    for index in (0, 1, 2, 10):
        Image.fromarray(clip.frames[index]).save(place / f"shot {index}.png")
    return place


def drop(hand, place: QPoint, path: Path) -> tuple[bool, bool]:
    """Drop a file on the widget at a place of the window, as Qt delivers it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    target = hand.window.childAt(place)
    at = target.mapFrom(hand.window, place)
    enter = QDragEnterEvent(at, COPY, data, LEFT, NONE)
    QApplication.sendEvent(target, enter)
    event = QDropEvent(QPointF(at), COPY, data, LEFT, NONE)
    QApplication.sendEvent(target, event)
    return enter.isAccepted(), event.isAccepted()


def test_before_anything_is_open(hand, monkeypatch) -> None:
    # Space presses the start page's first button, which asks for a file.
    monkeypatch.setattr(dialogs, "ask_for_file", lambda _parent: None)
    assert "Open a video" in hand.canvas._message.text()
    assert not hand.window.actions_by_id["play"].isEnabled()
    assert not hand.window.objects.isEnabled()
    for keys in ("Space", "Right", "Shift+N", "Ctrl+Z", "]", "C", "Ctrl+S"):
        hand.keys(keys)
    hand.click(10, 10)
    assert hand.bench.workspace is None


def test_open_by_path_shows_the_first_frame(hand, clip, video: Path) -> None:
    hand.open(video)
    assert hand.window.windowTitle() == "clip.mp4 - VOSTool"
    assert "24 frames, 240x136, 25 a second" in hand.status()
    assert hand.canvas._message.text() == ""
    shown = hand.canvas._frame_item.image
    assert shown.shape == (136, 240, 3)
    assert np.abs(shown.astype(int) - clip.frames[0]).mean() < 6
    rect = hand.canvas.view.viewRect()
    assert rect.contains(0, 0) and rect.contains(240, 136), "the whole frame is seen"


@pytest.mark.parametrize("where", ["canvas", "timeline", "objects"])
def test_open_by_dropping_a_file(hand, video: Path, where: str) -> None:
    widget = getattr(hand.window, where)
    place = widget.mapTo(hand.window, widget.rect().center())
    assert drop(hand, place, video) == (True, True)
    hand.until(lambda: hand.bench.workspace is not None)
    assert hand.session.source.info.path == video


def test_a_drop_that_is_no_file_is_not_taken(hand) -> None:
    data = QMimeData()
    data.setText("hello")
    event = QDragEnterEvent(QPoint(50, 50), COPY, data, LEFT, NONE)
    QApplication.sendEvent(hand.window, event)
    assert not event.isAccepted()


def test_open_a_folder_of_images(hand, clip, folder: Path) -> None:
    hand.open(folder)
    assert len(hand.session.source) == 4
    hand.keys("End")
    hand.until_shown(3)
    assert (hand.canvas._frame_item.image == clip.frames[10]).all()
    hand.keys("Home")
    hand.mark(3, oid=1)


@pytest.mark.parametrize(
    ("keys", "question"), [("Ctrl+O", "ask_for_file"), ("Ctrl+U", "ask_for_folder")]
)
def test_open_by_key(
    hand, monkeypatch, video: Path, folder: Path, keys: str, question: str
) -> None:
    path = video if keys == "Ctrl+O" else folder
    monkeypatch.setattr(dialogs, question, lambda parent: path)
    hand.keys(keys)
    hand.until(lambda: hand.bench.workspace is not None)
    assert hand.session.source.info.path == path


def test_thinking_better_of_it_changes_nothing(opened, monkeypatch) -> None:
    before = opened.bench.workspace
    for question in ("ask_for_file", "ask_for_folder", "ask_project_name"):
        monkeypatch.setattr(dialogs, question, lambda *_: None)
    for keys in ("Ctrl+O", "Ctrl+U", "Ctrl+Shift+S"):
        opened.keys(keys)
    assert opened.bench.workspace is before


def _bad(kind: str, folder: Path, video: Path) -> Path:
    path = folder / f"{kind}.mp4"
    if kind == "text":
        path.write_text("I am not a video.")
    elif kind == "empty":
        path.touch()
    elif kind == "headless":
        path.write_bytes(video.read_bytes()[:200])
    elif kind == "no images":
        path.mkdir()
    elif kind == "sizes":
        path.mkdir()
        for index, size in enumerate([(8, 8), (9, 9)]):
            Image.new("RGB", size).save(path / f"{index}.png")
    elif kind == "image":
        path = path.with_suffix(".png")
        Image.new("RGB", (8, 8)).save(path)
    elif kind == "project":
        path = path.with_suffix(".vos")
        path.write_text("no database")
    return path


@pytest.mark.parametrize(
    "kind",
    ["missing", "text", "empty", "headless", "no images", "sizes", "image", "project"],
)
def test_what_cannot_be_opened_gets_one_sentence_and_the_old_one_stays(
    opened, video: Path, tmp_path: Path, kind: str
) -> None:
    opened.mark(1, oid=1)
    before, content = opened.bench.workspace, opened.content()
    path = _bad(kind, tmp_path, video)
    opened.bench.open_path(path)
    sentence = opened.problem()
    assert ("1.png" if kind == "sizes" else path.name) in sentence
    assert "\n" not in sentence and sentence.endswith(".") and len(sentence) < 300
    assert "Traceback" not in sentence and "Error" not in sentence
    assert opened.bench.workspace is before
    assert opened.content() == content
    opened.keys("Right")
    opened.until_shown(1)


def test_a_truncated_video_opens_as_far_as_it_goes_and_says_so(
    hand, video: Path, tmp_path: Path
) -> None:
    import av

    whole = tmp_path / "whole.mkv"
    with av.open(str(video)) as source, av.open(str(whole), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    data = whole.read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(data[: len(data) * 2 // 3])
    hand.open(cut)
    assert 2 < len(hand.session.source) < 24
    hand.keys("End")
    hand.until_shown(len(hand.session.source) - 1)


def test_opening_another_replaces_the_first(opened, engine, folder: Path) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(opened.project.masks) == 3)
    old = opened.bench.workspace
    opened.bench.open_path(folder)
    opened.choose("Stop it and keep what is done")
    opened.until(lambda: opened.bench.workspace not in (None, old))
    opened.until_shown(0)
    assert not opened.project.objects
    assert not opened.session.is_tracking
    assert not opened.window.run_bar.isVisible()
    assert opened.session.playhead == 0
    engine.release()
    opened.mark(2, oid=1)


def test_a_second_opening_overtakes_the_first(hand, video: Path, folder: Path) -> None:
    hand.bench.open_path(video)
    hand.bench.open_path(folder)
    hand.until(lambda: hand.bench.workspace is not None)
    assert hand.session.source.info.path == folder


def test_a_frame_that_cannot_be_shown_says_why(opened, monkeypatch) -> None:
    from vostool.errors import SourceError

    loader = opened.bench.workspace.display.loader
    real = loader._source.frame

    def frame(index: int):
        if index == 20:
            raise SourceError("Frame 20 cannot be decoded.")
        return real(index)

    monkeypatch.setattr(loader._source, "frame", frame)
    opened.keys("End")
    opened.session.go_to(20)
    opened.until(lambda: "cannot be decoded" in opened.canvas._message.text())
    opened.keys("Right")
    opened.until_shown(21)
    assert opened.canvas._message.text() == ""


def test_the_engine_gives_the_first_video_back_when_another_is_opened(
    opened, engine, folder: Path, monkeypatch
) -> None:
    closed: list[bool] = []
    (first,) = engine.sources
    monkeypatch.setattr(first, "close", lambda: closed.append(True))
    opened.open(folder)
    opened.mark(2, oid=1)
    assert closed == [True]
