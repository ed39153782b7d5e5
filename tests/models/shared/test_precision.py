"""Every engine in bfloat16 and float16, as cards compute in them; the CPU emulates both slowly."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import seeded
import tiny_finders
import torch

from vostool.errors import ModelError, SourceError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, SegmentRequest, TrackRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.mobile_sam.encoder import FeatureEncoder, Geometry, picture_size
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.half_weights import back_in_full, keep_in_half
from vostool.project.prompts import Point, Prompts

FRAMES, WIDTH, HEIGHT = 5, 96, 64
CLICKS = Prompts((Point(40, 30), Point(80, 8, False)))
BOX = Prompts(box=Box(8, 10, 50, 50))
HALVES = {"bfloat16": torch.bfloat16, "float16": torch.float16}
KINDS = ("sam2", "edgetam", "sam3")


class Clip(ArraySource):
    """The generated clip; some frames may not be decodable."""

    broken: frozenset[int] = frozenset()

    def frame(self, index):
        if index in self.broken:
            raise SourceError(f"Frame {index} could not be decoded.")
        return super().frame(index)


@pytest.fixture
def clip() -> Clip:
    return Clip(generate_clip(FRAMES, WIDTH, HEIGHT).frames)


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """Each is built once; an engine changes none of its weights."""
    torch.set_num_threads(1)
    made = {}

    def network(kind: str):
        if kind not in made and kind == "sam2":
            made[kind] = seeded.sam2()
        elif kind not in made and kind == "edgetam":
            pytest.importorskip("transformers", reason="needs the extra edgetam")
            made[kind] = seeded.edgetam()
        elif kind not in made:
            pytest.importorskip("transformers", reason="needs the extra auto")
            from vostool.models.sam3.engine import Sam3Engine

            folder = tiny_finders.sam3_video(tmp_path_factory.mktemp("models") / "sam3")
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("VOSTOOL_DTYPE", "float32")  # or the weights are kept in bfloat16
                made[kind] = Sam3Engine.from_folder(folder, "cpu")._loaded()
        return made[kind]

    return network


def engine_of(kind: str, network, dtype: torch.dtype):
    if kind == "sam2":
        options = EngineOptions(object_batch=2)
        return Sam2Engine(MODELS["sam2.1-tiny"], network, dtype, options=options)
    if kind == "edgetam":
        from vostool.models.edgetam.engine import EdgeTamEngine

        return EdgeTamEngine(network, dtype)
    from vostool.models.sam3.engine import Sam3Engine

    return Sam3Engine(network, dtype)


def request(*keys, direction=Direction.FORWARD, origin=0, context=()) -> TrackRequest:
    return TrackRequest(keys, direction, origin, 0, FRAMES - 1, context)


def never() -> bool:
    return False


def session(engine) -> list:
    """Replies to clicks, a run of objects together and apart, and one that remembers masks."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[15:45, 20:60] = True
    drawn = Mask.from_array(mask)
    clicks = [CLICKS, Prompts(CLICKS.points[:1]), BOX, Prompts(CLICKS.points, base=drawn)]
    replies = [engine.segment(SegmentRequest(1, 1, prompts)) for prompts in clicks]
    keys = (Keyframe(0, 1, CLICKS), Keyframe(0, 2, BOX), Keyframe(2, 3, None, drawn))
    steps = list(engine.track(request(*keys), never))
    back = request(
        Keyframe(4, 1, BOX, drawn), direction=Direction.BACKWARD, origin=2,
        context=(Keyframe(3, 1, None, drawn),),
    )  # fmt: skip
    steps += engine.track(back, never)
    return replies + [reply for step in steps for reply in step.replies.values()]


