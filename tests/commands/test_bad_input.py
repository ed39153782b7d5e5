"""Every bad input that the command line meets: one sentence, the right status, nothing changed."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import wave
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from vostool.models.sam2.published import MODELS
from vostool.models.weights.catalog import fetch_command

GOOD = ("--engine", "flow", "--quiet")


def refused(result, status: int, *words: str) -> None:
    sentence = result.sentence
    assert result.status == status, sentence
    for word in words:
        assert word in sentence
    assert "Traceback" not in result.err


# --- sources ------------------------------------------------------------------------------------


def sources(folder: Path, video: Path) -> dict[str, Path]:
    """Files and folders that cannot be opened, by what is wrong with them."""
    made = {name: folder / name for name in ("text.mp4", "empty.mp4", "head.mp4", "sound.wav")}
    made["text.mp4"].write_text("no video at all " * 100)
    made["empty.mp4"].touch()
    made["head.mp4"].write_bytes(video.read_bytes()[:40])
    with wave.open(str(made["sound.wav"]), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    made["no images"] = folder / "no images"
    made["no images"].mkdir()
    (made["no images"] / "notes.txt").touch()
    made["sizes"] = folder / "sizes"
    made["sizes"].mkdir()
    for number, size in enumerate([(20, 10), (20, 11)]):
        PillowImage.new("RGB", size).save(made["sizes"] / f"{number}.png")
    made["missing"] = folder / "missing.mp4"
    return made


@pytest.mark.parametrize(
    "what",
    ["text.mp4", "empty.mp4", "head.mp4", "sound.wav", "no images", "sizes", "missing"],
)
@pytest.mark.parametrize("command", ["track", "info"])
def test_sources(vostool, video, box, tmp_path, unchanged, what: str, command: str) -> None:
    path = sources(tmp_path, video)[what]
    unchanged()
    words = ("--box", box, "--project", tmp_path / "p.vos", *GOOD) if command == "track" else ()
    refused(vostool(command, path, *words), 1, "1.png" if what == "sizes" else path.name)


def test_a_truncated_video_opens_as_far_as_it_goes(vostool, video, tmp_path) -> None:
    import av

    mkv = tmp_path / "clip.mkv"
    with av.open(str(video)) as given, av.open(str(mkv), "w") as made:
        stream = made.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    data = mkv.read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(data[: len(data) * 6 // 10])
    result = vostool("info", cut, "--json", "--quiet")
    assert result.status == 0, result.err
    assert 0 < result.json["frames"] < 16


# --- prompts and ranges -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--box", "99:1:1,1,9,9"), "Frame 99 is outside"),
        (("--box", "0:1:500,500,600,600"), "lies outside the 160x96 frame"),
        (("--box", "0:1:5,5,5,9"), "no area"),
        (("--box", "0:1:5,5,9"), "FRAME:OBJ:x0,y0,x1,y1"),
        (("--box", "0:0:1,1,9,9"), "count from 1"),
        (("--box=-1:1:1,1,9,9",), "FRAME:OBJ"),
        (("--box", "0:1:1,1,9,nan"), "FRAME:OBJ"),
        (("--box", "0:1:1,1,9,9", "--box", "0:1:1,1,8,8"), "two boxes"),
        (("--point", "0:1:900,3,+"), "lies outside"),
        (("--point", "0:1:3,3,plus"), "FRAME:OBJ:x,y"),
        (("--point", "3,3"), "FRAME:OBJ:x,y"),
        (("--mask", "0:nowhere.png"), "no mask file"),
        (("--mask", "nowhere.png"), "FRAME:png"),
        (("--label", "4:car", "--box", "0:1:1,1,9,9"), "Object 4 has a label but no prompt"),
        (("--label", "car"), "OBJ:name"),
        ((), "No object has a prompt yet"),
        (("--box", "0:1:1,1,9,9", "--end", "99"), "Frames 0 to 99"),
        (("--box", "0:1:1,1,9,9", "--start", "9", "--end", "3"), "ends at 3"),
        (("--box", "0:1:1,1,9,9", "--start", "x"), "whole number"),
        (("--box", "0:1:1,1,9,9", "--direction", "up"), "invalid choice"),
        (("--boxes", "0:1:1,1,9,9"), "--boxes"),
    ],
)
def test_prompts(vostool, video, tmp_path, unchanged, words, said: str) -> None:
    unchanged()
    result = vostool("track", video, *words, "--project", tmp_path / "p.vos", *GOOD)
    refused(result, 2, said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("text", "no picture"),
        ("black", "is empty"),
        ("white", "black and white"),
        ("colour", "colour picture"),
        ("size", "give a mask of the frame's size"),
    ],
)
def test_mask_files(vostool, video, tmp_path, unchanged, name: str, said: str) -> None:
    path = tmp_path / f"{name}.png"
    pixels = np.zeros((96, 160), np.uint8)
    if name == "text":
        path.write_text("no picture")
    else:
        pixels[10:20, 10:20] = {"black": 0, "white": 255}.get(name, 1)
        if name == "size":
            pixels = pixels[:50]
        array = np.dstack([pixels] * 3) if name == "colour" else pixels
        PillowImage.fromarray(array).save(path)
    unchanged()
    result = vostool("track", video, "--mask", f"0:{path}", "--project", tmp_path / "p.vos", *GOOD)
    refused(result, 2, said)


def test_a_prompt_outside_leaves_a_project_as_it_was(vostool, project, unchanged) -> None:
    unchanged()
    refused(vostool("track", project, "--box", "99:1:1,1,9,9", *GOOD), 2, "Frame 99")
    refused(vostool("track", project, "--box", "0:1:900,900,901,901", *GOOD), 2, "outside")


# --- engines ------------------------------------------------------------------------------------


def test_an_unknown_engine_device_and_missing_checkpoint(
    vostool, video, box, tmp_path, unchanged
) -> None:
    unchanged()
    words = ("track", video, "--box", box, "--project", tmp_path / "p.vos", "--quiet")
    refused(vostool(*words, "--quality", "rough"), 2, "rough", "coarse")
    former = vostool(*words, "--engine", "sam9", "--quality", "draft")
    refused(former, 2, "no engine 'sam9'")
    refused(vostool(*words, "--engine", "sam9"), 2, "no engine 'sam9'", "flow")
    refused(vostool(*words, "--engine", "flow", "--device", "abacus"), 2, "abacus")
    refused(vostool(*words, "--keyframes", "1"), 2, "At least 2 prompted frames")
    refused(vostool(*words, "--memory", "short"), 2, "short", "distractor")
    lacking = vostool(*words, "--engine", "flow", "--memory", "long")
    refused(lacking, 2, "Optical flow has no memory 'long'", "SAM 2, EdgeTAM and SAM 3")
    missing = vostool(*words, "--engine", "sam2.1-tiny")
    refused(missing, 1, "sam2.1_hiera_tiny.pt", fetch_command(MODELS["sam2.1-tiny"]))


def test_wrong_and_truncated_checkpoints(vostool, video, box, tmp_path, unchanged) -> None:
    import torch

    text, zipped, other = (tmp_path / n for n in ("text.pt", "cut.pt", "other.pt"))
    text.write_text("no checkpoint")
    torch.save({"model": {"a": torch.zeros(4)}}, other)
    zipped.write_bytes(other.read_bytes()[:-200])
    unchanged()
    words = ("track", video, "--box", box, "--project", tmp_path / "p.vos", "--quiet")
    for path in (text, zipped, other, tmp_path / "none.pt"):
        result = vostool(*words, "--engine", "sam2.1-tiny", "--checkpoint", path)
        refused(result, 1, path.name)


# --- destinations -------------------------------------------------------------------------------


def test_what_is_there_is_not_overwritten(vostool, project, video, box, tmp_path) -> None:
    out = tmp_path / "out"
    assert vostool("export", project, "--format", "coco", "--out", out, "--quiet").status == 0
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    words = ("track", video, "--box", box, *GOOD)
    refused(vostool(*words, "--project", project), 1, "exists already", "--overwrite")
    refused(vostool(*words, "--export", "coco", "--out", out), 1, "exists already")
    refused(vostool("export", project, "--format", "coco", "--out", out), 1, "exists already")
    refused(vostool("export", project, "--format", "coco", "--out", video), 1, "is a file")
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    again = vostool("export", project, "--format", "coco", "--out", out, "--overwrite", "--quiet")
    assert again.status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Nothing would be kept"),
        (("--export", "coco"), "--out"),
        (("--out", "x"), "--export"),
        (("--export", "xml", "--out", "x"), "no format 'xml'"),
    ],
)
def test_results_that_make_no_sense(
    vostool, video, box, tmp_path, unchanged, monkeypatch, words, said
) -> None:
    monkeypatch.chdir(tmp_path)
    unchanged()
    refused(vostool("track", video, "--box", box, *words, *GOOD), 2, said)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--format", "xml"), 2, "no format 'xml'"),
        (("--format", ","), 2, "No format"),
        (("--format", "coco", "--start", "40"), 2, "40"),
        (("--format", "coco", "--every", "0"), 2, "Every 0"),
        (("--format", "coco", "--objects", "9"), 2, "no object 9"),
        (("--format", "coco", "--objects", "a"), 2, "object ids"),
        (("--format", "coco", "--frames", "confirmed"), 1, "nothing to export"),
        (("--format", "coco", "--set", "coco.x=1"), 2, "no option 'x'"),
        (("--format", "coco", "--set", "coco"), 2, "FORMAT.OPTION=VALUE"),
        ((), 2, "--format"),
    ],
)
def test_exports_that_make_no_sense(
    vostool, project, tmp_path, unchanged, words, status, said
) -> None:
    unchanged()
    refused(vostool("export", project, *words, "--out", tmp_path / "o", "--quiet"), status, said)


RUN = """
import sys
from vostool.cli import main
sys.exit(main(sys.argv[1:]))
"""

LIMITED = """
import resource, sys
from vostool.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))  # no file grows further: a full disk
sys.exit(main(sys.argv[1:]))
"""


def bound_by_rights() -> None:
    """In the child before it starts: a superuser on Linux, too, is bound by permission bits."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


