"""Features encoded ahead of a run beside its work, and how much memory they may take."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import seeded
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.box import Box
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.models.sam2.encoder import TorchEncoder
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared import beside as second_stream
from vostool.models.shared import free_memory
from vostool.models.shared.beside import CudaBeside, beside_for
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.free_memory import FeatureBound
from vostool.models.shared.pictures import Pictures
from vostool.models.shared.preparation import as_imagenet
from vostool.project.prompts import Prompts

CPU = torch.device("cpu")
FRAMES = 14
BOX = Prompts(box=Box(8, 6, 50, 50))


class Aside:
    """A second stream that is none: what is launched is done at once, and written down."""

    def __init__(self, batch: int = 4) -> None:
        self.batch = batch
        self.inside = False
        self.joined: list[int] = []

    @contextmanager
    def launching(self):
        self.inside = True
        try:
            yield
        finally:
            self.inside = False

    def done(self):
        return lambda levels: self.joined.append(int(levels[-1].shape[0]))


@pytest.fixture(scope="module")
def clip() -> ArraySource:
    return ArraySource(generate_clip(FRAMES, 96, 64).frames)


class Encoder:
    """Doubles each picture; ``batches`` are (how many, ahead of the run)."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self.batches: list[tuple[int, bool]] = []
        self.failure: Exception | None = None

    def __call__(self, pictures, stop=None):
        if self.failure is not None and len(pictures) > 1:
            raise self.failure
        self.batches.append((len(pictures), self._aside.inside))
        return {"backbone_fpn": [pictures * 2], "vision_pos_enc": [pictures[:1]]}


def walked(cache: FeatureCache, pictures: Pictures, frames) -> dict[int, torch.Tensor]:
    """As a run goes: it stands at a frame, reads its features, then looks ahead."""
    found = {}
    with cache.expecting(frames) as run:
        for frame in frames:
            run.stand_at(frame)
            found[frame] = cache.get(frame)[1]["backbone_fpn"][0]
            for future in [*pictures._ahead._current._window.values()]:
                future.result()  # the readers are quick
            cache.look_ahead(run)
    return found


@pytest.mark.parametrize("frames", [range(FRAMES), range(FRAMES - 1, -1, -1)])
def test_features_are_encoded_by_fours_before_the_run_asks(clip, frames) -> None:
    aside, prepare = Aside(), as_imagenet(64)
    encode, pictures = Encoder(aside), Pictures(clip, prepare, CPU)
    cache = FeatureCache(pictures, encode, beside=aside)
    found = walked(cache, pictures, frames)
    for frame in frames:
        assert torch.equal(found[frame], prepare(clip.frame(frame))[None] * 2)
    assert encode.batches[0] == (1, False), "nothing is ahead of the first"
    assert {ahead for _, ahead in encode.batches[1:]} == {True}, "no frame waited for its own"
    assert [count for count, _ in encode.batches[1:4]] == [4, 4, 4]
    assert sum(count for count, _ in encode.batches) == FRAMES == cache.encoded
    assert aside.joined == [1] * (FRAMES - 1), "each is waited for once, when it is read"
    walked(cache, pictures, frames)
    assert cache.encoded == FRAMES, "a second pass encodes nothing"
    cache.close()


def test_without_a_second_stream_each_frame_has_its_turn(clip) -> None:
    pictures = Pictures(clip, as_imagenet(64), CPU)
    encode = Encoder(Aside())
    cache = FeatureCache(pictures, encode)
    walked(cache, pictures, range(6))
    assert encode.batches == [(1, False)] * 6
    cache.close()
    assert beside_for(CPU) is None
    assert beside_for(torch.device("cuda")) is None or torch.cuda.is_available()


def test_memory_that_runs_out_costs_the_looking_ahead_alone(clip) -> None:
    aside = Aside()
    pictures, encode = Pictures(clip, as_imagenet(64), CPU), Encoder(aside)
    cache = FeatureCache(pictures, encode, beside=aside)
    encode.failure = torch.OutOfMemoryError("CUDA out of memory.")
    assert len(walked(cache, pictures, range(6))) == 6
    assert encode.batches == [(1, False)] * 6
    cache.close()


def test_other_errors_are_not_hidden(clip) -> None:
    aside = Aside()
    pictures, encode = Pictures(clip, as_imagenet(64), CPU), Encoder(aside)
    cache = FeatureCache(pictures, encode, beside=aside)
    encode.failure = RuntimeError("CUDA error: an illegal memory access was encountered")
    with pytest.raises(RuntimeError, match="illegal memory"):
        walked(cache, pictures, range(6))
    cache.close()


