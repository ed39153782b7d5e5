"""EdgeTAM with seeded random weights against transformers' own plain use of the model."""

from __future__ import annotations

import copy

import numpy as np
import pytest

pytest.importorskip(
    "transformers", reason="needs the extra edgetam (pip install transformers timm)"
)
pytest.importorskip("timm", reason="needs the extra edgetam (pip install transformers timm)")

# Below the lines that skip, since these need what they ask for.
import torch
from mask_choices import check_choices
from stepped import track_one
from tracked_click import condition, corrected, library_click, run_after
from transformers import (
    EdgeTamVideoModel,
    Sam2ImageProcessor,
    Sam2VideoProcessor,
    Sam2VideoVideoProcessor,
)

from vostool.errors import ModelError, PromptError, SourceError
from vostool.frames import SourceInfo
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.edgetam.build import edgetam_config
from vostool.models.edgetam.engine import EdgeTamEngine
from vostool.models.edgetam.state import PromptReplay
from vostool.models.engine import (
    Direction,
    Keyframe,
    Prepares,
    SegmentRequest,
    TrackRequest,
)
from vostool.models.shared.library_network import LibraryTracker
from vostool.project.prompts import Point, Prompts

SIZE = 128
FRAMES = 8
PIXELS = SIZE * SIZE
CLICK = Prompts(points=(Point(40, 60),))
BOX = Prompts(box=Box(20, 30, 90, 100))


def never() -> bool:
    return False


class Clip:
    """Frames of the model's own size, so that the library's processor scales nothing."""

    def __init__(self, count: int = FRAMES) -> None:
        rng = np.random.default_rng(5)
        pictures = rng.integers(0, 255, (FRAMES, 8, 8, 3), dtype=np.uint8)
        self.frames = [np.kron(p, np.ones((16, 16, 1), np.uint8)) for p in pictures]
        self.count = count
        self.broken: set[int] = set()
        self.read: list[int] = []

    @property
    def info(self) -> SourceInfo:
        return SourceInfo(None, "images", SIZE, SIZE, self.count, 25.0)

    def __len__(self) -> int:
        return self.count

    def frame(self, index: int) -> np.ndarray:
        if index in self.broken:
            raise SourceError(f"Frame {index} could not be decoded.")
        self.read.append(index)
        return self.frames[index % FRAMES]

    def clone(self) -> Clip:
        return copy.copy(self)

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def model() -> EdgeTamVideoModel:
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = EdgeTamVideoModel(edgetam_config(SIZE, latents=16))
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Linear | torch.nn.Conv2d | torch.nn.ConvTranspose2d):
                module.reset_parameters()
        for parameter in model.parameters(recurse=False):
            parameter.normal_(std=0.5)
        model.spatial_perceiver.latents_1d.normal_()
        model.spatial_perceiver.latents_2d.normal_()
        # the object counts as present
        model.mask_decoder.pred_obj_score_head.proj_out.bias.fill_(3.0)
    model.train(False).requires_grad_(False)
    return model


@pytest.fixture
def clip() -> Clip:
    return Clip()


@pytest.fixture
def engine(model: EdgeTamVideoModel, clip: Clip) -> EdgeTamEngine:
    engine = EdgeTamEngine(model)
    engine.open(clip)
    return engine


def drawn_mask() -> Mask:
    array = np.zeros((SIZE, SIZE), bool)
    array[30:80, 50:110] = True
    return Mask.from_array(array)


MASK = Prompts(mask=drawn_mask())


class Plain:
    """The library as its documentation uses it: the whole video in one session."""

    def __init__(self, model: EdgeTamVideoModel, clip: Clip) -> None:
        size = {"height": SIZE, "width": SIZE}
        self.model = model
        self.processor = Sam2VideoProcessor(
            image_processor=Sam2ImageProcessor(size=size),
            video_processor=Sam2VideoVideoProcessor(size=size),
            target_size=SIZE,
        )
        self.session = self.processor.init_video_session(video=np.stack(clip.frames))

    def add(self, frame: int, object_id: int, prompts: Prompts) -> dict[int, np.ndarray]:
        inputs = {}
        if prompts.points:
            inputs["input_points"] = [[[[p.x, p.y] for p in prompts.points]]]
            inputs["input_labels"] = [[[int(p.positive) for p in prompts.points]]]
        if prompts.box is not None:
            box = prompts.box
            inputs["input_boxes"] = [[[box.x0, box.y0, box.x1, box.y1]]]
        if prompts.mask is not None:
            inputs["input_masks"] = prompts.mask.to_array()
        self.processor.add_inputs_to_inference_session(
            inference_session=self.session, frame_idx=frame, obj_ids=object_id, **inputs
        )
        return self._answer(self.model(self.session, frame_idx=frame))

    def run(self, start: int, reverse: bool = False) -> dict[int, dict[int, np.ndarray]]:
        steps = self.model.propagate_in_video_iterator(
            self.session, start_frame_idx=start, reverse=reverse
        )
        return {step.frame_idx: self._answer(step) for step in steps}

    def _answer(self, output) -> dict[int, np.ndarray]:
        masks = self.processor.post_process_masks(
            [output.pred_masks], original_sizes=[[SIZE, SIZE]], binarize=True
        )[0]
        return {oid: masks[n, 0].numpy() for n, oid in enumerate(output.object_ids)}


