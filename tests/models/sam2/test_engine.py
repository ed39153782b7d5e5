"""How the SAM 2 engine behaves: lazily, in bounded memory, and clearly when something is wrong."""

from __future__ import annotations

import threading

import pytest
import torch
from mask_choices import check_choices
from stepped import track_one

from vostool.errors import ModelError, PromptError, SourceError
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, SegmentRequest, TrackRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.sam2.state import ObjectTracker, PromptReplay, Video
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.pictures import FRAMES_AHEAD
from vostool.models.shared.preparation import as_imagenet
from vostool.models.shared.prompt_steps import prompt_steps
from vostool.project.prompts import Point, Prompts

SPEC = MODELS["sam2.1-tiny"]
CLICK = Prompts(points=(Point(30, 60),))
BOX = Prompts(box=Box(8, 36, 50, 80))


@pytest.fixture(scope="module")
def predictor(tiny_checkpoint):
    return build_predictor(SPEC, tiny_checkpoint, torch.device("cpu"), image_size=128)


@pytest.fixture
def engine(predictor, jpeg_source):
    engine = Sam2Engine(SPEC, predictor)
    engine.open(jpeg_source)
    return engine


def run(keys, direction=Direction.FORWARD, origin=0, first=0, last=4):
    return TrackRequest(tuple(keys), direction, origin, first, last)


def never() -> bool:
    return False


def test_opening_reads_no_frame_and_clicking_reads_one(engine, jpeg_source):
    assert jpeg_source.read == []
    engine.segment(SegmentRequest(7, 1, CLICK))
    assert jpeg_source.read == [7]


def test_a_second_click_and_its_undo_read_nothing(engine, jpeg_source):
    more = Prompts(points=(*CLICK.points, Point(90, 20, positive=False)))
    first = engine.segment(SegmentRequest(3, 1, CLICK))
    engine.segment(SegmentRequest(3, 1, more))
    undone = engine.segment(SegmentRequest(3, 1, CLICK))
    assert jpeg_source.read == [3]
    assert undone == first


def test_clicks_made_one_by_one_or_at_once_give_the_same(predictor, jpeg_source, engine):
    points = (Point(30, 60), Point(90, 20, positive=False), Point(44, 50), Point(12, 44))
    for count in range(1, 5):
        slowly = engine.segment(SegmentRequest(2, 1, Prompts(points=points[:count])))
    other = Sam2Engine(SPEC, predictor)
    other.open(jpeg_source)
    assert other.segment(SegmentRequest(2, 9, Prompts(points=points))) == slowly


def test_the_order_of_clicks_is_the_order_of_calls():
    mask = Mask.empty(4, 4)
    points = (Point(1, 1), Point(2, 2, positive=False))
    steps = prompt_steps(Prompts(points, Box(0, 0, 3, 3), mask=mask))
    assert [(s.mask, s.box is not None, len(s.points)) for s in steps] == [
        (mask, False, 0),
        (mask, True, 0),
        (mask, True, 1),
        (mask, True, 2),
    ]
    anew = prompt_steps(Prompts(points, Box(0, 0, 3, 3), base=mask))
    assert [(s.mask, len(s.points)) for s in anew] == [(None, 0), (None, 1), (None, 2)]
    assert prompt_steps(Prompts()) == []


def test_a_run_reads_each_frame_once_and_shares_it_among_objects(engine, jpeg_source):
    keys = [Keyframe(0, 1, CLICK), Keyframe(0, 2, BOX)]
    steps = list(engine.track(run(keys), never))
    assert sorted(jpeg_source.read) == [0, 1, 2, 3, 4]
    assert engine._video.features.encoded == 5
    assert [set(step.replies) for step in steps] == [{1, 2}] * 5
    for reply in (reply for step in steps for reply in step.replies.values()):
        assert (reply.mask.width, reply.mask.height) == (160, 120)
        assert 0 <= reply.score <= 1


def test_nothing_is_computed_ahead(engine, jpeg_source):
    iterator = engine.track(run([Keyframe(0, 1, CLICK)], last=20), never)
    assert jpeg_source.read == []
    for count in (1, 2):
        next(iterator)
        assert engine._video.features.encoded == count
        assert len(jpeg_source.read) <= count + FRAMES_AHEAD, "frames may be read, in bounds"


