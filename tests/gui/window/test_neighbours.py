"""One project or video in two windows: the second one writes nothing that is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtWidgets import QMainWindow

from vostool.gui.window.neighbours import Doorbell, bring_to_front
from vostool.io.project import file as project_file
from vostool.io.project.drafts import draft_path
from vostool.io.project.file import ProjectFile
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.project.project import Project


@pytest.fixture
def elsewhere(video: Path):
    """The draft of the video, open in another window."""
    source = open_source(video)
    ref = source_ref(source)
    source.close()
    place = draft_path(ref)
    place.parent.mkdir(parents=True, exist_ok=True)
    with project_file.create(place, Project(ref)) as file:
        yield file


def test_the_window_that_has_the_video_comes_to_the_front(
    hand, elsewhere: ProjectFile, video: Path, qtbot
) -> None:
    other = QMainWindow()
    qtbot.addWidget(other)
    bell = Doorbell(other)
    bell.listen(elsewhere.path)
    hand.bench.open_path(video)
    hand.until(lambda: "is open in another window" in hand.status())
    assert "That window is in front now." in hand.status()
    hand.until(other.isVisible)
    assert hand.bench.workspace is None
    bell.listen(None)
    assert not bring_to_front(elsewhere.path)


def test_a_command_that_has_it_is_named_and_nothing_is_opened(
    opened, elsewhere_project: Path
) -> None:
    before = opened.bench.workspace
    opened.bench.open_path(elsewhere_project)
    opened.until(lambda: "Close it there first" in opened.status())
    assert opened.bench.workspace is before
    opened.mark(1, oid=1)


@pytest.fixture
def elsewhere_project(video: Path, tmp_path: Path):
    source = open_source(video)
    with project_file.create(tmp_path / "p.vos", Project(source_ref(source))) as file:
        source.close()
        yield file.path


def test_each_window_listens_for_what_it_has_open(opened, tmp_path: Path) -> None:
    storage = opened.bench.workspace.storage
    draft = storage.place
    assert bring_to_front(draft)
    with opened.qtbot.waitSignal(storage.saved):
        storage.save_as(tmp_path / "named.vos")
    assert bring_to_front(tmp_path / "named.vos") and not bring_to_front(draft)
    opened.bench.close_workspace()
    assert not bring_to_front(tmp_path / "named.vos")


def test_where_no_place_can_be_written_it_is_said_and_asked_at_the_end(
    hand, engine, video: Path, tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("VOSTOOL_DRAFTS", str(tmp_path / "file" / "drafts"))
    hand.open(video)
    assert "stored nowhere until you save it" in hand.status()
    hand.mark(1, oid=1)
    hand.window.close()
    assert "stored nowhere yet" in hand.choose("Stay")
    assert hand.window.isVisible()