def assert_same(mask: Mask, expected: np.ndarray, trivial: bool = False) -> None:
    if not trivial:
        assert PIXELS / 50 < expected.sum() < PIXELS * 0.95
    # Rounding may turn single pixels whose logit is next to zero.
    assert (mask.to_array() != expected).sum() <= 4


def run(engine, keys, direction, origin, first=0, last=FRAMES - 1) -> dict[int, dict[int, Mask]]:
    request = TrackRequest(tuple(keys), direction, origin, first, last)
    steps = list(engine.track(request, never))
    assert [step.problem for step in steps] == [None] * len(steps)
    return {step.frame: {o: r.mask for o, r in step.replies.items()} for step in steps}


def assert_same_run(got, expected) -> None:
    assert got.keys() == expected.keys()
    for frame, masks in got.items():
        assert masks.keys() == expected[frame].keys()
        for oid, mask in masks.items():
            assert_same(mask, expected[frame][oid])
    last = max(got, key=lambda f: abs(f - min(got)))
    assert got[last] != got[min(got)]


@pytest.mark.parametrize("prompts", [CLICK, BOX, MASK], ids=["click", "box", "mask"])
def test_a_prompted_frame_is_the_librarys(engine, model, clip, prompts):
    reply = engine.segment(SegmentRequest(3, 1, prompts))

    assert_same(reply.mask, Plain(model, clip).add(3, 1, prompts)[1])
    assert 0 < reply.score < 1


def test_a_run_of_two_objects_forward_is_the_librarys(engine, model, clip):
    plain = Plain(model, clip)
    plain.add(0, 1, CLICK)
    plain.add(0, 2, BOX)

    got = run(engine, [Keyframe(0, 1, CLICK), Keyframe(0, 2, BOX)], Direction.FORWARD, 0)

    assert_same_run(got, plain.run(0))


def test_a_run_backward_from_a_mask_is_the_librarys(engine, model, clip):
    plain = Plain(model, clip)
    plain.add(6, 1, MASK)

    got = run(engine, [Keyframe(6, 1, mask=MASK.mask)], Direction.BACKWARD, 6)

    assert_same_run(got, plain.run(6, reverse=True))


def test_a_run_both_ways_with_two_keyframes_is_the_librarys(engine, model, clip):
    plain = Plain(model, clip)
    plain.add(1, 1, CLICK)
    plain.add(5, 1, BOX)
    expected = plain.run(3)
    back = plain.run(3, reverse=True)

    keys = [Keyframe(1, 1, CLICK), Keyframe(5, 1, BOX)]
    request = TrackRequest(tuple(keys), Direction.BOTH, 3, 0, FRAMES - 1)
    steps = list(engine.track(request, never))

    assert [s.frame for s in steps] == [*expected, *back]
    for step, masks in zip(steps, [*expected.values(), *back.values()], strict=True):
        assert_same(step.replies[1].mask, masks[1])


def test_each_click_is_fed_what_the_one_before_showed(engine, model, clip):
    more = Prompts(points=(*CLICK.points, Point(100, 20, False)))
    plain = Plain(model, clip)
    plain.add(0, 1, CLICK)
    before = plain.session.output_dict_per_obj[0]["cond_frame_outputs"][0]["pred_masks"]
    with torch.inference_mode():
        expected = model._single_frame_forward(
            pixel_values=plain.session.get_frame(0)[None],
            input_points=torch.tensor([[[[40.0, 60.0], [100.0, 20.0]]]]),
            input_labels=torch.tensor([[[1, 0]]]),
            input_masks=before.clamp(-32, 32),
            multimask_output=False,
        ).high_res_masks[0, 0]

    assert_same(engine.segment(SegmentRequest(0, 1, more)).mask, expected.numpy() > 0)


