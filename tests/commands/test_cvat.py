"""`vostool cvat`: the whole round trip on a stub of the server, and every way it stops."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cvat_fixtures import (
    START,
    MemoryKeyring,
    box_of,
    cvat,
    held,
    job_clip,
    mask_shape,
    memory_keyring,
    truth,
)
from cvat_stub import LABELS, PASSWORD, TOKEN, USER, CvatStub, StubJob
from drifting_engine import DriftingEngine, drifted

from vostool.evaluate.generated_clip import GeneratedClip
from vostool.io.cvat_server.connections import log_out
from vostool.io.project.file import open_project, read_project
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits

__all__ = ["cvat", "job_clip", "memory_keyring"]


@pytest.fixture
def engine(job_clip: GeneratedClip, monkeypatch: pytest.MonkeyPatch) -> DriftingEngine:
    made = DriftingEngine(job_clip.ids)
    monkeypatch.setattr("vostool.commands.engine_arguments.create_engine", lambda *_: made)
    return made


@pytest.fixture
def annotated(cvat: CvatStub, job_clip: GeneratedClip) -> CvatStub:
    """Object 1 as a mask on frames 2 and 8, object 2 as a box on frame 2."""
    for frame in (2, 8):
        cvat.put(7, "shapes", mask_shape(frame, truth(job_clip, frame, 1), 1))
    box = box_of(truth(job_clip, 2, 2))
    cvat.put(7, "shapes", {"type": "rectangle", "frame": START + 2, "label_id": 12, "group": 2,
                           "points": box})  # fmt: skip
    return cvat


def visible(masks: dict[tuple[int, int], Mask]) -> dict[tuple[int, int], Mask]:
    return {key: mask for key, mask in masks.items() if not mask.is_empty}


def expected(clip: GeneratedClip, starts: dict[int, list[int]]) -> dict[tuple[int, int], Mask]:
    """What the server must hold when each object was tracked from each of its frames."""
    found = {}
    for oid, frames in starts.items():
        for start, end in zip(frames, [*frames[1:], len(clip.ids)], strict=True):
            for frame in range(start, end):
                found[frame, oid] = drifted(clip.ids[frame], oid, frame - start)
    return visible(found)


def project_path(vostool) -> Path:
    return Path(vostool("cvat", "pull", "--job", 7, "--json").json["project"])


def test_the_whole_round_trip(
    vostool, annotated: CvatStub, engine: DriftingEngine, job_clip: GeneratedClip
) -> None:
    """Pull, initial segmentation, push, correction, re-segmentation, push."""
    pulled = vostool("cvat", "pull", "--job", 7, "--json").json
    assert (pulled["frames"], pulled["fresh"], pulled["notes"]) == (16, True, [])

    tracked = vostool("cvat", "track", "--job", 7, "--engine", "flow", "--json", "--quiet")
    assert tracked.status == 0, tracked.err
    assert tracked.json["spans"] == [[7, 12], [13, 20]]
    assert annotated.frames_asked() == list(range(START + 2, START + 16))

    sent = vostool("cvat", "push", "--job", 7, "--json", "--quiet")
    assert sent.status == 0, sent.err
    # Object 2 has no keyframe on 8, so it goes on from the mask tracked before it: 7 by 5 pixels.
    first = expected(job_clip, {1: [2, 8], 2: [2]})
    assert_goes_on(first, job_clip)
    assert held(annotated) == first
    assert not annotated.jobs[7].annotations["tracks"]

    corrected = truth(job_clip, 5, 1)
    with open_project(Path(pulled["project"]))[0] as file:
        project, _ = read_project(Path(pulled["project"]))
        record = MaskRecord(corrected, Provenance.EDITED)
        edit = edits.set_masks(project, [((5, 1), record)], "Correct")
        file.write([(change.cell, change.after) for change in edit.changes])
    before = {s["id"]: s for s in annotated.shapes(7)}
    again = vostool("cvat", "track", "--job", 7, "--frames", START + 5, "--json", "--quiet")
    assert again.json["spans"] == [[10, 12]]
    sent = vostool("cvat", "push", "--job", 7, "--json", "--quiet").json
    assert sent["frames"].keys() <= {str(START + f) for f in (5, 6, 7)}
    second = {**first, **{
        key: mask for key, mask in expected(job_clip, {1: [5], 2: [5]}).items()
        if key[0] in (5, 6, 7) and key[1] == 1
    }}  # fmt: skip
    now = held(annotated)
    assert {k: m for k, m in now.items() if k[1] == 1} == {
        k: m for k, m in second.items() if k[1] == 1
    }
    untouched = [s for s in annotated.shapes(7) if s["frame"] - START not in (5, 6, 7)]
    assert all(before[s["id"]] == s for s in untouched)


def assert_goes_on(masks: dict[tuple[int, int], Mask], clip: GeneratedClip) -> None:
    """Object 2 from frame 8 on: tracked from its mask on 7, which had drifted by 5 pixels."""
    for frame in range(8, 16):
        which = truth_under(clip, masks.get((7, 2)), 7)
        mask = Mask.empty(*clip.ids[0].shape)
        if which:
            mask = drifted(clip.ids[frame], which, frame - 7)
        masks.pop((frame, 2), None)
        if not mask.is_empty:
            masks[frame, 2] = mask


def truth_under(clip: GeneratedClip, mask: Mask | None, frame: int) -> int:
    if mask is None:
        return 0
    ids = clip.ids[frame][mask.to_array()]
    counts = np.bincount(ids[ids > 0], minlength=4)
    return int(counts.argmax()) if counts.any() else 0


def test_reuse_goes_on_where_the_network_went_away(
    vostool, annotated: CvatStub, engine: DriftingEngine
) -> None:
    path = project_path(vostool)
    asked: list[int] = []
    answer = annotated.answer

    def breaking(method, place, query, body, url):
        if place.endswith("/data"):
            asked.append(int(query["number"]))
            if len(asked) > 4:
                return 503
        return answer(method, place, query, body, url)

    annotated.answer = breaking
    failed = vostool("cvat", "track", "--job", 7, "--engine", "flow", "--quiet")
    assert failed.status == 1
    assert "Frame 6 is not on this computer yet." in failed.sentence
    assert read_project(path)[0].masks.frames(1) == [2, 3, 4, 5, 8]
    annotated.answer = answer
    done = vostool("cvat", "track", "--job", 7, "--engine", "flow", "--reuse", "--json", "--quiet")
    assert done.json["spans"] == [[10, 12], [13, 20]]
    assert read_project(path)[0].masks.frames(1) == list(range(2, 16))
    none = vostool("cvat", "track", "--job", 7, "--engine", "flow", "--reuse", "--json", "--quiet")
    assert (none.status, none.json["spans"], none.json["engine"]) == (0, [], None)


def test_one_step_at_a_time(vostool, annotated: CvatStub, engine: DriftingEngine) -> None:
    path = project_path(vostool)
    first = vostool("cvat", "track", "--job", 7, "--engine", "flow", "--step", "--json", "--quiet")
    assert first.json["spans"] == [[7, 8]]
    vostool("cvat", "track", "--job", 7, "--engine", "flow", "--step", "--quiet")
    assert read_project(path)[0].masks.frames(1) == [2, 3, 4, 8]


def test_chosen_frames_leave_the_rest_untouched(
    vostool, annotated: CvatStub, engine: DriftingEngine
) -> None:
    path = project_path(vostool)
    vostool("cvat", "track", "--job", 7, "--engine", "flow", "--quiet")
    before = read_project(path)[0]
    vostool("cvat", "track", "--job", 7, "--frames", "9,15,17", "--engine", "flow", "--quiet")
    after = read_project(path)[0]
    assert [(r.first, r.last) for r in engine.requests[-3:]] == [(4, 7), (10, 11), (12, 15)]
    same = [f for f in range(16) if before.masks.at(f) == after.masks.at(f)]
    assert set(range(5)) | {8, 9} <= set(same)
    for bad, why in (("5", "holds no mask"), ("21", "not in job 7, which has frames 5 to 20")):
        refused = vostool("cvat", "track", "--job", 7, "--frames", bad, "--quiet")
        assert refused.status == 2 and why in refused.sentence
    assert vostool("cvat", "track", "--job", 7, "--frames", "1,x").status == 2


def test_a_job_without_annotations_says_what_to_do(vostool, cvat: CvatStub) -> None:
    done = vostool("cvat", "track", "--job", 7, "--quiet")
    assert done.status == 2
    assert "No frame is annotated yet" in done.sentence


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    vostool, annotated: CvatStub, engine: DriftingEngine
) -> None:
    vostool("cvat", "track", "--job", 7, "--engine", "flow", "--quiet")
    before = list(annotated.shapes(7))
    shown = vostool("cvat", "push", "--job", 7, "--dry-run")
    assert shown.status == 0
    assert "1 replaced" in shown.out and "frame 8: " in shown.out
    assert "nothing was sent" in shown.out
    assert annotated.shapes(7) == before
    assert "PATCH" not in {method for method, _ in annotated.log}


def test_a_conflict_has_a_status_of_its_own(
    vostool, annotated: CvatStub, engine: DriftingEngine, job_clip: GeneratedClip
) -> None:
    vostool("cvat", "track", "--job", 7, "--engine", "flow", "--quiet")
    annotated.put(7, "shapes", mask_shape(4, truth(job_clip, 4, 2), group=9))
    count = len(annotated.shapes(7))
    for more in ((), ("--dry-run",)):
        assert vostool("cvat", "push", "--job", 7, "--quiet", *more).status == 3
    assert len(annotated.shapes(7)) == count
    assert vostool("cvat", "push", "--job", 7, "--quiet", "--on-conflict", "mine").status == 0
    assert (4, 9) in held(annotated)
    assert (4, 1) in held(annotated)


def test_a_push_that_broke_goes_on(
    vostool, annotated: CvatStub, engine: DriftingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vostool.io.cvat_server.push.BATCH", 4)
    vostool("cvat", "track", "--job", 7, "--engine", "flow", "--quiet")
    annotated.break_after = 2
    broken = vostool("cvat", "push", "--job", 7, "--quiet")
    assert broken.status == 1
    assert "The next push goes on where this one stopped." in broken.sentence
    annotated.break_after = None
    assert vostool("cvat", "push", "--job", 7, "--quiet").status == 0
    project = read_project(project_path(vostool))[0]
    here = {(f, oid): r.mask for f, oid, r in project.masks.items() if not r.mask.is_empty}
    assert held(annotated) == here


def test_a_job_that_is_gone(vostool, cvat: CvatStub) -> None:
    for action in ("pull", "track"):
        gone = vostool("cvat", action, "--job", 99, "--quiet")
        assert gone.status == 1
        assert "There is no job 99" in gone.sentence
    never = vostool("cvat", "push", "--job", 99, "--quiet")
    assert never.status == 1 and "was not pulled" in never.sentence


def test_no_network_at_all(vostool, annotated: CvatStub, engine: DriftingEngine) -> None:
    vostool("cvat", "pull", "--job", 7, "--fetch", "--quiet")
    annotated.stop()
    log_out()
    assert vostool("cvat", "track", "--job", 7, "--engine", "flow", "--quiet").status == 0
    for action in ("push", "pull"):
        failed = vostool("cvat", action, "--job", 7, "--quiet")
        assert failed.status == 1 and "cannot be reached" in failed.sentence


def test_jobs_are_listed_with_their_states(vostool, cvat: CvatStub) -> None:
    cvat.add(StubJob(12, cvat.jobs[7].frames[:3], LABELS)).state = "completed"
    listed = vostool("cvat", "list")
    assert listed.out.splitlines()[1].split()[:3] == ["12", "completed", "annotation"]
    jobs = vostool("cvat", "list", "--state", "in progress", "--json").json["jobs"]
    assert [(job["id"], job["frames"], job["assignee"]) for job in jobs] == [(7, 16, USER)]


@pytest.mark.parametrize(("user", "secret"), [(None, TOKEN), (USER, PASSWORD)])
def test_a_login_from_the_standard_input_is_kept(
    vostool, cvat: CvatStub, memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch,
    user: str | None, secret: str,
) -> None:  # fmt: skip
    memory_keyring.entries.clear()
    refused = vostool("cvat", "list", "--url", cvat.url)
    assert refused.status == 1 and "vostool cvat login" in refused.sentence
    words = ["cvat", "login", "--url", cvat.url, *(["--user", user] if user else [])]
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))
    assert "refused the login" in vostool(*words).sentence
    assert not memory_keyring.entries
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
    done = vostool(*words)
    assert done.status == 0 and secret not in done.out + done.err
    assert vostool("cvat", "list").status == 0
    assert vostool("cvat", "logout").status == 0
    assert not memory_keyring.entries


def test_what_makes_no_sense_is_one_sentence(
    vostool, cvat: CvatStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOSTOOL_CONFIG", str(tmp_path / "nowhere"))
    assert "Say with --url" in vostool("cvat", "list").sentence
    for words in ((), ("track",), ("pull", "--job", "0"), ("push", "--job", "x"), ("dance",)):
        assert vostool("cvat", *words).status == 2
    assert "server's address" in vostool("cvat", "list", "--url", "ftp://x").sentence


def test_other_commands_take_a_jobs_project(
    vostool, annotated: CvatStub, engine: DriftingEngine, tmp_path: Path
) -> None:
    path = project_path(vostool)
    vostool("cvat", "track", "--job", 7, "--engine", "flow", "--quiet")
    facts = vostool("info", path, "--json").json
    assert (facts["source_kind"], facts["frames"], facts["warnings"]) == ("cvat", 16, [])
    written = vostool(
        "export", path, "--format", "cvat-images", "--out", tmp_path / "out", "--json"
    )
    assert written.status == 0, written.err
    text = Path(written.json["written"][0]["path"]).read_text()
    names = re.findall(r'<image id="\d+" name="([^".]+)', text)
    assert names == [f"frame_{START + frame:06d}" for frame in range(2, 16)]


def test_the_real_flow_engine_tracks_a_job(
    vostool, annotated: CvatStub, job_clip: GeneratedClip
) -> None:
    done = vostool("cvat", "track", "--job", 7, "--engine", "flow", "--json", "--quiet")
    assert done.status == 0, done.err
    assert vostool("cvat", "push", "--job", 7, "--quiet").status == 0
    masks = held(annotated)
    for frame in (3, 4, 5, 6):
        assert masks[frame, 1].iou(truth(job_clip, frame, 1)) > 0.7
    assert json.dumps(done.json["problems"]) == "[]"


@pytest.fixture(autouse=True)
def _logged_out() -> Iterator[None]:
    yield
    log_out()
