"""`vostool import`: labels come into a new or an old project, and are tracked from."""

from __future__ import annotations

import io

import numpy as np
import pytest

from vostool.io.project.file import read_project
from vostool.masks.mask import Mask, Provenance


def annotations(shapes: str, *, size=(160, 96), stop=15) -> str:
    return (
        "<annotations><version>1.1</version><meta><task><name>t</name><size>16</size>"
        f"<start_frame>0</start_frame><stop_frame>{stop}</stop_frame><frame_filter></frame_filter>"
        "<labels><label><name>beetle</name><color>#112233</color><attributes/></label></labels>"
        f"</task></meta><image id='0' name='frame_000000.png' width='{size[0]}' height='{size[1]}'>"
        f"{shapes}</image></annotations>"
    )


@pytest.fixture
def box_shape(clip) -> str:
    rows, columns = np.nonzero(clip.ids[0] == 1)
    return (
        f'<box label="beetle" xtl="{columns.min()}" ytl="{rows.min()}" xbr="{columns.max() + 1}" '
        f'ybr="{rows.max() + 1}" group_id="4"/>'
    )


def test_a_new_project_tracked_at_once(vostool, video, box_shape, tmp_path) -> None:
    labels = tmp_path / "labels.xml"
    labels.write_text(annotations(box_shape))
    done = vostool(
        "import", tmp_path / "p.vos", labels, "--video", video, "--track", "--engine", "flow",
        "--json", "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    facts = done.json
    assert (facts["format"], facts["boxes"], facts["new_objects"]) == ("cvat", 1, [4])
    assert facts["tracked"]["frames"] == 16
    project, _ = read_project(tmp_path / "p.vos")
    assert project.objects[4].label == "beetle"
    assert project.objects[4].colour == (0x11, 0x22, 0x33)
    assert project.masks.frames(4) == list(range(16))
    assert project.settings["engine"] == "flow"


def test_what_was_exported_comes_back(vostool, project, video, tmp_path) -> None:
    done = vostool(
        "export", project, "--format", "cvat-images", "--out", tmp_path / "out", "--quiet"
    )
    assert done.status == 0, done.err
    (labels,) = (tmp_path / "out").rglob("annotations.xml")
    done = vostool("import", tmp_path / "again.vos", labels, "--video", video)
    assert done.status == 0, done.err
    assert done.out.startswith("16 masks of 1 object on 16 frames (cvat)")
    before, _ = read_project(project)
    after, _ = read_project(tmp_path / "again.vos")
    for frame in range(16):
        record = after.masks.get(frame, 1)
        assert record.provenance is Provenance.IMPORTED
        assert record.mask == before.masks.get(frame, 1).mask
        assert after.prompts[frame, 1].mask == record.mask
    assert after.objects[1].label == "car"


def test_an_old_project_goes_on_with_its_objects(vostool, project, box_shape, tmp_path) -> None:
    labels = tmp_path / "labels.xml"
    shape = '<mask label="beetle" rle="0, 4" left="2" top="3" width="2" height="2" group_id="1"/>'
    labels.write_text(annotations(shape).replace("beetle", "car"))
    new = vostool("import", project, labels, "--json", "--quiet").json
    assert (new["new_objects"], new["matched_objects"], new["replaced"]) == ([2], [], 0)
    old = vostool("import", project, labels, "--objects", "match", "--json", "--quiet").json
    assert (old["new_objects"], old["matched_objects"], old["replaced"]) == ([], [1], 1)
    stored, _ = read_project(project)
    expected = np.zeros((96, 160), bool)
    expected[3:5, 2:4] = True
    assert stored.masks.get(0, 1).mask == stored.masks.get(0, 2).mask == Mask.from_array(expected)


def test_what_is_left_out_is_told(vostool, video, box_shape, tmp_path) -> None:
    labels = tmp_path / "labels.xml"
    bad = '\n<mask label="beetle" rle="1, 4" left="2" top="3" width="2" height="2"/>' * 25
    labels.write_text(annotations(box_shape + bad))
    done = vostool("import", tmp_path / "p.vos", labels, "--video", video)
    assert done.status == 0
    expected = "line 2: the mask has an rle of 5 pixels, longer than its box of 4."
    assert f"vostool: left out: {expected}" in done.err
    assert "5 more; --json lists all" in done.err
    done = vostool("import", tmp_path / "p.vos", labels, "--json", "--quiet")
    assert len(done.json["skipped"]) == 25


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["p.vos", "labels.xml"], 2, "give --video"),
        (["p.vos", "none.xml", "--video", "clip.mp4"], 1, "There is no file"),
        (["p.vos", "notes.txt", "--video", "clip.mp4"], 1, "Formats that are read: cvat"),
        (["p.vos", "wide.xml", "--video", "clip.mp4"], 1, "320x96 pictures, but the frames"),
        (["p.vos", "labels.xml", "--video", "clip.mp4", "--set", "nope=1"], 2, "has no option"),
        (["p.vos", "labels.xml", "--video", "clip.mp4", "--track", "--engine", "x"], 2, "engine"),
        (["p.vos", "evil.xml", "--video", "clip.mp4"], 1, "declares a document type or entities"),
    ],
)
def test_bad_requests_make_no_project(
    vostool, video, box_shape, tmp_path, monkeypatch, words, status, sentence
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "labels.xml").write_text(annotations(box_shape))
    (tmp_path / "wide.xml").write_text(annotations(box_shape, size=(320, 96)))
    (tmp_path / "notes.txt").write_text("nothing")
    entity = '<!DOCTYPE a [<!ENTITY x "y">]>'
    (tmp_path / "evil.xml").write_text(entity + annotations("&x;"))
    done = vostool("import", *words)
    assert done.status == status
    assert sentence in done.sentence
    assert not (tmp_path / "p.vos").exists()