@pytest.fixture(scope="module")
def in_float32(networks):
    known = {}

    def replies(kind: str) -> list:
        if kind not in known:
            engine = engine_of(kind, networks(kind), torch.float32)
            engine.open(Clip(generate_clip(FRAMES, WIDTH, HEIGHT).frames))
            known[kind] = session(engine)
        return known[kind]

    return replies


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_session_in_halves_is_float32s(kind, half, networks, clip, in_float32) -> None:
    engine = engine_of(kind, networks(kind), HALVES[half])
    engine.open(clip)
    got, expected = session(engine), in_float32(kind)
    assert engine.info.dtype == half, "nothing overflowed"
    assert len(got) == len(expected)
    assert all(math.isfinite(reply.score) for reply in got)
    alike = [a.mask.iou(b.mask) for a, b in zip(got, expected, strict=True)]
    # A click may mean one of three masks, and random weights hardly prefer one to another.
    assert np.median(alike) > 0.95 and np.mean(alike) > 0.7, alike
    assert len({reply.mask for reply in expected}) > 4, "masks say nothing"


@pytest.mark.parametrize("dtype", ["float32", *HALVES])
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_towards_a_keyframe_ahead_in_every_type(kind, dtype, networks, clip) -> None:
    clip.broken = frozenset({0})
    engine = engine_of(kind, networks(kind), getattr(torch, dtype))
    engine.open(clip)
    steps = list(engine.track(request(Keyframe(0, 1, CLICKS), Keyframe(3, 1, BOX)), never))
    assert [step.frame for step in steps] == list(range(FRAMES))
    assert all(math.isfinite(r.score) for step in steps for r in step.replies.values())
    assert 3 in [step.frame for step in steps if 1 in step.replies]


@pytest.mark.parametrize("half", HALVES)
def test_mobile_sam_in_halves_is_float32s(half) -> None:
    """Its network has one size, so the picture is a thin one."""
    thin = ArraySource([f[24:40] for f in generate_clip(2, 96, 64).frames])
    network, masks = seeded.mobile_sam(), []
    for dtype in (torch.float32, HALVES[half]):
        engine = MobileSamEngine(network, dtype)
        engine.open(thin)
        masks.append(engine.segment(SegmentRequest(0, 1, Prompts(box=Box(20, 2, 60, 14)))).mask)
        assert engine.info.dtype == str(dtype).removeprefix("torch.")
    assert masks[0].iou(masks[1]) > 0.9


