"""Drafts, project files, moved videos, models, and what nobody foresaw."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vostool.gui.engine.models_dialog import ModelsDialog
from vostool.gui.widgets import dialogs
from vostool.gui.window.unforeseen import Unforeseen
from vostool.io.project.file import read_project

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def own_video(video: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(video, tmp_path / "mine.mp4"))


@pytest.fixture
def saved(opened, own_video: Path, monkeypatch) -> Path:
    """A project with one tracked object, saved under a name."""
    opened.open(own_video)
    opened.mark(1, oid=1)
    opened.run("]")
    path = own_video.parent / "work.vos"
    monkeypatch.setattr(dialogs, "ask_project_name", lambda *_: path)
    with opened.qtbot.waitSignal(opened.bench.workspace.storage.saved):
        opened.keys("Ctrl+S")
    return path


def test_a_draft_continues_where_the_video_was_left(opened, video: Path, tmp_path: Path) -> None:
    opened.mark(1, oid=1)
    opened.run("]")
    content = opened.content()
    opened.open(video)
    assert opened.content() == content
    assert "Continued where this video was left" in opened.status()
    assert opened.session.current_object == 1
    assert opened.window.windowTitle() == "clip.mp4 - VOSTool"
    opened.keys("Right")
    opened.mark(2, oid=1)


def test_a_video_that_was_only_looked_at_leaves_no_draft(opened, own_video: Path) -> None:
    from vostool.io.project.drafts import drafts_folder

    opened.open(own_video)
    opened.bench.close()
    assert list(drafts_folder().iterdir()) == []


def test_save_as_and_open_again(opened, saved: Path) -> None:
    content = opened.content()
    assert opened.window.windowTitle() == "mine.mp4 - work.vos - VOSTool"
    opened.keys("V")
    opened.keys("Ctrl+S")
    opened.open(saved)
    assert {k: v for k, v in opened.content().items() if k in content}.keys() == content.keys()
    assert opened.mask(0, 1).confirmed
    assert opened.mask(7, 1).mask == opened.truth(7, 1)


def test_changes_after_saving_go_to_the_file(opened, saved: Path) -> None:
    opened.keys("Shift+N")
    opened.bench.close()
    project, warning = read_project(saved)
    assert warning is None
    assert list(project.objects) == [1, 2]
    assert len(project.masks) == 24


def test_a_name_that_cannot_be_written(opened, monkeypatch, tmp_path: Path) -> None:
    opened.mark(1, oid=1)
    bad = tmp_path / "no such folder" / "x.vos"
    monkeypatch.setattr(dialogs, "ask_project_name", lambda *_: bad)
    opened.keys("Ctrl+S")
    sentence = opened.problem()
    assert "x.vos" in sentence and "\n" not in sentence
    assert opened.mask(0, 1) is not None


def test_a_moved_video_is_asked_for(opened, saved: Path, own_video: Path, monkeypatch) -> None:
    content = opened.content()
    opened.bench.close_workspace()
    elsewhere = own_video.parent / "deep"
    elsewhere.mkdir()
    moved = own_video.rename(elsewhere / "renamed.mp4")
    asked: list[str] = []
    monkeypatch.setattr(
        dialogs, "ask_for_source", lambda _, sentence: asked.append(sentence) or moved
    )
    opened.open(saved)
    assert len(asked) == 1 and "mine.mp4" in asked[0]
    assert opened.content() == content
    assert opened.session.source.info.path == moved
    opened.bench.close_workspace()
    opened.open(saved)
    assert len(asked) == 1, "the new place is remembered"


def test_another_video_is_refused(
    opened, saved: Path, own_video: Path, video: Path, clip, tmp_path: Path, monkeypatch
) -> None:
    from vostool.evaluate.generated_clip import GeneratedClip, write_video

    other = tmp_path / "other.mp4"
    write_video(GeneratedClip(clip.frames[::-1], clip.ids[::-1], clip.rate), other)
    opened.open(video)
    before = opened.bench.workspace
    own_video.unlink()
    monkeypatch.setattr(dialogs, "ask_for_source", lambda *_: other)
    stored = saved.read_bytes()
    opened.bench.open_path(saved)
    assert "not the video that this project was made with" in opened.problem()
    assert opened.bench.workspace is before
    assert saved.read_bytes() == stored


def test_not_saying_where_the_video_is_leaves_things_as_they_are(
    opened, saved: Path, own_video: Path, video: Path, monkeypatch
) -> None:
    opened.open(video)
    before = opened.bench.workspace
    own_video.unlink()
    asked: list[str] = []
    monkeypatch.setattr(dialogs, "ask_for_source", lambda _, sentence: asked.append(sentence))
    opened.bench.open_path(saved)
    opened.until(lambda: asked)
    assert opened.bench.workspace is before


# -- models and accidents ------------------------------------------------------------------------


def test_the_models_dialog_lists_the_engines(hand) -> None:
    QTest.mouseClick(hand.window.engine_bar.fetch, LEFT)
    hand.until(lambda: hand.window.findChildren(ModelsDialog))
    (dialog,) = hand.window.findChildren(ModelsDialog)
    assert dialog.buttons["flow"].text() == "In use"
    assert dialog.buttons["sam2.1-tiny"].text() == "Get (156 MB)"
    dialog.reject()


def test_a_download_that_fails_says_so(hand, monkeypatch) -> None:
    from vostool.errors import ModelError

    def fetch(spec, folder, progress):
        progress(1, 10)
        raise ModelError(f"{spec.url} cannot be reached; check the connection.")

    monkeypatch.setattr("vostool.gui.engine.models_dialog.fetch", fetch)
    hand.bench.engine.show_dialog()
    (dialog,) = hand.window.findChildren(ModelsDialog)
    QTest.mouseClick(dialog.buttons["sam2.1-tiny"], LEFT)
    hand.until(lambda: "cannot be reached" in dialog.note.text())
    assert not dialog.bar.isVisible()
    assert hand.bench.engine.current == "flow"
    dialog.reject()


def test_an_accident_in_a_slot_is_shown_and_the_program_goes_on(opened, capsys) -> None:
    hook = Unforeseen(opened.window.show_unforeseen).hook
    try:
        raise KeyError("oops")
    except KeyError as error:
        hook(type(error), error, error.__traceback__)
    opened.until(lambda: "Something unforeseen went wrong (KeyError: 'oops')" in opened.status())
    assert "Traceback" in capsys.readouterr().err
    opened.mark(1, oid=1)
