"""What users of other tools complain of, each on the real window: it cannot happen here.

The names of threads are those of the complaint: sam2 is facebookresearch/sam2, CVAT is
cvat-ai/cvat, Label Studio is HumanSignal/label-studio, X-AnyLabeling is CVHub520/X-AnyLabeling.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication

from vostool.io.exports.exporters import ExportOptions, export
from vostool.masks.mask import Mask
from vostool.models.flow.engine import FlowEngine
from vostool.progress import silent
from vostool.project import range_edits


@pytest.fixture
def tracked(opened):
    """The ladybird is tracked through the clip."""
    opened.mark(1, oid=1)
    opened.run("]")
    return opened


# -- corrections ignored on the second run (sam2 #719) ---------------------------------------------


def test_a_second_run_follows_the_correction(hand, video, qtbot) -> None:
    """The engine is a real one; what the SAM 2 engine does is in tests/models/sam2/test_parity.py."""
    with qtbot.waitSignal(hand.bench.worker.engine_ready):
        hand.bench.worker.use(FlowEngine)
    hand.open(video)
    hand.session.add_object()
    wrong = hand.truth(0, 3)
    hand.session.do(range_edits.set_edited_mask(hand.project, 0, 1, wrong, "Draw"))
    hand.run("]")
    first = {frame: hand.mask(frame, 1).mask for frame in range(24)}
    hand.go_to(12)
    other = hand.truth(12, 1)
    hand.session.do(range_edits.set_edited_mask(hand.project, 12, 1, other, "Draw"))
    hand.run("]")
    assert hand.mask(12, 1).mask == other
    for frame in (13, 14, 15):
        right = hand.truth(frame, 1)
        assert hand.mask(frame, 1).mask.iou(right) > 0.2 > 2 * first[frame].iou(right)
    assert [hand.mask(f, 1).mask for f in range(12)] == [first[f] for f in range(12)]


# -- deleting a track wipes all frames (CVAT #1252 #2999 #3174) ------------------------------------


def test_deleting_on_a_frame_leaves_the_other_frames(tracked) -> None:
    before = tracked.content()
    tracked.go_to(9)
    tracked.keys("Delete")
    assert tracked.mask(9, 1) is None
    assert [f for f in range(24) if tracked.mask(f, 1) is None] == [9]
    tracked.keys("Ctrl+Z")
    assert tracked.content() == before


def test_a_deleted_track_comes_back_whole_by_one_key(tracked) -> None:
    before = tracked.content()
    tracked.keys("Ctrl+Delete")
    assert not tracked.project.objects and not len(tracked.project.masks)
    tracked.keys("Ctrl+Z")
    assert tracked.content() == before


# -- frame numbers off by some (Label Studio #6593 #6493 #3315, sam2 #331) -------------------------


def test_what_is_seen_tracked_and_exported_is_of_the_same_frame(tracked, tmp_path) -> None:
    for frame in (23, 0, 11, 12, 5, 22):
        tracked.go_to(frame)
        shown = tracked.canvas._frame_item.image.astype(int)
        errors = [np.abs(shown - picture).mean() for picture in tracked.clip.frames]
        assert int(np.argmin(errors)) == frame
    project, source = tracked.project, tracked.bench.workspace.source
    export(project, source, ["coco"], tmp_path / "out", ExportOptions(), silent)
    (path,) = (tmp_path / "out" / "coco").rglob("*.json")
    data = json.loads(path.read_text())
    names = {image["id"]: image["file_name"] for image in data["images"]}
    seen = []
    for entry in data["annotations"]:
        frame = int("".join(c for c in names[entry["image_id"]].split("_")[-1] if c.isdigit()))
        code = entry["segmentation"]
        assert Mask(*code["size"], code["counts"].encode()) == tracked.truth(frame, 1)
        seen.append(frame)
    assert sorted(seen) == list(range(24))


# -- jumping to frame 1 after tracking (X-AnyLabeling #951) ----------------------------------------


@pytest.mark.parametrize("keys", ["]", "[", "\\"])
def test_a_run_leaves_the_playhead_where_it_was(tracked, keys) -> None:
    tracked.go_to(7)
    tracked.click_object(1)
    tracked.until(lambda: not tracked.session.clicks.waiting)
    tracked.run(keys)
    assert tracked.session.playhead == 7
    tracked.keys("Ctrl+Z")
    assert tracked.session.playhead == 7


# -- zoom lost between frames (X-AnyLabeling #552) -------------------------------------------------


def test_zoom_and_place_stay_from_frame_to_frame(tracked) -> None:
    canvas = tracked.canvas
    at = tracked.at(60, 80)
    turn = QWheelEvent(
        QPointF(at), QPointF(canvas.viewport().mapToGlobal(at)), QPoint(), QPoint(0, 480),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    whole = canvas.view.viewRect()
    QApplication.sendEvent(canvas.viewport(), turn)
    zoomed = canvas.view.viewRect()
    assert zoomed.width() < 0.8 * whole.width()
    for act in ("Right", "Left", "End", "Home", "PgDown"):
        tracked.keys(act)
        tracked.until_shown(tracked.session.playhead)
        assert canvas.view.viewRect() == zoomed
    tracked.run("]")
    tracked.keys("Ctrl+Z")
    assert canvas.view.viewRect() == zoomed


# -- only jpg accepted (sam2 #236, X-AnyLabeling #84 #138) -----------------------------------------


@pytest.mark.parametrize("ending", ["jpg", "jpeg", "JPG", "png", "bmp", "tif", "tiff", "webp"])
def test_a_folder_of_pictures_of_every_kind_is_labelled(hand, engine, tmp_path, ending) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, picture in enumerate(hand.clip.frames):
        Image.fromarray(picture).save(folder / f"{number:03d}.{ending}")
    hand.open(folder)
    hand.mark(1, oid=1)
    hand.run("]")
    assert hand.mask(23, 1).mask == hand.truth(23, 1)
