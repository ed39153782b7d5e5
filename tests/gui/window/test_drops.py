"""Several files dropped at once, and two windows that want one project."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent

from vostool.gui.window.drops import MOST_WINDOWS
from vostool.gui.window.start.dropped import sorted_out
from vostool.io.project.file import open_project

COPY, LEFT, NONE = (
    Qt.DropAction.CopyAction,
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
)


@pytest.fixture
def started(monkeypatch) -> list[list[str]]:
    """What other windows were started with."""
    found: list[list[str]] = []
    monkeypatch.setattr(
        "vostool.gui.window.handlers.program.QProcess.startDetached",
        lambda _program, arguments, _folder: (found.append(arguments[2:]) or True, 1),
    )
    return found


def drop(hand, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    enter = QDragEnterEvent(QPointF(50, 50).toPoint(), COPY, data, LEFT, NONE)
    hand.window.dragEnterEvent(enter)
    assert enter.isAccepted()
    hand.window.dropEvent(QDropEvent(QPointF(50, 50), COPY, data, LEFT, NONE))


def copies(video: Path, folder: Path, count: int) -> list[Path]:
    made = [folder / f"clip {number}.mp4" for number in range(count)]
    for path in made:
        path.write_bytes(video.read_bytes())
    return made


def test_the_first_opens_here_and_the_others_in_windows(
    hand, engine, video, tmp_path, started
) -> None:
    one, two, three = copies(video, tmp_path, 3)
    drop(hand, one, two, three, two)
    hand.until(lambda: hand.bench.workspace is not None)
    assert hand.project.source.path == one
    assert started == [[str(two)], [str(three)]]


def test_so_many_are_not_all_opened_and_it_is_said(hand, engine, video, tmp_path, started) -> None:
    paths = copies(video, tmp_path, MOST_WINDOWS + 2)
    drop(hand, *paths)
    hand.until(lambda: hand.bench.workspace is not None)
    assert len(started) == MOST_WINDOWS - 1
    assert f"'{paths[MOST_WINDOWS].name}' and 1 more" in hand.status()


def test_labels_dropped_with_a_video_come_in_when_it_is_open(
    hand, engine, video, tmp_path, monkeypatch
) -> None:
    labels = tmp_path / "annotations.xml"
    labels.write_text("<annotations/>")
    seen: list[tuple[Path, bool]] = []
    monkeypatch.setattr(
        "vostool.gui.window.drops.import_labels",
        lambda bench, path: seen.append((path, bench.workspace is not None)),
    )
    drop(hand, labels, video)
    hand.until(lambda: seen)
    assert seen == [(labels, True)]
    hand.bench.open_path(video)
    hand.until(lambda: hand.bench._opening is None)
    assert len(seen) == 1, "not again with the next video"


def test_images_of_one_folder_are_that_folder(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path in paths:
        Image.new("RGB", (8, 6)).save(path)
    assert sorted_out(paths).sources == (tmp_path,)
    assert sorted_out(paths[:1]).sources == (paths[0],)


def test_a_project_that_another_window_has_is_refused_with_a_sentence(
    opened, tmp_path, video, qtbot
) -> None:
    opened.mark(1, oid=1)
    path = tmp_path / "work.vos"
    storage = opened.bench.workspace.storage
    with qtbot.waitSignal(storage.saved):
        storage.save_as(path)
    opened.bench.close_workspace()
    other, _ = open_project(path)  # as the other window does
    try:
        opened.bench.open_path(path)
        sentence = opened.problem()
        assert "open in another window" in sentence and "close it there first" in sentence
        assert opened.bench.workspace is None
    finally:
        other.close()
    opened.open(path)
    assert opened.project.masks.frames(1) == [0]
