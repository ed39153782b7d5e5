"""Clicks on tracked frames: the official predictor's to the bit, rebuilt where memory is gone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from jpeg_source import JpegSource
from official_sam2 import (
    BOX,
    CLICKS,
    SIZE,
    assert_equal,
    disc,
    official_points,
    official_prompt,
    official_run,
    our_run,
    recorded,
    unread_state,
)

from vostool.evaluate.headless import HeadlessSession
from vostool.io.project.file import create, read_project
from vostool.masks.mask import MaskRecord, Provenance
from vostool.models.engine import Direction
from vostool.models.engine_options import EngineOptions
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.run_memory import RunMemory
from vostool.project import edits
from vostool.project.prompts import Point, Prompts, with_point
from vostool.project.recall import Recall, Way
from vostool.runs.request import may_recall, plan_run, segment_request

FIRST = Prompts(points=CLICKS)
WRONG, MORE, LESS = Point(70, 60), Point(90, 50), Point(40, 70, positive=False)
SPEC = MODELS["sam2.1-tiny"]
FRAMES = 10


class Engine(Sam2Engine):
    """Encodes each frame once for all tests; the parity tests show that features are equal."""

    shared: FeatureCache

    def _make_video(self, model, source, alone):
        return replace(super()._make_video(model, source, alone), features=self.shared)


@pytest.fixture(scope="module")
def source(jpeg_folder):
    """The beginning of the clip: frame 8 has more frames behind it than memories are read."""
    return JpegSource(jpeg_folder, count=FRAMES)


@pytest.fixture(scope="module")
def predictor(tiny_checkpoint, source):
    made = build_predictor(SPEC, tiny_checkpoint, torch.device("cpu"), image_size=SIZE)
    engine = Sam2Engine(SPEC, made)
    engine.open(source)
    Engine.shared = engine._video.features
    Engine.shared.close = lambda: None  # other tests go on with it
    return made


def fresh(predictor, source, objects=(1,), **options) -> tuple[Sam2Engine, HeadlessSession]:
    engine = Engine(SPEC, predictor, options=EngineOptions(**options))
    session = HeadlessSession(source, engine, objects)
    session.project.source = replace(session.project.source, size_bytes=1)  # as a file needs it
    return engine, session


def tracked(predictor, source, start=0, direction=Direction.FORWARD, objects=(1,), **options):
    """An engine that has just tracked objects over the clip, and the project of it."""
    engine, session = fresh(predictor, source, objects, **options)
    for oid in objects:
        session.prompt(start, oid, FIRST if oid == 1 else Prompts(box=BOX))
    session.track(direction, origin=start)
    return engine, session


def official(predictor, start=0, *ways, objects=(1,)):
    """The official state after the same; ``ways``: whether a leg goes backward."""
    state = unread_state(predictor, Engine.shared, FRAMES)
    for oid in objects:
        official_prompt(predictor, state, start, oid, FIRST if oid == 1 else Prompts(box=BOX))
    for backward in ways or (False,):
        official_run(predictor, state, start, FRAMES, backward)
    return state


def click(predictor, session, frame, *points, oid=1, box=None) -> tuple[np.ndarray, Prompts]:
    """Logits at the frame's size after clicks one by one, and the prompts that are then stored."""
    key = frame, oid
    for point in points:
        old = session.project.prompts.get(key)
        prompts = with_point(old, session.project.masks.get(*key), point)
        if box is not None:
            prompts = replace(prompts, box=box, together=len(points), points=points)
        with recorded(predictor) as seen:
            session.prompt(frame, oid, prompts)
        if box is not None:
            break
    return seen[-1][0, 0], session.project.prompts[key]


def official_click(predictor, state, frame, *points, oid=1, **given) -> np.ndarray:
    for count in range(1, len(points) + 1) if not given else [len(points)]:
        told = official_points(points[:count])
        _, ids, masks = predictor.add_new_points_or_box(state, frame, oid, **told, **given)
    return masks[ids.index(oid), 0].float().numpy()


@pytest.mark.parametrize(
    "points",
    [(WRONG,), (WRONG, MORE), (LESS,), (LESS, WRONG, MORE)],
    ids=["one", "two", "-", "-++"],
)
def test_clicks_on_a_tracked_frame_are_the_official_ones(points, predictor, source):
    _, session = tracked(predictor, source)
    before = session.project.masks.get(8, 1).mask
    ours, stored = click(predictor, session, 8, *points)
    theirs = official_click(predictor, official(predictor), 8, *points)
    assert np.array_equal(ours, theirs)
    assert stored.recall.way is Way.REMEMBERED
    assert stored.base == before != session.project.masks.get(8, 1).mask


def test_box_and_points_of_one_call_are_the_official_ones(predictor, source):
    _, session = tracked(predictor, source)
    ours, _ = click(predictor, session, 8, WRONG, LESS, box=BOX)
    box = np.array([BOX.x0, BOX.y0, BOX.x1, BOX.y1], np.float32)
    theirs = official_click(predictor, official(predictor), 8, WRONG, LESS, box=box)
    assert np.array_equal(ours, theirs)