def test_where_it_is_absent_a_run_leaves_it_absent(vostool, video, clip, tmp_path) -> None:
    rows, columns = np.nonzero(clip.ids[0] == 1)
    edges = (
        f'xtl="{columns.min()}" ytl="{rows.min()}" xbr="{columns.max() + 1}" ybr="{rows.max() + 1}"'
    )
    moments = "".join(
        f'<box frame="{frame}" keyframe="1" outside="{outside}" {edges}/>'
        for frame, outside in ((2, 0), (5, 1), (8, 0), (12, 1))
    )
    labels = tmp_path / "labels.xml"
    head = annotations("").replace("</annotations>", "")
    labels.write_text(f'{head}<track id="0" label="beetle">{moments}</track></annotations>')
    done = vostool(
        "import", tmp_path / "p.vos", labels, "--video", video, "--track", "--engine", "flow",
        "--json", "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    assert (done.json["boxes"], done.json["absent"], done.json["left_out"]) == (2, 4, 5)
    project, _ = read_project(tmp_path / "p.vos")
    empty = {f for f in range(2, 16) if project.masks.get(f, 1).mask.is_empty}
    assert {5, 6, 7, 12} <= empty
    # How far flow follows a beetle from a box that does not fit it is not the matter here.
    assert not {2, 8} & empty
    assert project.masks.get(6, 1).provenance is Provenance.IMPORTED


@pytest.fixture
def numbered(tmp_path):
    """A folder of YOLO files whose numbers leave open whether the first frame is 0 or 1."""
    folder = tmp_path / "labels"
    folder.mkdir()
    for number in (4, 6):
        (folder / f"{number:04d}.txt").write_text("0 0.5 0.5 0.25 0.5\n")
    return folder


def test_names_are_shown_with_their_frames_before_anything_changes(
    vostool, video, numbered, tmp_path
) -> None:
    done = vostool("import", tmp_path / "p.vos", numbered, "--video", video)
    assert done.status == 0
    assert "frames: 0004.txt -> frame 4, 0006.txt -> frame 6" in done.err
    assert "Whether the pictures' numbers count from 0 or from 1 is not known" in done.err
    said = vostool(
        "import", tmp_path / "q.vos", numbered, "--video", video, "--first-number", "1", "--json",
        "--quiet",
    )  # fmt: skip
    assert said.json["frame_examples"] == {"0004.txt": 3, "0006.txt": 5}
    assert said.json["frame_notes"] == ["the number of the first frame was said to be 1"]
    assert said.json["warnings"][0].startswith("The file does not say which shapes")
    assert said.json["frame_doubts"] == []
    project, _ = read_project(tmp_path / "q.vos")
    assert sorted(frame for frame, _ in project.prompts) == [3, 5]


def test_a_first_number_is_refused_where_it_means_nothing(
    vostool, video, numbered, tmp_path
) -> None:
    gt = tmp_path / "gt.txt"
    gt.write_text("1,5,3,4,6,5,1,1,1\n")
    refused = vostool("import", tmp_path / "p.vos", gt, "--video", video, "--first-number", "1")
    assert refused.status == 2
    assert "--first-number is for formats that know frames by the numbers in names" in refused.err
    wrong = vostool("import", tmp_path / "p.vos", numbered, "--video", video, "--first-number", "x")
    assert wrong.status == 2
    assert "must be auto or a whole number" in wrong.err
    assert not (tmp_path / "p.vos").exists()


class Terminal(io.StringIO):
    """What a person types at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def at_terminal(vostool, monkeypatch):
    """Call the command line at a terminal, with what is typed there."""

    def call(typed, *words):
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        return vostool(*words)

    return call


@pytest.mark.parametrize(("typed", "frames"), [("1\n", [3, 5]), ("\n", [4, 6]), ("x\n2\n", [2, 4])])
def test_a_terminal_is_asked_what_the_numbers_leave_open(
    at_terminal, video, numbered, tmp_path, typed, frames
) -> None:
    done = at_terminal(typed, "import", tmp_path / "p.vos", numbered, "--video", video)
    assert done.status == 0
    assert "  0: 0004.txt -> frame 4, 0006.txt -> frame 6" in done.err
    assert "  1: 0004.txt -> frame 3, 0006.txt -> frame 5" in done.err
    assert "Which number has the clip's first frame in names? [0] " in done.err
    assert ("Type a whole number" in done.err) == typed.startswith("x")
    project, _ = read_project(tmp_path / "p.vos")
    assert sorted(frame for frame, _ in project.prompts) == frames


@pytest.mark.parametrize("quiet", ["--quiet", "--json"])
def test_a_script_is_not_asked_but_told_which_option_decides(
    at_terminal, video, numbered, tmp_path, quiet
) -> None:
    done = at_terminal("1\n", "import", tmp_path / "p.vos", numbered, "--video", video, quiet)
    assert done.status == 0
    assert "--first-number 1" in done.err
    assert "[0]" not in done.err
    project, _ = read_project(tmp_path / "p.vos")
    assert sorted(frame for frame, _ in project.prompts) == [4, 6]


def test_names_that_may_count_every_second_frame_are_asked_about(
    at_terminal, video, tmp_path
) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    for number in range(8):
        (folder / f"{number:04d}.txt").write_text("0 0.5 0.5 0.25 0.5\n")
    words = ("import", tmp_path / "p.vos", folder, "--video", video)
    done = at_terminal("2\n", *words)
    assert "may count every frame, or every 2nd of the clip's 16" in done.err
    assert "  2: 0000.txt -> frame 0, 0004.txt -> frame 8, 0007.txt -> frame 14" in done.err
    project, _ = read_project(tmp_path / "p.vos")
    assert sorted(frame for frame, _ in project.prompts) == list(range(0, 16, 2))
    plain = at_terminal("", "import", tmp_path / "q.vos", *words[2:], "--frame-step", "1")
    assert "may count" not in plain.err
    project, _ = read_project(tmp_path / "q.vos")
    assert sorted(frame for frame, _ in project.prompts) == list(range(8))