@pytest.mark.parametrize("point", [Point(70, 80), Point(40, 60, False)], ids=["+", "-"])
def test_a_click_on_a_tracked_frame_reads_the_librarys_memory(engine, model, clip, point):
    plain = Plain(model, clip)
    plain.add(0, 1, CLICK)
    plain.run(0)
    output = library_click(model, plain.session, 5, point, run_mem_encoder=True)

    session, before = corrected(engine, clip, CLICK, 5, point)

    mask = session.project.masks.get(5, 1).mask
    expected = torch.nn.functional.interpolate(output["pred_masks"], (SIZE, SIZE), mode="bilinear")
    assert_same(mask, expected[0, 0].numpy() > 0, trivial=True)
    assert mask != before
    condition(plain.session, 5, output)
    after = run_after(engine, clip, session, 5)
    for frame, masks in plain.run(5).items():
        if frame > 5:
            assert_same(after[frame], masks[1])


def test_a_prompted_frame_depends_on_picture_and_prompts_alone(engine, model, clip):
    several = Prompts(points=(Point(30, 30), Point(70, 90, False)), box=BOX.box, mask=MASK.mask)
    first = engine.segment(SegmentRequest(5, 1, several))
    run(engine, [Keyframe(2, 1, CLICK)], Direction.FORWARD, 2, last=4)
    fresh = EdgeTamEngine(model)
    fresh.open(clip)

    assert engine.segment(SegmentRequest(5, 7, several)) == first
    assert fresh.segment(SegmentRequest(5, 1, several)) == first
    unmasked = Prompts(points=several.points, box=several.box)
    assert fresh.segment(SegmentRequest(5, 1, unmasked)) != first


def test_what_a_run_holds_does_not_grow(model):
    clip = Clip(count=100_000)
    engine = EdgeTamEngine(model, cache_bytes=1)
    engine.open(clip)
    video = engine._video
    tracker = LibraryTracker(video)
    held = []
    with torch.inference_mode():
        tracker.add_keyframe(500, PromptReplay(video).output(500, CLICK, remember=True))
        for frame in range(501, 521):
            track_one(video, tracker, frame)
            held.append((tracker.bytes_held, len(tracker._outputs["non_cond_frame_outputs"])))

    assert held[16:] == [held[16]] * 4
    assert held[16][1] <= model.config.max_object_pointers_in_encoder


def test_frames_are_encoded_when_their_turn_comes(engine, clip):
    assert clip.read == []
    steps = engine.track(
        TrackRequest((Keyframe(0, 1, CLICK),), Direction.FORWARD, 0, 0, FRAMES - 1), never
    )
    next(steps)
    assert engine._video.features.encoded == 1
    next(steps)
    assert engine._video.features.encoded == 2


def test_a_run_ends_between_frames_when_cancelled(engine):
    seen = []
    request = TrackRequest((Keyframe(0, 1, CLICK),), Direction.FORWARD, 0, 0, FRAMES - 1)
    for step in engine.track(request, lambda: len(seen) == 3):
        seen.append(step.frame)

    assert seen == [0, 1, 2]


def test_a_run_goes_on_behind_a_frame_that_cannot_be_decoded(engine, clip):
    clip.broken = {4}
    request = TrackRequest((Keyframe(2, 1, CLICK),), Direction.FORWARD, 2, 0, 7)

    steps = {step.frame: step for step in engine.track(request, never)}

    assert steps[4].problem == "Frame 4 could not be decoded." and not steps[4].replies
    assert [n for n, step in steps.items() if step.replies] == [2, 3, 5, 6, 7]


def test_a_frame_prepared_is_not_read_again_for_the_click(engine, clip):
    assert isinstance(engine, Prepares)
    engine.prepare(6, lambda: True)
    assert clip.read == []
    engine.prepare(6, never)
    engine.segment(SegmentRequest(6, 1, CLICK))
    assert clip.read == [6]


def test_what_makes_no_sense_is_said(engine):
    with pytest.raises(PromptError, match="no prompt on frame 0"):
        engine.segment(SegmentRequest(0, 1, Prompts()))
    with pytest.raises(PromptError, match="There is no frame 99"):
        engine.segment(SegmentRequest(99, 1, CLICK))
    engine.close()
    with pytest.raises(ModelError, match="no video"):
        engine.segment(SegmentRequest(0, 1, CLICK))


def test_a_lone_click_has_three_masks_to_choose_from(engine: EdgeTamEngine) -> None:
    check_choices(engine, 3, CLICK, BOX)