def test_what_mobile_sams_norms_square_may_be_beyond_float16() -> None:
    """As with the published weights, whose neck reaches 600; random ones stay below 3."""
    network = seeded.mobile_sam()
    network.image_encoder.neck[2].weight.mul_(1000.0)
    geometry = Geometry.of(16, 96)
    picture = torch.rand(1, 3, *picture_size(geometry), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        whole, half = (
            FeatureEncoder(network, geometry, dtype)(picture)["backbone_fpn"][0].float()
            for dtype in (torch.float32, torch.float16)
        )
    assert (whole - half).norm() < 0.05 * whole.norm()


@pytest.mark.parametrize("kind", KINDS)
def test_float16_that_gives_no_numbers_is_left_for_float32(
    kind, networks, clip, monkeypatch
) -> None:
    network = networks(kind)
    engine = engine_of(kind, network, torch.float16)
    engine.open(clip)
    expected = engine_of(kind, network, torch.float32)
    expected.open(clip)
    wide = next(m for m in network.modules() if isinstance(m, torch.nn.Conv2d))
    whole = wide.forward

    def too_wide(x):
        y = whole(x)
        return y + torch.inf if y.dtype is torch.float16 else y

    monkeypatch.setattr(wide, "forward", too_wide)
    run = engine.track(request(Keyframe(0, 1, CLICKS)), never)
    with pytest.raises(ModelError, match="goes on in float32, slower; start the run again"):
        list(run)
    again = engine_of(kind, network, torch.float16)
    again.open(clip)
    assert again.segment(SegmentRequest(1, 1, BOX)) == expected.segment(SegmentRequest(1, 1, BOX))
    assert again.info.dtype == engine.info.dtype == "float32"
    assert len(list(engine.track(request(Keyframe(0, 1, CLICKS)), never))) == FRAMES


# -- weights kept in halves


def fresh(kind: str, networks):
    """A network of its own, since its weights will change."""
    if kind == "sam2":
        return seeded.sam2()
    return copy.deepcopy(networks(kind))


def all_logits(engine, clip, monkeypatch) -> list[torch.Tensor]:
    """Of a whole session, before thresholds, and of clicks in batches."""
    seen, enlarge = [], engine._logits

    def recorded(video, outputs):
        seen.append(enlarge(video, outputs).clone())
        seen.extend(output["object_score_logits"].clone() for output in outputs)
        return seen[-1 - len(outputs)]

    monkeypatch.setattr(engine, "_logits", recorded)
    engine.open(clip)
    session(engine)
    if hasattr(engine, "point_decoder"):
        points = np.array([[20, 10], [60, 40], [5, 60]], np.float32)
        replies = engine.point_decoder(1).decode(points)
        seen += [torch.from_numpy(replies.logits), torch.from_numpy(replies.quality)]
    return seen


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("kind", KINDS)
def test_weights_kept_in_halves_give_what_autocast_gives(
    kind, half, networks, clip, monkeypatch
) -> None:
    found = []
    for kept in (False, True):
        network = fresh(kind, networks)
        if kept:
            keep_in_half(network, HALVES[half])
        with monkeypatch.context() as patch:
            found.append(all_logits(engine_of(kind, network, HALVES[half]), clip, patch))
    assert len(found[0]) == len(found[1]) > 20
    assert max(float((a.float() - b.float()).abs().max()) for a, b in zip(*found, strict=True)) == 0
    halves = [p for p in network.parameters() if p.dtype is HALVES[half]]
    assert sum(p.numel() for p in halves) > 0.9 * sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("half", HALVES)
def test_weights_are_full_again_where_halves_give_no_numbers(
    half, networks, clip, monkeypatch
) -> None:
    network, full = seeded.sam2(), networks("sam2")
    keep_in_half(network, HALVES[half])
    engine, expected = (engine_of("sam2", n, HALVES[half]) for n in (network, full))
    replies = []
    for one in (engine, expected):
        one.open(clip)
        monkeypatch.setattr(one, "_logits", overflows_in_halves(one._logits))
        replies.append(one.segment(SegmentRequest(1, 1, CLICKS)))
        assert one.info.dtype == "float32"
    assert all(p.dtype is torch.float32 for p in network.parameters())
    if half == "float16":
        assert replies[0] == replies[1], "the full weights were kept"
        theirs = full.state_dict()
        assert all(torch.equal(x, theirs[n]) for n, x in network.state_dict().items())


def overflows_in_halves(enlarge):
    def logits(video, outputs):
        if torch.is_autocast_enabled("cpu"):
            outputs[0]["object_score_logits"] = torch.full((1, 1), torch.nan)
        return enlarge(video, outputs)

    return logits


def test_float32_keeps_its_weights_and_there_and_back_is_nothing(networks) -> None:
    network = seeded.sam2()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    for dtype in (torch.float32, torch.float16):
        keep_in_half(network, dtype)
        keep_in_half(network, dtype)
        back_in_full(network)
        back_in_full(network)
        after = network.state_dict()
        assert after.keys() == before.keys()
        assert all(torch.equal(after[name], tensor) for name, tensor in before.items())


@pytest.mark.parametrize(("wanted", "kept"), [("float32", False), ("bfloat16", True)])
def test_a_checkpoint_is_kept_as_it_is_computed_with(
    wanted, kept, tiny_checkpoint, monkeypatch
) -> None:
    monkeypatch.setenv("VOSTOOL_DTYPE", wanted)
    engine = Sam2Engine.from_checkpoint(MODELS["sam2.1-tiny"], tiny_checkpoint, "cpu")
    layer = engine._loaded().memory_attention.layers[0].linear1
    assert (layer.weight.dtype is torch.bfloat16, layer.bias.dtype is torch.bfloat16) == (
        kept,
        kept,
    )
    assert engine._loaded().memory_attention.layers[0].norm1.weight.dtype is torch.float32
