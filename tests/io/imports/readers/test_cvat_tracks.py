"""CVAT's tracks: keyframes, interpolation as CVAT does it, outside, steps, single-frame masks."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.errors import LabelsError
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import read_labels
from vostool.io.imports.readers.cvat.polygons import PolygonPath
from vostool.io.imports.readers.shapes import polygon_mask

TARGET = ImportTarget(60, 40, 30, "frame_{:06d}".format)
META = (
    "<meta><task><name>t</name><size>{size}</size><start_frame>{start}</start_frame>"
    "<stop_frame>{stop}</stop_frame><frame_filter>{step}</frame_filter>"
    "<labels><label><name>car</name></label><label><name>dog</name></label></labels>"
    "<original_size><width>60</width><height>40</height></original_size></task></meta>"
)


@pytest.fixture
def read(tmp_path):
    def made(body: str, *, start=0, stop=19, size=20, step="", meta=META, target=TARGET):
        path = tmp_path / "annotations.xml"
        head = meta.format(start=start, stop=stop, size=size, step=step)
        path.write_text(f"<annotations><version>1.1</version>{head}\n{body}</annotations>")
        return read_labels(path, target)

    return made


def box(frame, left, *, outside=0, keyframe=1, more=""):
    return (
        f'<box frame="{frame}" keyframe="{keyframe}" outside="{outside}" occluded="0" '
        f'xtl="{left}" ytl="2" xbr="{left + 10}" ybr="12" {more}/>'
    )


def mask(frame, *, outside=0, left=1, keyframe=1):
    return (
        f'<mask frame="{frame}" keyframe="{keyframe}" outside="{outside}" rle="0, 4" '
        f'left="{left}" top="1" width="2" height="2"/>'
    )


def track(body, number=0, label="car", more=""):
    return f'<track id="{number}" label="{label}" {more}>{body}</track>'


def lefts(imported):
    return {s.frame: (s.box.x0, s.keyframe) for s in imported.shapes if s.box is not None}


def absent(imported):
    return {s.frame: s.keyframe for s in imported.shapes if s.absent}


def test_boxes_move_in_straight_lines_and_stay_after_the_last_keyframe(read) -> None:
    found = read(track(box(2, 10) + box(6, 20)), stop=8, size=9)
    assert lefts(found) == {
        2: (10, True), 3: (12.5, False), 4: (15, False), 5: (17.5, False), 6: (20, True),
        7: (20, False), 8: (20, False),
    }  # fmt: skip
    assert {shape.track for shape in found.shapes} == {found.objects[0].track}


def test_outside_is_absent_and_what_moves_towards_it_is_seen(read) -> None:
    found = read(track(box(0, 10) + box(2, 20, outside=1) + box(5, 30) + box(6, 30, outside=1)))
    assert lefts(found) == {0: (10, True), 1: (15, False), 5: (30, True)}
    assert absent(found) == {2: True, 3: False, 4: False, 6: True}


def test_only_the_frames_of_the_task_are_filled(read) -> None:
    found = read(
        track(box(10, 0) + box(16, 12) + box(19, 12, outside=1)),
        start=10, stop=19, size=4, step="step=3",
    )  # fmt: skip
    assert lefts(found) == {10: (0, True), 13: (6, False), 16: (12, True)}
    assert absent(found) == {19: True}


def test_frames_off_the_step_or_outside_are_skipped_by_line(read) -> None:
    body = "\n".join([box(10, 0), box(11, 0), box(25, 0), box(22, 0, outside=1)])
    found = read(track(body), start=10, stop=19, size=4, step="step=3")
    assert [s.frame for s in found.shapes if s.keyframe] == [10]
    assert found.skipped == (
        "line 3: the box is on frame 11, which is not of this video (10 to 19 in steps of 3).",
        "line 4: the box is on frame 25, which is not of this video (10 to 19 in steps of 3).",
    )


def test_what_the_file_interpolated_itself_counts_as_it_stands(read) -> None:
    found = read(track(box(0, 10) + box(1, 19, keyframe=0) + box(2, 20)), stop=2, size=3)
    assert lefts(found) == {0: (10, True), 1: (19, False), 2: (20, True)}


def test_turned_boxes_become_the_upright_ones_around_them(read) -> None:
    def turned(frame, degrees):
        return (
            f'<box frame="{frame}" keyframe="1" outside="0" xtl="20" ytl="15" xbr="40" ybr="25" '
            f'rotation="{degrees}"/>'
        )

    found = read(track(turned(0, 350) + turned(2, 90)), stop=2, size=3)
    upright = {s.frame: s.box for s in found.shapes}
    assert (upright[2].x0, upright[2].y0) == pytest.approx((25, 10))
    # From 350 to 90 degrees it is 100 the short way round, so 40 in the middle.
    reach = 10 * np.cos(np.radians(40)) + 5 * np.sin(np.radians(40))
    assert upright[1].x1 - 30 == pytest.approx(reach)


# What CVAT's own server code gives for these outlines.
TRIANGLE = np.array([[0, 0], [12, 0], [0, 12.0]])
STAR = np.array([[20, 20], [24, 20.5], [32, 20], [28, 26], [20, 32], [20, 28]])
SQUARE = np.array([[10, 10], [30, 10], [30, 30], [10, 30.0]])
BLOB = np.array([[20, 12], [44, 10], [50, 22], [44, 34], [22, 30.0]])
HALFWAY = [[10, 10], [12, 10.25], [22, 10], [20, 13], [10, 22], [10, 20]]


@pytest.mark.parametrize(
    ("left", "right", "share", "expected"),
    [
        (TRIANGLE, STAR, 0.5, HALFWAY),
        (STAR, TRIANGLE, 0.5, HALFWAY),
        (SQUARE, BLOB, 0.25, [[12.5, 10.5], [33.5, 10], [35, 28], [33.5, 31], [13, 30]]),
        (SQUARE, SQUARE + 4, 0.5, SQUARE + 2),
    ],
)
def test_polygons_change_as_cvat_changes_them(left, right, share, expected) -> None:
    np.testing.assert_allclose(PolygonPath(left, right).at(share), expected)


def points(frame, ring, *, outside=0):
    text = ";".join(f"{x:.2f},{y:.2f}" for x, y in ring)
    return f'<polygon frame="{frame}" keyframe="1" outside="{outside}" points="{text}"/>'


def test_polygon_tracks_come_in_as_masks(read) -> None:
    found = read(track(points(0, TRIANGLE) + points(2, STAR)), stop=3, size=4)
    masks = {s.frame: (s.mask, s.keyframe) for s in found.shapes}
    for frame, ring, keyframe in ((0, TRIANGLE, True), (1, HALFWAY, False), (3, STAR, False)):
        assert masks[frame] == (polygon_mask([np.asarray(ring, float)], TARGET), keyframe)


def test_single_frame_masks_are_one_object_again(read) -> None:
    body = "\n".join(
        track(mask(frame) + mask(frame + 1, outside=1), number, more='group_id="7"')
        for number, frame in enumerate((0, 1, 5))
    )
    found = read(body + track(mask(5, left=9), 9, "dog", 'group_id="7"'))
    assert {(s.frame, s.label) for s in found.shapes} == {
        (0, "car"), (1, "car"), (5, "car"), (5, "dog"),
    }  # fmt: skip
    assert not absent(found)
    assert [(o.label, o.proposed_id) for o in found.objects] == [("car", 7), ("dog", 7)]


def test_single_frame_masks_without_a_group_have_no_identity(read) -> None:
    found = read(track(mask(0) + mask(1, outside=1)) + track(mask(1), 1))
    assert [shape.track for shape in found.shapes] == [None, None]


def test_a_mask_track_of_many_frames_keeps_them_all(read) -> None:
    found = read(track(mask(0) + mask(1, left=3) + mask(4, outside=1)))
    assert [s.frame for s in found.shapes if s.mask is not None] == [0, 1]
    assert absent(found) == {4: True}


def test_bad_shapes_of_a_track_are_named_and_the_rest_comes_in(read) -> None:
    lines = [
        box(0, 10),
        box(0, 12),
        box(1, 12).replace('xtl="12"', 'xtl="nan"'),
        box(2, 200),
        box(3, 10).replace('frame="3"', 'frame="3.5"'),
        box(4, 10, more='rotation="400"'),
        box(5, 10, outside=1),
    ]
    found = read(track("\n".join(lines)))
    assert [s.frame for s in found.shapes if s.keyframe] == [0, 5]
    assert sorted(found.skipped) == [
        "line 3: the box is the second one of track 0 on frame 0.",
        "line 4: the box has nan as 'xtl'.",
        "line 5: the box has no area inside the frame.",
        "line 6: the box has no frame number, but '3.5'.",
        "line 7: the box is turned by 400 degrees, more than 360.",
    ]


def test_tracks_that_show_nothing_or_are_no_shapes(read) -> None:
    body = "\n".join(
        [
            track(box(0, 1, outside=1), 0),
            track('<points frame="0" keyframe="1" outside="0" points="1,1"/>' * 3, 1),
            track("<skeleton frame='0'/><track id='0' label='k'><points frame='0'/></track>", 2),
            track(box(0, 1), 3, "cat"),
            track(box(0, 1), 4),
            track(box(0, 9), 4, "dog"),
        ]
    )
    found = read(body)
    assert found.skipped == (
        "line 2: the track 0 has no shape to show.",
        "line 3: the track 1 of points: points have no area.",
        "line 4: the track 2 of skeleton: skeletons do not come in.",
        "line 5: the box has the label 'cat', which the file does not declare.",
        "line 5: the track 3 has no shape to show.",
    )
    assert [obj.label for obj in found.objects] == ["car", "dog"]
    assert found.warnings == ("line 7: the track id 4 is there twice; both came in.",)


def test_a_job_has_its_size_beside_it(read) -> None:
    meta = META.replace("<task>", "<job>").replace("<name>t</name>", "")
    meta = meta.replace("</task></meta>", "</meta>").replace(
        "<original_size>", "</job><original_size>"
    )
    assert lefts(read(track(box(0, 10)), meta=meta, stop=0, size=1)) == {0: (10, True)}
    with pytest.raises(
        LabelsError, match="labels for 60x41 pictures, but the frames here are 60x40"
    ):
        read(track(box(0, 10)), meta=meta.replace("<height>40", "<height>41"))


PROJECT = (
    "<meta><project><labels><label><name>car</name></label></labels><tasks>"
    "<task><id>3</id><name>a</name><start_frame>0</start_frame><stop_frame>4</stop_frame></task>"
    "<task><id>4</id><name>b</name><start_frame>5</start_frame><stop_frame>9</stop_frame></task>"
    "</tasks></project></meta>"
)


def test_a_project_of_several_tasks_asks_for_one(tmp_path) -> None:
    path = tmp_path / "p.xml"
    body = track(box(0, 1), 0, more='task_id="3"') + track(box(5, 9), 1, more='task_id="4"')
    path.write_text(f"<annotations>{PROJECT}{body}</annotations>")
    with pytest.raises(LabelsError, match=r"tracks of several tasks \(3 'a', 4 'b'\)"):
        read_labels(path, TARGET)
    for task in ("4", "b"):
        found = read_labels(path, TARGET, options={"task": task})
        assert lefts(found) == {5: (9, True), **dict.fromkeys(range(6, 10), (9, False))}
        assert found.warnings == ("Images and tracks of other tasks were left out: 1.",)
    with pytest.raises(LabelsError, match=r"no task 'c'; it has 3 'a', 4 'b'"):
        read_labels(path, TARGET, options={"task": "c"})