def test_cancel_ends_the_run_after_the_frame(engine):
    done = []
    for step in engine.track(run([Keyframe(0, 1, CLICK)], last=20), lambda: len(done) == 3):
        done.append(step.frame)
    assert done == [0, 1, 2]


def test_cancel_while_keyframes_are_prepared(engine, jpeg_source):
    keys = [Keyframe(n, 1, CLICK) for n in range(10)]
    features = engine._video.features
    assert list(engine.track(run(keys), lambda: features.encoded == 2)) == []
    assert features.encoded == 2


def test_backward_and_both_and_objects_on_the_wrong_side(engine):
    keys = [Keyframe(3, 1, CLICK), Keyframe(5, 2, BOX)]
    request = run(keys, Direction.BOTH, origin=3, first=1, last=6)
    steps = [(s.frame, tuple(s.replies)) for s in engine.track(request, never)]
    assert steps == [
        (3, (1,)),
        (4, (1,)),
        (5, (1, 2)),
        (6, (1, 2)),
        (3, (1, 2)),
        (2, (1, 2)),
        (1, (1, 2)),
    ]


def test_a_frame_that_does_not_decode_is_marked_and_the_run_goes_on(engine, jpeg_source):
    jpeg_source.broken = {2}
    steps = list(engine.track(run([Keyframe(0, 1, CLICK)]), never))
    assert [step.frame for step in steps] == [0, 1, 2, 3, 4]
    assert [bool(step.replies) for step in steps] == [True, True, False, True, True]
    assert steps[2].problem == "Frame 2 could not be decoded."


def test_a_keyframe_that_does_not_decode_leaves_the_others(engine, jpeg_source):
    jpeg_source.broken = {2}
    keys = [Keyframe(0, 1, CLICK), Keyframe(2, 1, BOX)]
    steps = list(engine.track(run(keys), never))
    assert [step.problem is None for step in steps] == [True, True, False, True, True]


def test_no_keyframe_decodes(engine, jpeg_source):
    jpeg_source.broken = {0}
    with pytest.raises(SourceError, match="Frame 0"):
        list(engine.track(run([Keyframe(0, 1, CLICK)]), never))


def test_an_empty_mask_says_absent(engine):
    empty = Mask.empty(120, 160)
    reply = engine.segment(SegmentRequest(0, 1, Prompts(mask=empty)))
    assert reply.mask.is_empty
    assert reply.score < 0.01


def test_a_keyframe_that_says_nothing_is_left_out(engine):
    keys = [Keyframe(0, 1, CLICK), Keyframe(0, 2, None, None), Keyframe(0, 3, Prompts())]
    steps = list(engine.track(run(keys, last=1), never))
    assert [set(step.replies) for step in steps] == [{1}, {1}]


@pytest.mark.parametrize(
    ("frame", "prompts", "sentence"),
    [
        (0, Prompts(), "has no prompt on frame 0"),
        (99, CLICK, "no frame 99; the source has 0 to 21"),
        (-1, CLICK, "no frame -1"),
        (0, Prompts(points=(Point(200, 10),)), "lies outside the 160x120 frame"),
        (0, Prompts(box=Box(170, 10, 180, 20)), "lies outside the 160x120 frame"),
        (0, Prompts(mask=Mask.empty(10, 10)), "give a mask of the frame's size"),
    ],
)
def test_prompts_that_make_no_sense(engine, jpeg_source, frame, prompts, sentence):
    with pytest.raises(PromptError, match=sentence):
        engine.segment(SegmentRequest(frame, 1, prompts))
    if not prompts.is_empty:
        with pytest.raises(PromptError, match=sentence):
            engine.track(run([Keyframe(frame, 1, prompts)]), never)
    assert jpeg_source.read == []


def test_points_on_the_border_are_inside(engine):
    corners = Prompts(points=(Point(0, 0), Point(159.9, 119.9)))
    assert engine.segment(SegmentRequest(0, 1, corners)).mask.width == 160


def test_without_a_video_and_after_close(predictor, jpeg_source):
    engine = Sam2Engine(SPEC, predictor)
    with pytest.raises(ModelError, match="open one first"):
        engine.segment(SegmentRequest(0, 1, CLICK))
    engine.close()
    with pytest.raises(ModelError, match="was closed"):
        engine.open(jpeg_source)


