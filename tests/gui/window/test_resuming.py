"""A project that is opened again is where it was left; one that was only looked at leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from vostool.gui.session.frame_range import FrameRange
from vostool.gui.window.resuming import PLACE
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
    assert not again.isVisible()
    opened.window.name_last_export("CVAT for video, COCO instances")
    assert again.isVisible() and again.text() == "Export again: CVAT for video, COCO instances"
    assert again.iconText() == "Again: CVAT for video + 1"
    begun: list[str] = []
    dialog = "vostool.gui.window.handlers.file.ExportDialog"
    monkeypatch.setattr(f"{dialog}.start", lambda self: (begun.append("start"), self.reject()))
    opened.mark(1, oid=1)
    again.trigger()
    assert begun == ["start"]
    opened.window.resize(1280, 800)
    opened.until(lambda: opened.window.width() == 1280)
    assert opened.window.minimumSizeHint().width() <= 1280