def test_clicks_after_a_backward_run_are_the_official_ones(predictor, source):
    _, session = tracked(predictor, source, 9, Direction.BACKWARD)
    state = official(predictor, 9, True)
    ours, _ = click(predictor, session, 1, WRONG, LESS)
    assert np.array_equal(ours, official_click(predictor, state, 1, WRONG, LESS))


def test_a_frame_that_both_legs_see_reads_as_the_official_one(predictor, source):
    """Frames behind the origin were tracked after those before it, and are read all the same."""
    _, session = tracked(predictor, source, 2, Direction.BOTH)
    state = official(predictor, 2, False, True)
    for frame in (5, 1):
        ours, _ = click(predictor, session, frame, WRONG)
        assert np.array_equal(ours, official_click(predictor, state, frame, WRONG))


@pytest.mark.parametrize("batch", [1, 4])
def test_each_of_several_objects_reads_its_own_memory(batch, predictor, source):
    _, session = tracked(predictor, source, objects=(1, 4), object_batch=batch)
    state = official(predictor, objects=(1, 4))
    for oid in (4, 1):
        ours, stored = click(predictor, session, 7, WRONG, oid=oid)
        theirs = official_click(predictor, state, 7, WRONG, oid=oid)
        assert stored.recall.way is Way.REMEMBERED
        if batch == 1:
            assert np.array_equal(ours, theirs)
        else:  # a batch is computed in another order than one object alone
            assert np.abs(ours - theirs).max() < 1e-3


def test_a_run_is_conditioned_on_a_correction_as_officially(predictor, source):
    """Against the official predictor where corrected frames condition a run, as in training."""
    _, session = tracked(predictor, source)
    click(predictor, session, 4, WRONG)
    request = plan_run(session.project, Direction.FORWARD, origin=4)
    reopened, _ = fresh(predictor, source)
    (ours,), _ = our_run(predictor, source, request, engine=reopened)

    predictor.add_all_frames_to_correct_as_cond = True
    try:
        state = official(predictor)
        official_click(predictor, state, 4, WRONG)
        predictor.propagate_in_video_preflight(state)
        # What was tracked before the correction is not read by our runs, nor here.
        state["output_dict_per_obj"][0]["non_cond_frame_outputs"].clear()
        theirs = official_run(predictor, state, 4, 5)
    finally:
        predictor.add_all_frames_to_correct_as_cond = False
    # A run answers on the corrected frame with the mask that is stored.
    del ours[4, 1], theirs[4, 1]
    assert_equal(ours, theirs)


def reopened(predictor, source, project, tmp_path):
    """The project through its file, and an engine that remembers nothing."""
    path = tmp_path / "stored.vos"
    create(path, project, overwrite=True).close()
    engine, session = fresh(predictor, source)
    session.project, warning = read_project(path)
    assert warning is None
    return engine, session


def test_without_memory_a_click_is_answered_at_once_and_then_from_a_rebuilt_one(
    predictor, source, tmp_path
):
    """Three ways give three masks; the rebuilt one is the same each time, and near the first."""
    _, session = tracked(predictor, source)
    project = session.project.snapshot()
    click(predictor, session, 8, WRONG)
    remembered = session.project.masks.get(8, 1).mask

    masks = []
    for _ in range(2):
        engine, again = reopened(predictor, source, project, tmp_path)
        prompts = with_point(None, again.project.masks.get(8, 1), WRONG)
        request = segment_request(again.project, 8, 1, prompts)
        with recorded(predictor) as seen:
            quick = engine.segment(request)
        assert quick.recall == Recall(Way.ALONE) and may_recall(quick)
        today = official_prompt(
            predictor, unread_state(predictor, Engine.shared, FRAMES), 8, 1, prompts
        )
        assert np.array_equal(seen[-1][0, 0], today)
        rebuilt = engine.recall(request, lambda: False)
        assert rebuilt is not None and rebuilt.recall is not None
        assert rebuilt.recall.way is Way.REBUILT
        # From now on a click there is answered from that memory at once.
        assert engine.segment(request) == rebuilt
        masks.append(rebuilt.mask)
    assert masks[0] == masks[1]
    assert len({quick.mask, masks[0], remembered}) == 3
    nearness = masks[0].iou(remembered)
    assert nearness > quick.mask.iou(remembered)
    assert nearness > 0.8


def test_a_rebuild_gives_way_to_a_click_and_goes_on_where_it_was(predictor, source, tmp_path):
    _, session = tracked(predictor, source)
    engine, again = reopened(predictor, source, session.project, tmp_path)
    prompts = with_point(None, again.project.masks.get(8, 1), WRONG)
    request = segment_request(again.project, 8, 1, prompts)
    whole = engine.recall(request, lambda: False)
    engine, again = reopened(predictor, source, session.project, tmp_path)
    found, tries = None, 0
    while found is None and tries < 20:
        looks = iter([False] * 3)  # and then a click waits
        found = engine.recall(request, lambda looks=looks: next(looks, True))
        tries += 1
    assert found == whole
    assert tries > 1