def test_works_in_any_thread(engine):
    """Inference mode and autocast belong to a thread; the window's worker is one of its own."""
    here = engine.segment(SegmentRequest(1, 1, CLICK))
    found = []

    def work() -> None:
        found.append(engine.segment(SegmentRequest(1, 1, Prompts(CLICK.points * 2))))
        found.extend(s.replies[1] for s in engine.track(run([Keyframe(1, 1, CLICK)]), never))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found[1] == here
    assert not torch.is_inference_mode_enabled()


def test_nothing_leaks_into_the_caller_between_frames(predictor, jpeg_source):
    engine = Sam2Engine(SPEC, predictor, torch.bfloat16)
    engine.open(jpeg_source)
    for _ in engine.track(run([Keyframe(0, 1, CLICK)], last=1), never):
        assert not torch.is_inference_mode_enabled()
        assert not torch.is_autocast_enabled("cpu")


def test_three_hundred_objects_go_through(predictor, jpeg_source):
    engine = Sam2Engine(SPEC, predictor, options=EngineOptions(object_batch=50))
    engine.open(jpeg_source)
    keys = [Keyframe(0, oid, BOX if oid % 2 else CLICK) for oid in range(1, 301)]
    steps = list(engine.track(run(keys, last=1), never))
    assert [len(step.replies) for step in steps] == [300, 300]
    by_box = {step.replies[oid].mask for oid in range(1, 301, 2) for step in steps[1:]}
    assert max(a.iou(b) for a in by_box for b in by_box) == 1.0
    assert min(a.iou(b) for a in by_box for b in by_box) > 0.99, "same prompts, same masks"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), "more memory than the GPU has free"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "than is free"),
        (RuntimeError("CUDA error: device-side assert\nmore"), "lost its GPU"),
    ],
)
def test_a_device_that_gives_out_is_one_sentence(engine, predictor, monkeypatch, error, sentence):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(predictor, "add_new_points_or_box", fail)
    with pytest.raises(ModelError, match=sentence) as caught:
        engine.segment(SegmentRequest(0, 1, CLICK))
    assert "\n" not in str(caught.value)


def test_what_a_run_keeps_does_not_grow(predictor, jpeg_source):
    features = FeatureCache(
        lambda frame: as_imagenet(128)(jpeg_source.frame(frame % 22)), predictor.forward_image, 1
    )
    video = Video(predictor, features, 120, 160, 1000)
    tracker = ObjectTracker(video)
    held = []
    with torch.inference_mode():
        tracker.add_keyframe(0, PromptReplay(video).output(0, CLICK))
        for frame in range(1, 24):
            track_one(video, tracker, frame)
            held.append(tracker.bytes_held)
    memory, pointer = 64 * 8 * 8 * 2, 256 * 4
    assert held[14:] == [6 * memory + 15 * pointer] * 9
    assert len(video.prompted) == 1


def test_info_says_what_it_is(engine):
    info = engine.info
    assert (info.name, info.title, info.device) == ("sam2.1-tiny", "SAM 2.1 tiny", "cpu")
    assert info.dtype == "float32"
    assert "official" in info.detail


def test_a_run_towards_a_keyframe_ahead_goes_on_where_the_first_is_undecodable(engine, jpeg_source):
    jpeg_source.broken = {0}
    steps = list(engine.track(run([Keyframe(0, 1, CLICK), Keyframe(9, 1, BOX)], last=3), never))
    assert [step.frame for step in steps if 1 in step.replies] == [1, 2, 3]


def test_memory_that_runs_out_beside_the_network_costs_the_cache_and_answers(engine, monkeypatch):
    whole, failures = engine._logits, []

    def once(*arguments):
        if not failures:
            failures.append(True)
            raise RuntimeError("MPS backend out of memory")
        return whole(*arguments)

    monkeypatch.setattr(engine, "_logits", once)
    reply = engine.segment(SegmentRequest(3, 1, CLICK))
    assert failures
    assert engine.segment(SegmentRequest(3, 1, CLICK)) == reply


def test_a_lone_click_has_three_masks_to_choose_from(engine):
    check_choices(engine, 3, CLICK, BOX)
