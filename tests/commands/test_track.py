"""`vostool track`: every kind of prompt, direction and result."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from vostool.evaluate.generated_clip import GeneratedClip
from vostool.evaluate.metrics import region_similarity
from vostool.io.project.file import read_project
from vostool.project.prompts import Point


def picture(path: Path, array: np.ndarray, mode: str | None = None) -> Path:
    PillowImage.fromarray(array, mode).save(path) if mode else PillowImage.fromarray(array).save(
        path
    )
    return path


def test_box_to_project_and_exports(vostool, video, box, tmp_path, clip: GeneratedClip) -> None:
    done = vostool(
        "track", video, "--box", box, "--label", "1:beetle", "--engine", "flow",
        "--project", tmp_path / "p.vos", "--export", "cvat-images,coco", "--export", "masks",
        "--out", tmp_path / "out", "--json", "--quiet",
    )  # fmt: skip
    assert done.status == 0
    assert done.err == ""
    facts = done.json
    assert facts["engine"] == "flow"
    assert facts["frames"] == facts["masks"] == 16
    assert not facts["cancelled"]
    assert [w["format"] for w in facts["export"]["written"]] == ["cvat-images", "coco", "masks"]
    for written in facts["export"]["written"]:
        assert Path(written["path"]).exists()
    project, warning = read_project(tmp_path / "p.vos")
    assert warning is None
    assert project.objects[1].label == "beetle"
    assert project.settings["engine"] == "flow"
    assert project.masks.frames(1) == list(range(16))
    masks = [project.masks.get(f, 1).mask.to_array() for f in range(16)]
    quality = [region_similarity(clip.ids[f] == 1, masks[f]) for f in range(16)]
    assert np.mean(quality) > 0.7
    coco = json.loads((tmp_path / "out/coco/annotations/instances_default.json").read_text())
    assert len(coco["annotations"]) == 16


def test_summary_and_progress_are_for_people(vostool, video, box, tmp_path) -> None:
    done = vostool(
        "track", video, "--box", box, "--engine", "flow", "--project", tmp_path / "p.vos"
    )
    assert done.status == 0
    assert "16 masks on 16 frames" in done.out
    assert "16/16" in done.err
    assert "frame/s" in done.err


def test_without_a_checkpoint_the_default_engine_says_what_it_is(
    vostool, video, box, tmp_path
) -> None:
    done = vostool("track", video, "--box", box, "--project", tmp_path / "p.vos", "--end", "2")
    assert done.status == 0
    assert "optical flow is used" in done.err


def test_points_of_both_signs(vostool, video, tmp_path, clip) -> None:
    rows, columns = np.nonzero(clip.ids[0] == 1)
    x, y = columns.mean(), rows.mean()
    done = vostool(
        "track", video, "--point", f"0:1:{x:.1f},{y:.1f},+", "--point", "0:1:3,3,-",
        "--engine", "flow", "--project", tmp_path / "p.vos", "--end", "3", "--quiet",
    )  # fmt: skip
    assert done.status == 0
    project, _ = read_project(tmp_path / "p.vos")
    points = project.prompts[0, 1].points
    assert points == (Point(round(x, 1), round(y, 1)), Point(3, 3, False))
    assert project.masks.frames() == [0, 1, 2, 3]


@pytest.mark.parametrize("mode", ["P", "L"])
def test_a_mask_file_names_its_objects(vostool, video, tmp_path, clip, mode: str) -> None:
    ids = clip.ids[0].copy()
    ids[0, 0] = 255  # void, as in DAVIS
    image = PillowImage.fromarray(ids)
    if mode == "P":
        image.putpalette([0] * 768)
    image.save(tmp_path / "ids.png")
    done = vostool(
        "track", video, "--mask", f"0:{tmp_path / 'ids.png'}", "--engine", "flow", "--end", "2",
        "--project", tmp_path / "p.vos", "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    project, _ = read_project(tmp_path / "p.vos")
    assert list(project.objects) == [1, 2, 3]
    for object_id in (1, 2, 3):
        given = project.prompts[0, object_id].mask
        assert given is not None
        assert np.array_equal(given.to_array(), ids == object_id)


def test_a_binary_mask_for_a_named_object(vostool, video, tmp_path, clip) -> None:
    binary = np.where(clip.ids[0] == 2, 255, 0).astype(np.uint8)
    picture(tmp_path / "m.png", np.dstack([binary] * 3))
    done = vostool(
        "track", video, "--mask", f"0:7:{tmp_path / 'm.png'}", "--engine", "flow", "--end", "1",
        "--project", tmp_path / "p.vos", "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    project, _ = read_project(tmp_path / "p.vos")
    assert list(project.objects) == [7]
    assert np.array_equal(project.prompts[0, 7].mask.to_array(), binary > 0)
    assert project.next_object_id() == 8


@pytest.mark.parametrize(
    ("direction", "frames"),
    [("forward", range(6, 13)), ("backward", range(2, 7)), ("both", range(2, 13))],
)
def test_direction_and_range(vostool, video, tmp_path, clip, direction, frames) -> None:
    rows, columns = np.nonzero(clip.ids[6] == 1)
    box = f"6:1:{columns.min()},{rows.min()},{columns.max() + 1},{rows.max() + 1}"
    done = vostool(
        "track", video, "--box", box, "--engine", "flow", "--direction", direction,
        "--start", "2", "--end", "12", "--project", tmp_path / "p.vos", "--quiet",
    )  # fmt: skip
    assert done.status == 0
    assert read_project(tmp_path / "p.vos")[0].masks.frames() == list(frames)


def test_going_on_with_a_project_adds_to_it(vostool, project, clip, tmp_path) -> None:
    rows, columns = np.nonzero(clip.ids[4] == 2)
    box = f"4:2:{columns.min()},{rows.min()},{columns.max() + 1},{rows.max() + 1}"
    before = read_project(project)[0]
    done = vostool("track", project, "--box", box, "--engine", "flow", "--quiet")
    assert done.status == 0, done.err
    after, _ = read_project(project)
    assert list(after.objects) == [1, 2]
    assert after.objects[1].label == "car"
    assert after.prompts[0, 1] == before.prompts[0, 1]
    assert after.masks.frames(1) == list(range(16))
    assert after.masks.frames(2) == list(range(4, 16))


def test_points_correct_a_tracked_mask_and_join_earlier_ones(vostool, project) -> None:
    before = read_project(project)[0]
    tracked = before.masks.get(5, 1).mask
    for number in (1, 2):
        done = vostool("track", project, "--point", "5:1:2,2,-", "--engine", "flow", "--quiet")
        assert done.status == 0, done.err
        prompts = read_project(project)[0].prompts[5, 1]
        assert prompts.points == (Point(2, 2, False),) * number
        assert prompts.base == tracked


def test_a_project_can_be_tracked_into_a_copy(vostool, project, tmp_path) -> None:
    before = project.read_bytes()
    done = vostool(
        "track", project, "--engine", "flow", "--project", tmp_path / "copy.vos", "--quiet"
    )
    assert done.status == 0, done.err
    assert project.read_bytes() == before
    assert read_project(tmp_path / "copy.vos")[0].masks.frames() == list(range(16))


def test_the_run_again_gives_the_same_masks(vostool, project) -> None:
    before = read_project(project)[0]
    assert vostool("track", project, "--engine", "flow", "--quiet").status == 0
    after, _ = read_project(project)
    assert {(f, o): r.mask for f, o, r in after.masks.items()} == {
        (f, o): r.mask for f, o, r in before.masks.items()
    }


def test_a_folder_of_images(vostool, tmp_path, clip, box) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for index in range(6):
        picture(folder / f"im{index}.png", clip.frames[index])
    done = vostool(
        "track", folder, "--box", box, "--engine", "flow", "--export", "masks-binary",
        "--out", tmp_path / "out", "--quiet", "--json",
    )  # fmt: skip
    assert done.status == 0, done.err
    assert done.json["frames"] == 6
    assert len(list((tmp_path / "out").rglob("im*.png"))) == 6


def test_overwrite_replaces_project_and_export(vostool, project, video, box, tmp_path) -> None:
    words = (
        "track", video, "--box", box, "--engine", "flow", "--project", project, "--end", "3",
        "--export", "coco", "--out", tmp_path / "out", "--quiet",
    )  # fmt: skip
    assert vostool(*words).status == 1
    assert vostool(*words, "--overwrite").status == 0
    assert read_project(project)[0].masks.frames() == [0, 1, 2, 3]
    assert vostool(*words, "--overwrite").status == 0


def test_a_moved_video_is_named(vostool, project, video, tmp_path) -> None:
    (tmp_path / "far").mkdir()
    moved = video.rename(tmp_path / "far" / "other.mp4")
    done = vostool("track", project, "--engine", "flow", "--quiet")
    assert done.status == 1
    assert "--video" in done.sentence
    done = vostool("track", project, "--engine", "flow", "--video", moved, "--quiet")
    assert done.status == 0, done.err
    assert read_project(project)[0].source.path == moved
    assert vostool("track", project, "--engine", "flow", "--quiet").status == 0


def test_an_object_without_prompt_is_named(vostool, project) -> None:
    from vostool.io.project.file import open_project
    from vostool.project import edits

    file, opened = open_project(project)
    edit, _ = edits.add_object(opened)
    file.write((c.cell, c.after) for c in edit.changes)
    file.close()
    done = vostool("track", project, "--engine", "flow", "--quiet")
    assert done.status == 0
    assert "Object 2 has no prompt" in done.err


def test_an_engine_that_learns_nothing_is_told_before_a_file_is_made(
    vostool, video, box, tmp_path
) -> None:
    path = tmp_path / "p.vos"
    done = vostool("track", video, "--box", box, "--engine", "flow", "--adapt", "--project", path)
    assert done.status == 2
    assert "learns nothing of corrections" in done.sentence
    assert not path.exists()
