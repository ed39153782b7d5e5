"""SAM 3 as an engine, with seeded random weights, against transformers' own plain use of the model."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tiny_finders

pytest.importorskip("transformers", reason="needs the extra auto (Python 3.11)")

# Below the line that skips, since these need what it asks for.
import torch
from mask_choices import check_choices
from stepped import track_one
from tracked_click import condition, corrected, library_click, run_after
from transformers import (
    Sam2VideoVideoProcessor,
    Sam3ImageProcessor,
    Sam3TrackerVideoProcessor,
)

from vostool.errors import ModelError, SourceError
from vostool.frames import SourceInfo
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, Prepares, SegmentRequest, TrackRequest
from vostool.models.registry import create_engine, engine_statuses
from vostool.models.sam3.engine import Sam3Engine
from vostool.models.sam3.state import PromptReplay
from vostool.models.shared.library_network import LibraryTracker
from vostool.project.prompts import Point, Prompts

SIZE = 112
FRAMES = 8
CLICK = Prompts(points=(Point(40, 60),))
BOX = Prompts(box=Box(20, 30, 90, 100))


def never() -> bool:
    return False


class Clip:
    """Frames of the model's own size, so that the library's processor scales nothing."""

    def __init__(self, count: int = FRAMES) -> None:
        rng = np.random.default_rng(5)
        pictures = rng.integers(0, 255, (FRAMES, 7, 7, 3), dtype=np.uint8)
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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return tiny_finders.sam3_video(tmp_path_factory.mktemp("models") / "sam3")


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Iterator[Sam3Engine]:
    # As the library computes, also where the CPU would take bfloat16.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOSTOOL_DTYPE", "float32")
        engine = create_engine("sam3", "cpu", folder)
    assert isinstance(engine, Sam3Engine)
    yield engine
    engine.close()


@pytest.fixture
def clip() -> Clip:
    return Clip()


@pytest.fixture
def engine(loaded: Sam3Engine, clip: Clip) -> Sam3Engine:
    loaded.open(clip)
    return loaded


def drawn_mask() -> Mask:
    array = np.zeros((SIZE, SIZE), bool)
    array[30:80, 50:100] = True
    return Mask.from_array(array)


MASK = Prompts(mask=drawn_mask())


class Plain:
    """The library as its documentation uses it: the whole video in one session."""

    def __init__(self, engine: Sam3Engine, clip: Clip) -> None:
        size, half = {"height": SIZE, "width": SIZE}, [0.5] * 3
        self.model = engine._loaded()
        self.processor = Sam3TrackerVideoProcessor(
            image_processor=Sam3ImageProcessor(size=size),
            video_processor=Sam2VideoVideoProcessor(size=size, image_mean=half, image_std=half),
            target_size=SIZE,
        )
        self.session = self.processor.init_video_session(video=np.stack(clip.frames))

    def add(self, frame: int, prompts: dict[int, Prompts]) -> dict[int, np.ndarray]:
        """All objects of a frame in one call: two calls would lose the first."""
        one = next(iter(prompts.values()))
        inputs: dict[str, object] = {}
        if one.points:
            inputs["input_points"] = [
                [[[p.x, p.y] for p in each.points] for each in prompts.values()]
            ]
            inputs["input_labels"] = [
                [[int(p.positive) for p in each.points] for each in prompts.values()]
            ]
        if one.box is not None:
            boxes = [each.box for each in prompts.values()]
            inputs["input_boxes"] = [[[b.x0, b.y0, b.x1, b.y1] for b in boxes if b is not None]]
        if one.mask is not None:
            inputs["input_masks"] = [each.mask.to_array() for each in prompts.values()]
        self.processor.add_inputs_to_inference_session(
            inference_session=self.session, frame_idx=frame, obj_ids=list(prompts), **inputs
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


def assert_same(mask: Mask, expected: np.ndarray) -> None:
    assert 20 < expected.sum() < expected.size - 20
    # Rounding may turn single pixels whose logit is next to zero.
    assert (mask.to_array() != expected).sum() <= 4


def run(engine, keys, direction, origin) -> dict[int, dict[int, Mask]]:
    request = TrackRequest(tuple(keys), direction, origin, 0, FRAMES - 1)
    steps = list(engine.track(request, never))
    assert [step.problem for step in steps] == [None] * len(steps)
    return {step.frame: {o: r.mask for o, r in step.replies.items()} for step in steps}


def assert_same_run(got, expected) -> None:
    assert got.keys() == expected.keys()
    for frame, masks in got.items():
        assert masks.keys() == expected[frame].keys()
        for oid, mask in masks.items():
            assert_same(mask, expected[frame][oid])
    assert len({mask.counts for masks in got.values() for mask in masks.values()}) > 2


@pytest.mark.parametrize("prompts", [CLICK, BOX, MASK], ids=["click", "box", "mask"])
def test_a_prompted_frame_is_the_librarys(engine, clip, prompts):
    reply = engine.segment(SegmentRequest(3, 1, prompts))
    assert_same(reply.mask, Plain(engine, clip).add(3, {1: prompts})[1])
    assert 0 < reply.score <= 1


def test_a_run_of_two_objects_forward_is_the_librarys(engine, clip):
    other = Prompts(points=(Point(90, 20),))
    plain = Plain(engine, clip)
    plain.add(0, {1: CLICK, 2: other})
    got = run(engine, [Keyframe(0, 1, CLICK), Keyframe(0, 2, other)], Direction.FORWARD, 0)
    assert_same_run(got, plain.run(0))


def test_a_run_backward_from_a_mask_is_the_librarys(engine, clip):
    plain = Plain(engine, clip)
    plain.add(6, {1: MASK})
    got = run(engine, [Keyframe(6, 1, mask=MASK.mask)], Direction.BACKWARD, 6)
    assert_same_run(got, plain.run(6, reverse=True))


def test_a_click_on_a_tracked_frame_reads_the_librarys_memory(engine, clip):
    plain = Plain(engine, clip)
    plain.add(0, {1: CLICK})
    plain.run(0)
    output = library_click(plain.model, plain.session, 5, Point(70, 80))
    feats, _ = plain.model._prepare_vision_features(plain.session, 5, 1)
    with torch.inference_mode():
        memory = plain.model._encode_new_memory(
            feats[-1], output["high_res_masks"], output["object_score_logits"], True
        )
    output["maskmem_features"], output["maskmem_pos_enc"] = memory

    session, before = corrected(engine, clip, CLICK, 5, Point(70, 80))

    mask = session.project.masks.get(5, 1).mask
    expected = torch.nn.functional.interpolate(output["pred_masks"], (SIZE, SIZE), mode="bilinear")
    assert_same(mask, expected[0, 0].numpy() > 0)
    assert mask != before
    condition(plain.session, 5, output)
    after = run_after(engine, clip, session, 5)
    for frame, masks in plain.run(5).items():
        if frame > 5:
            assert_same(after[frame], masks[1])


def test_a_prompted_frame_depends_on_picture_and_prompts_alone(engine, clip):
    several = Prompts(points=(Point(30, 30), Point(70, 90, False)), box=BOX.box, mask=MASK.mask)
    first = engine.segment(SegmentRequest(5, 1, several))
    list(engine.track(TrackRequest((Keyframe(2, 1, CLICK),), Direction.FORWARD, 2, 0, 4), never))
    fresh = Sam3Engine(engine._loaded())
    fresh.open(clip)
    assert engine.segment(SegmentRequest(5, 7, several)) == first
    assert fresh.segment(SegmentRequest(5, 1, several)) == first
    assert fresh.segment(SegmentRequest(5, 1, CLICK)) != first


def test_what_a_run_holds_does_not_grow(loaded):
    engine = Sam3Engine(loaded._loaded(), cache_bytes=1)
    engine.open(Clip(count=100_000))
    video = engine._opened()
    tracker = LibraryTracker(video)
    held = []
    with torch.inference_mode():
        tracker.add_keyframe(500, PromptReplay(video).output(500, CLICK, remember=True))
        for frame in range(501, 521):
            track_one(video, tracker, frame)
            held.append((tracker.bytes_held, len(tracker._outputs["non_cond_frame_outputs"])))
    assert held[16:] == [held[16]] * 4
    assert held[16][1] <= 16
    assert all(
        output.get("high_res_masks") is None
        for by_frame in tracker.outputs.values()
        for output in by_frame.values()
    )


def test_a_run_goes_on_behind_a_frame_that_cannot_be_decoded_and_ends_when_cancelled(engine, clip):
    clip.broken = {3}
    seen = []
    request = TrackRequest((Keyframe(2, 1, CLICK),), Direction.FORWARD, 2, 0, 7)
    for step in engine.track(request, lambda: len(seen) == 4):
        seen.append(step)
    assert [step.frame for step in seen] == [2, 3, 4, 5]
    assert [step.problem for step in seen] == [None, "Frame 3 could not be decoded.", None, None]
    assert sorted(engine._video.features._levels) == [2, 4, 5]


def test_a_frame_prepared_is_not_read_again_for_the_click(engine, clip):
    assert isinstance(engine, Prepares)
    engine.prepare(6, never)
    engine.segment(SegmentRequest(6, 1, CLICK))
    assert clip.read == [6]


def test_folders_that_do_not_serve_are_one_sentence(folder, tmp_path):
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "config.json").write_text('{"model_type": "sam3"}')
    with pytest.raises(ModelError, match="of the kind 'sam3' and not SAM 3 with its tracker"):
        create_engine("sam3", "cpu", alone)
    with pytest.raises(ModelError, match="There is no folder"):
        create_engine("sam3", "cpu", tmp_path / "nothing")


def test_the_list_says_how_to_get_it(monkeypatch, tmp_path, folder):
    def told():
        return next(status for status in engine_statuses() if status.name == "sam3")

    monkeypatch.setattr("vostool.models.weights.catalog.checkpoint_dirs", lambda: (tmp_path,))
    assert "licence has to be accepted first" in told().problem
    monkeypatch.setattr("vostool.models.weights.catalog.checkpoint_dirs", lambda: (folder.parent,))
    assert told().usable and told().checkpoint == folder
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert "pip install 'vostool[auto]'" in told().problem


def test_a_lone_click_has_three_masks_to_choose_from(engine: Sam3Engine) -> None:
    check_choices(engine, 3, CLICK, BOX)