def test_a_headless_run_from_the_project_gives_the_masks_of_the_one_that_went_on(
    predictor, source, tmp_path
):
    _, session = tracked(predictor, source)
    click(predictor, session, 4, WRONG, LESS)
    stored = session.project.masks.get(4, 1)
    _, headless = reopened(predictor, source, session.project, tmp_path)
    for each in (session, headless):
        each.track_corrected(4, [1])
        assert each.project.masks.get(4, 1) == stored
    row, other = session.project.masks.row(1), headless.project.masks.row(1)
    assert [row[f] for f in range(FRAMES)] == [other[f] for f in range(FRAMES)]


def changed_keys(request, **changes):
    """The keyframe on frame 4 in another way."""
    return replace(
        request,
        keyframes=tuple(
            replace(key, **changes) if key.frame == 4 else key for key in request.keyframes
        ),
    )


def test_another_engine_takes_the_stored_mask_of_a_correction(predictor, source):
    """The evidence of another model, or one that is damaged, is not read."""

    def masks(request):
        engine, _ = fresh(predictor, source)
        return [step.replies[1].mask for step in engine.track(request, lambda: False)]

    _, session = tracked(predictor, source)
    _, prompts = click(predictor, session, 4, WRONG)
    request = plan_run(session.project, Direction.FORWARD, origin=4, last=6)
    confirmed = masks(changed_keys(request, prompts=None))
    assert masks(request) != confirmed
    for changed in (
        {"engine": "sam2.1-large@1024"},
        {"evidence": b"\0" * 40},
        {"evidence": prompts.recall.evidence[:-3]},
    ):
        told = replace(prompts, recall=replace(prompts.recall, **changed))
        assert masks(changed_keys(request, prompts=told)) == confirmed


def test_memory_of_masks_that_are_not_there_any_more_is_not_read(predictor, source):
    engine, session = tracked(predictor, source)
    prompts = with_point(None, session.project.masks.get(8, 1), WRONG)

    def way() -> Way:
        request = segment_request(session.project, 8, 1, prompts)
        return engine.segment(request).recall.way

    assert way() is Way.REMEMBERED
    old = session.project.masks.get(6, 1)
    other = MaskRecord(disc(60, 60, 20), Provenance.TRACKED)
    for record in (other, None):
        session.project.apply(edits.set_masks(session.project, [((6, 1), record)], "Change"))
        assert way() is Way.ALONE
    session.project.apply(edits.set_masks(session.project, [((6, 1), old)], "Back"))
    assert way() is Way.REMEMBERED
    # One that was confirmed or corrected since counts from the next run on, as officially.
    session.project.apply(edits.confirm(session.project, 6, [1], True))
    assert way() is Way.REMEMBERED


def test_memory_of_runs_is_bounded_and_lets_the_oldest_go(predictor, source):
    engine, _ = tracked(predictor, source)
    memory = engine._video.memory
    one = memory.bytes_held // (FRAMES - 1)
    small = RunMemory(3 * one)
    small.begin(1, memory.tracker(1))
    for frame in range(FRAMES):
        kept = memory.frame(1, frame)
        if kept is not None:
            small.keep(1, frame, kept)
            small.keep(1, frame, kept)
    assert small.bytes_held == 3 * one
    assert [f for f in range(FRAMES) if small.frame(1, f)] == [7, 8, 9]
    small.clear()
    assert small.bytes_held == 0 and small.tracker(1) is None


def test_with_few_keyframes_attended_to_a_click_reads_the_nearest(predictor, source):
    keys = {0: FIRST, 3: Prompts(box=BOX), 6: Prompts(mask=disc(60, 60, 18))}
    predictor.max_cond_frames_in_attn = 2
    try:
        _, session = fresh(predictor, source)
        state = unread_state(predictor, Engine.shared, FRAMES)
        for frame, prompts in keys.items():
            session.prompt(frame, 1, prompts)
            official_prompt(predictor, state, frame, 1, prompts)
        session.track(Direction.FORWARD, origin=0)
        official_run(predictor, state, 0, FRAMES)
        for frame in (8, 2):
            ours, stored = click(predictor, session, frame, WRONG)
            theirs = official_click(predictor, state, frame, WRONG)
            assert stored.recall.way is Way.REMEMBERED
            assert np.array_equal(ours, theirs)
    finally:
        predictor.max_cond_frames_in_attn = -1


def test_bfloat16_is_official_under_autocast(predictor, source):
    engine = Sam2Engine(SPEC, predictor, torch.bfloat16)
    session = HeadlessSession(source, engine, (1,))
    session.prompt(0, 1, FIRST)
    session.track(Direction.FORWARD)
    ours, _ = click(predictor, session, 5, WRONG)
    with torch.autocast("cpu", torch.bfloat16):
        state = unread_state(predictor, engine._video.features, FRAMES)
        official_prompt(predictor, state, 0, 1, FIRST)
        official_run(predictor, state, 0, FRAMES)
        theirs = official_click(predictor, state, 5, WRONG)
    assert np.array_equal(ours, theirs)
