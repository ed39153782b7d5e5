"""A project that is opened again is where it was left; one that was only looked at leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vostool.gui.session.frame_range import FrameRange
from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings
from vostool.gui.window.resuming import PLACE
from vostool.gui.window.start.recent_facts import facts_of
from vostool.io.project.file import create, read_project
from vostool.project import edits


def leave(hand) -> Path:
    place = hand.bench.workspace.storage.place
    hand.bench.leaving.leave(hand.bench.workspace, hand.bench.close_workspace)
    hand.until(lambda: hand.bench.workspace is None)
    return place


def test_frame_range_and_tool_come_back(opened, video: Path) -> None:
    opened.mark(1, oid=1)
    opened.keys("Ctrl+Z")
    opened.keys("Ctrl+Shift+Z")
    opened.go_to(9)
    opened.bench.workspace.selection.select(4, 12)
    opened.window.actions_by_id["brush"].trigger()
    leave(opened)
    opened.window.actions_by_id["point"].trigger()
    opened.open(video)
    opened.until_shown(9)
    assert opened.bench.workspace.selection.value == FrameRange(4, 12)
    assert opened.canvas.tool.id == "brush"
    assert not opened.window.actions_by_id["undo"].isEnabled(), "it is no step"


def test_a_video_that_was_only_looked_at_leaves_no_draft(opened) -> None:
    opened.go_to(9)
    assert not leave(opened).exists()


@pytest.mark.parametrize(
    "stored",
    [
        3, [], {"frame": 400, "tool": "none", "engine": "none", "range": [3]},
        {"frame": -1, "tool": 7, "engine": 1, "range": [5, 90]}, {"frame": True, "range": "ab"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_left_out(opened, video: Path, stored) -> None:
    opened.mark(1, oid=1)
    tool = opened.canvas.tool.id
    place = leave(opened)
    project, _ = read_project(place)
    project.apply(edits.set_setting(project, PLACE, stored))
    copy = place.with_name("strange.vos")
    create(copy, project).close()
    opened.open(copy)
    assert opened.session.playhead == 0 and opened.canvas.tool.id == tool
    assert opened.bench.workspace.selection.value is None


def test_export_again_is_offered_after_an_export(opened, monkeypatch: pytest.MonkeyPatch) -> None:
    again = opened.window.actions_by_id["export_again"]
    assert again not in opened.window.toolbar.actions()
    opened.window.name_last_export("CVAT for video, COCO instances")
    assert (
        again in opened.window.toolbar.actions()
        and again.text() == "Export again: CVAT for video, COCO instances"
    )
    assert again.iconText() == "Again: CVAT for video + 1"
    begun: list[str] = []
    monkeypatch.setattr("vostool.gui.window.handlers.file.exported_before", lambda: "COCO")
    dialog = "vostool.gui.window.handlers.file.ExportDialog"
    monkeypatch.setattr(f"{dialog}.start", lambda self: (begun.append("start"), self.reject()))
    opened.mark(1, oid=1)
    again.trigger()
    assert begun == ["start"]
    opened.window.resize(1280, 800)
    opened.until(lambda: opened.window.width() == 1280)
    assert opened.window.minimumSizeHint().width() <= 1280


def test_the_start_page_shows_a_picture_and_how_far_it_is(opened, video: Path) -> None:
    opened.mark(1, oid=1)
    opened.run("]")
    opened.keys("V")
    leave(opened)
    page = opened.window.start_page
    opened.until(page.isVisible)
    button = page.recent_buttons[0]
    assert button.text().endswith("\n1 object, 4 % confirmed, draft")
    assert button.icon().pixmap(88, 44).height() == 44
    assert opened.window.minimumSizeHint().width() <= 1280
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    opened.until(lambda: opened.bench.workspace is not None)


@pytest.mark.parametrize(
    "stored", ["[]", "3", '{"/a": 3}', '{"/a": {"objects": -1}}', '{"/a": {"objects": "x"}}', "{"]
)
def test_strange_facts_are_left_out(program, stored: str) -> None:
    settings().setValue(keys.RECENT_FACTS, stored)
    assert facts_of("/a") is None
    settings().setValue(
        keys.RECENT_FACTS, '{"/a": {"objects": 2, "confirmed": 7, "picture": "%%%"}}'
    )
    found = facts_of("/a")
    assert found is not None and found.words == "2 objects" and found.pixmap.isNull()