def apart(code: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, words)],
        capture_output=True, text=True, check=False, timeout=120, preexec_fn=bound_by_rights,
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="rights are set differently on Windows")
def test_read_only_destinations(project, video, box, tmp_path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    for path in (project, video):
        shutil.copy(path, folder)
    folder.chmod(0o555)
    mine, clip = folder / project.name, folder / video.name
    for words in (
        ("export", mine, "--format", "coco", "--out", folder / "out", "--quiet"),
        ("track", mine, *GOOD),
        ("track", clip, "--box", box, "--project", folder / "new.vos", *GOOD),
        ("track", clip, "--box", box, "--export", "coco", "--out", folder / "out", *GOOD),
    ):
        done = apart(RUN, *words)
        assert done.returncode == 1, (words, done.stderr)
        lines = done.stderr.splitlines()
        assert len(lines) == 1, done.stderr
        assert any(w in lines[0] for w in ("read-only", "cannot be written", "permission"))
    folder.chmod(0o755)
    assert sorted(os.listdir(folder)) == ["clip.mp4", "clip.vos"]


@pytest.mark.skipif(os.name == "nt", reason="resource limits")
def test_a_disk_that_is_full_while_exporting(project, tmp_path, unchanged) -> None:
    unchanged()
    done = apart(
        LIMITED, "export", project, "--format", "coco,masks", "--out", tmp_path / "out", "--quiet"
    )
    assert done.returncode == 1
    assert "disk is full" in done.stderr
    assert len(done.stderr.splitlines()) == 1


# --- projects -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["track", "info", "export"])
@pytest.mark.parametrize("what", ["missing", "text", "newer", "broken", "foreign"])
def test_projects(vostool, project, tmp_path, unchanged, command: str, what: str) -> None:
    path = tmp_path / "bad.vos"
    if what == "text":
        path.write_text("no project, " * 20)
    elif what == "broken":
        path.write_bytes(project.read_bytes()[:9000])
    elif what != "missing":
        if what == "newer":
            shutil.copy(project, path)
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA user_version = 77")
            database.execute("CREATE TABLE x (y)")
            database.commit()
    unchanged()
    words = {
        "track": GOOD,
        "info": (),
        "export": ("--format", "coco", "--out", tmp_path / "o", "--quiet"),
    }[command]
    refused(vostool(command, path, *words), 1, "bad.vos")


@pytest.mark.parametrize("command", ["track", "export"])
def test_a_project_whose_video_changed_or_went(
    vostool, project, video, tmp_path, unchanged, command: str
) -> None:
    words = {
        "track": ("track", project, *GOOD),
        "export": ("export", project, "--format", "coco", "--out", tmp_path / "o", "--quiet"),
    }[command]
    data = video.read_bytes()
    video.unlink()
    video.write_bytes(data[:-100] + bytes(100))
    unchanged()
    refused(vostool(*words), 1, "is not the video", "clip.mp4")
    refused(vostool(*words, "--video", video), 1, "is not the video")
    refused(vostool(*words, "--video", tmp_path / "none.mp4"), 1, "none.mp4")


def test_a_project_that_is_open_elsewhere(vostool, project, unchanged) -> None:
    from vostool.io.project.file import open_project

    file, _ = open_project(project)
    unchanged()
    refused(vostool("track", project, *GOOD), 1, "open in another window")
    assert vostool("info", project).status == 0
    file.close()


def test_exporting_what_is_no_project(vostool, video, tmp_path, unchanged) -> None:
    unchanged()
    result = vostool("export", video, "--format", "coco", "--out", tmp_path / "o")
    refused(result, 2, "is not a project")


# --- what a person asks for ---------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["flow", "mobile-sam"])
def test_negative_points_alone_are_refused(vostool, video, tmp_path, unchanged, engine) -> None:
    unchanged()
    words = ("--point", "0:1:20,20,-", "--point", "0:1:30,20,-", "--engine", engine)
    result = vostool("track", video, *words, "--project", tmp_path / "p.vos", "--quiet")
    refused(result, 2, "only negative points on frame 0", "Begin with a click on the object")


def test_a_negative_point_where_nothing_is_tracked(vostool, video, box, tmp_path) -> None:
    project = tmp_path / "p.vos"
    assert (
        vostool("track", video, "--box", box, "--end", 2, "--project", project, *GOOD).status == 0
    )
    before = project.read_bytes()
    refused(vostool("track", project, "--point", "5:1:20,20,-", *GOOD), 2, "only negative points")
    assert project.read_bytes() == before
    assert vostool("track", project, "--point", "2:1:2,2,-", *GOOD).status == 0


@pytest.mark.parametrize("point", ["{w},5", "5,{h}", "-0.5,5", "5,-1", "1e9,5", "99999,5"])
def test_a_point_outside_the_picture(vostool, video, tmp_path, unchanged, point: str) -> None:
    info = vostool("info", video, "--json").json
    unchanged()
    at = point.format(w=info["size"][0], h=info["size"][1])
    words = ("--point", f"0:1:{at}", "--project", tmp_path / "p.vos")
    assert vostool("track", video, *words, *GOOD).status == 2


@pytest.mark.parametrize("number", ["9007199254740993", str(2**63), "9" * 5000])
def test_an_object_number_that_is_too_high(vostool, video, tmp_path, unchanged, number) -> None:
    unchanged()
    words = ("--point", f"0:{number}:5,5", "--project", tmp_path / "p.vos")
    assert vostool("track", video, *words, *GOOD).status == 2


@pytest.mark.parametrize("name", ["~nosuch.mp4", "~nosuch/p.vos", "n" * 5000, "n" * 5000 + ".vos"])
@pytest.mark.parametrize("command", ["info", "export", "import"])
def test_names_that_no_file_has(vostool, command: str, name: str) -> None:
    more = ("--format", "coco", "--out", "x") if command == "export" else ()
    more = ("a.json",) if command == "import" else more
    result = vostool(command, name, *more)
    assert result.status in (1, 2)
    assert "unexpected" not in result.err
    assert "Traceback" not in result.err


LOCKED = """
import os, sys
from vostool.cli import main
video, box, place = sys.argv[1:4]
good = ["track", video, "--box", box, "--engine", "flow", "--end", "1", "--quiet", "--project"]
assert main([*good, place + "/p.vos"]) == 0  # which loads all that the next ones need
if os.geteuid() == 0:
    os.setuid(65534)
for words in (
    ["info", place + "/locked/a.mp4"],
    ["info", place + "/locked/a.vos"],
    [*good, place + "/locked/p.vos"],
):
    print(main(words), file=sys.stderr)
"""


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="folders are locked by POSIX permissions")
def test_a_locked_folder(video, box) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        Path(name).chmod(0o755)
        locked = Path(name) / "locked"
        locked.mkdir(mode=0)
        shutil.copy(video, Path(name) / "clip.mp4")
        words = (f"{name}/clip.mp4", box, name)
        result = subprocess.run(
            [sys.executable, "-c", LOCKED, *words],
            capture_output=True, text=True, check=False, timeout=100,
            env={**os.environ, "HOME": name, "XDG_CACHE_HOME": name},
        )  # fmt: skip
        locked.chmod(0o755)
    said = result.stderr.splitlines()
    assert [line for line in said if len(line) == 1] == ["1", "1", "1"], result.stderr
    assert len(said) == 6
    assert "unexpected" not in result.stderr
    assert "permission" in result.stderr


@pytest.mark.parametrize("label", ["two\nlines", "\t", "a\0b", "x" * 5000])
def test_any_label_can_be_drawn(vostool, video, box, tmp_path, label: str) -> None:
    words = ("--box", box, "--label", f"1:a{label}", "--end", 1, "--project", tmp_path / "p.vos")
    assert vostool("track", video, *words, *GOOD).status == 0
    formats = ("--format", "overlay-gif", "--format", "overlay-video")
    result = vostool("export", tmp_path / "p.vos", *formats, "--out", tmp_path / "out", "--quiet")
    assert result.status == 0, result.err