def masks(batch: int | None, clip: ArraySource, dtype: torch.dtype):
    engine = Sam2Engine(MODELS["sam2.1-tiny"], seeded.sam2(), dtype)
    engine.open(clip)
    if batch is not None:
        engine._video.features._beside = Aside(batch)
    request = TrackRequest((Keyframe(3, 1, BOX),), Direction.BOTH, 3, 0, 9)
    replies = [step.replies[1] for step in engine.track(request, lambda: False)]
    encoded = engine._video.features.encoded
    engine.close()
    return [reply.mask for reply in replies], encoded


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_run_has_the_same_masks_with_frames_encoded_ahead(clip, dtype) -> None:
    alone, encoded = masks(None, clip, dtype)
    assert masks(1, clip, dtype) == (alone, encoded), "one by one to the bit, as in exact quality"
    together, again = masks(4, clip, dtype)
    assert again == encoded
    differing = [a.iou(b) for a, b in zip(alone, together, strict=True)]
    assert min(differing) > (0.999 if dtype is torch.float32 else 0.9)


def test_a_batch_differs_from_single_frames_by_rounding_alone(clip) -> None:
    encode = TorchEncoder(seeded.sam2(128))
    pictures = torch.stack([as_imagenet(128)(clip.frame(n)) for n in range(4)])
    with torch.inference_mode():
        together = encode(pictures)["backbone_fpn"]
        for number in range(4):
            alone = encode(pictures[number : number + 1])["backbone_fpn"]
            for one, level in zip(alone, together, strict=True):
                torch.testing.assert_close(level[number], one[0], rtol=1e-4, atol=1e-4)


class Cuda:
    """CUDA's functions, written down."""

    def __init__(self) -> None:
        self.log: list[tuple] = []

    def Stream(self, device):
        return "second"

    @contextmanager
    def stream(self, stream):
        self.log.append(("on", stream))
        yield
        self.log.append(("off", stream))

    def Event(self):
        cuda = self

        class Event:
            def record(self, stream):
                cuda.log.append(("recorded", stream))

        return Event()

    def current_stream(self, device):
        cuda = self

        class Stream:
            def wait_event(self, event):
                cuda.log.append(("waits",))

        return Stream()


class Level:
    def __init__(self, log) -> None:
        self.log = log

    def record_stream(self, stream) -> None:
        self.log.append(("belongs",))


def test_the_first_stream_waits_for_the_second_before_it_reads() -> None:
    cuda = Cuda()
    beside = CudaBeside(CPU, 4, cuda)
    with beside.launching():
        join = beside.done()
    assert cuda.log == [("on", "second"), ("recorded", "second"), ("off", "second")]
    cuda.log.clear()
    join([Level(cuda.log), Level(cuda.log)])
    assert cuda.log == [("waits",), ("belongs",), ("belongs",)]


def test_exact_quality_encodes_one_by_one(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(second_stream.torch.cuda, "Stream", lambda device: device)
    card = torch.device("cuda", 1)
    assert beside_for(card, exact=True).batch == 1
    assert beside_for(card).batch == second_stream.BATCH == 4


def test_the_bound_is_a_quarter_of_what_would_be_free_and_follows_it() -> None:
    free = [1000]
    bound = FeatureBound(100, lambda: free[0])
    assert bound(0) == 250
    free[0] = 0
    assert [bound(200) for _ in range(7)] == [250] * 7, "not asked each time"
    assert bound(200) == 100, "another program took it all"
    assert FeatureBound(100, lambda: None)(50) == 100


def test_what_other_programs_take_makes_the_cache_smaller(monkeypatch) -> None:
    free = [4 * 2**20]
    monkeypatch.setattr("vostool.models.shared.features.DEFAULT_CACHE_BYTES", 2**16)
    monkeypatch.setattr("vostool.models.shared.features.free_memory", lambda device: free[0])
    picture = torch.zeros(3, 64, 64)  # 48 KiB

    def encode(pictures, stop=None):
        return {"backbone_fpn": [pictures.clone()], "vision_pos_enc": [pictures]}

    cache = FeatureCache(lambda frame: picture, encode)
    for frame in range(100):
        cache.get(frame)
    # A third of what stays free is a quarter of what would be free without it.
    assert 2**20 < cache.bytes_held <= free[0] // 3 + 49152
    free[0] = 0
    for frame in range(100, 130):
        cache.get(frame)
    assert cache.bytes_held < 2**18 + 2**16
    for frame in range(130, 160):
        cache.get(frame)
    assert cache.bytes_held <= 2**16 + 49152


@pytest.mark.parametrize(
    ("bound", "used", "most"),
    [
        ("4096\n", "1024\n", 3072),
        ("4096\n", "9999\n", 0),
        ("max\n", "1\n", None),
        (None, None, None),
    ],
)
def test_a_containers_bound_counts(tmp_path, bound, used, most) -> None:
    if bound is not None:
        (tmp_path / "memory.max").write_text(bound)
        (tmp_path / "memory.current").write_text(used)
    found = free_memory._free_here(tmp_path)
    assert found == most if most is not None else found > 2**20


def test_a_card_is_asked_and_one_that_does_not_tell_leaves_the_least(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (7, 9))
    assert free_memory.free_memory(torch.device("cuda", 1)) == 7

    def lost(device):
        raise RuntimeError("CUDA error: unknown")

    monkeypatch.setattr(torch.cuda, "mem_get_info", lost)
    assert free_memory.free_memory(torch.device("cuda", 1)) is None
    assert free_memory.free_memory(CPU) > 2**20
