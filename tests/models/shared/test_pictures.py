"""Pictures on their way to a network: the same bits by every way, and copied beside its work."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from vostool.errors import SourceError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.io.video.decode import VideoSource, open_video
from vostool.models.mobile_sam import encoder as mobile_sam
from vostool.models.mobile_sam.reading import Frames
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.pictures import FRAMES_AHEAD, Pictures
from vostool.models.shared.preparation import as_imagenet
from vostool.models.shared.read_ahead import NAME, everything
from vostool.models.shared.upload import PinnedUpload

CPU = torch.device("cpu")
SIZE = 64


def imagenet(frame: np.ndarray, size: int) -> torch.Tensor:
    """As it was done before there was a table on the device."""
    table = np.tile((np.arange(256) / 255.0).astype(np.float32), (3, 1))
    table -= np.array((0.485, 0.456, 0.406), np.float32)[:, None]
    table /= np.array((0.229, 0.224, 0.225), np.float32)[:, None]
    scaled = np.asarray(PillowImage.fromarray(frame).resize((size, size)))
    return torch.from_numpy(np.stack([table[c].take(scaled[..., c]) for c in range(3)]))


def sams_own(frame: np.ndarray, geometry: mobile_sam.Geometry) -> torch.Tensor:
    """SAM's normalisation in torch, in zeros."""
    mean = torch.tensor((123.675, 116.28, 103.53)).view(3, 1, 1)
    std = torch.tensor((58.395, 57.12, 57.375)).view(3, 1, 1)
    size = geometry.scaled_width, geometry.scaled_height
    scaled = PillowImage.fromarray(frame).resize(size, PillowImage.Resampling.BILINEAR)
    pixels = torch.from_numpy(np.array(scaled)).permute(2, 0, 1).float()
    picture = torch.zeros(3, *mobile_sam.picture_size(geometry))
    picture[:, : size[1], : size[0]] = (pixels - mean) / std
    return picture


def every_value(_scaled: object = None) -> np.ndarray:
    """(16, 16, 3) with each of the 256 values in each channel, in another order each."""
    values = np.arange(256, dtype=np.uint8)
    return np.stack([values, values[::-1], np.roll(values, 77)], 1).reshape(16, 16, 3)


def sam3s_own(frame: np.ndarray) -> torch.Tensor:
    values = frame.transpose(2, 0, 1).astype(np.float32) / np.float32(127.5) - np.float32(1)
    return torch.from_numpy(values)


def test_every_value_of_every_channel_has_the_bits_that_it_had() -> None:
    frame = every_value()
    assert torch.equal(as_imagenet(16)(frame), imagenet(frame, 16))
    geometry = mobile_sam.Geometry.of(1024, 1024)
    whole = np.tile(frame, (64, 64, 1))
    assert torch.equal(mobile_sam.preparation(geometry)(whole), sams_own(whole, geometry))
    pytest.importorskip("transformers")
    from vostool.models.sam3.engine import preparation

    assert torch.equal(preparation(16)(frame), sam3s_own(frame))


@pytest.mark.parametrize("height", [40, 180, 400])
def test_whole_frames_have_the_bits_that_they_had(height) -> None:
    frame = np.random.default_rng(height).integers(0, 256, (height, 320, 3), dtype=np.uint8)
    assert torch.equal(as_imagenet(1024)(frame), imagenet(frame, 1024))
    geometry = mobile_sam.Geometry.of(height, 320)
    assert torch.equal(mobile_sam.preparation(geometry)(frame), sams_own(frame, geometry))
    assert torch.equal(mobile_sam.preprocess(frame, geometry)[0], sams_own(frame, geometry))


@pytest.fixture(scope="module")
def clip() -> ArraySource:
    return ArraySource(generate_clip(24, 96, 64).frames)


@pytest.mark.parametrize("step", [1, -1])
def test_what_was_read_ahead_is_what_would_have_been_read(clip, step) -> None:
    before = set(threading.enumerate())
    pictures = Pictures(clip, as_imagenet(SIZE), CPU)
    frames = range(24)[::step]
    run = pictures.expect(frames, everything)
    for frame in frames:
        run.stand_at(frame)
        assert torch.equal(pictures(frame), imagenet(clip.frame(frame), SIZE))
    pictures.close()
    left = set(threading.enumerate()) - before
    assert not [t for t in left if t.name.startswith(NAME)]


def test_mobile_sam_reads_each_frame_once_for_flow_and_encoder(clip, monkeypatch) -> None:
    geometry = mobile_sam.Geometry.of(64, 96)
    frames = Frames(clip, mobile_sam.preparation(geometry), CPU)
    run = frames.expect(range(10), lambda frame: frame != 4)
    monkeypatch.setattr(ArraySource, "frame", _refusing(clip, ArraySource.frame))
    for frame in range(10):
        run.stand_at(frame)
        assert frames.picture(frame).gray.shape == (64, 96)
        if frame != 4:  # whose features are kept
            assert torch.equal(frames(frame), sams_own(clip._frames[frame], geometry))
    with pytest.raises(AssertionError):
        frames(4)
    frames.close()


def _refusing(clip, whole):
    """Only clones may be read."""

    def frame(self, index):
        assert self is not clip
        return whole(self, index)

    return frame


def test_a_second_pass_reads_nothing(clip) -> None:
    pictures = Pictures(clip, as_imagenet(SIZE), CPU)
    encoded = []

    def encode(picture, stop=None):
        encoded.append(1)
        return {"backbone_fpn": [picture.clone()], "vision_pos_enc": [picture]}

    cache = FeatureCache(pictures, encode)
    made: list[int] = []
    whole = pictures._made
    pictures._ahead._make = lambda frame, picture: made.append(frame) or whole(frame, picture)
    for _ in range(2):
        with cache.expecting(range(12)) as run:
            for frame in range(12):
                run.stand_at(frame)
                cache.get(frame)
    assert sorted(made) == list(range(12)) and len(encoded) == 12
    cache.close()


def test_a_click_elsewhere_does_not_disturb_the_run(clip) -> None:
    pictures = Pictures(clip, as_imagenet(SIZE), CPU)
    run = pictures.expect(range(24), everything)
    for frame, other in ((0, 20), (1, 5), (2, 2), (3, 0)):
        run.stand_at(frame)
        for asked in (other, frame):
            assert torch.equal(pictures(asked), imagenet(clip.frame(asked), SIZE))
    assert len(pictures._ahead._current._window) <= FRAMES_AHEAD
    pictures.close()


def test_a_backward_run_through_a_film_does_not_seek_each_frame(tmp_path, monkeypatch) -> None:
    film = _film(tmp_path / "film.mp4", 60, group=20)
    source = open_video(film, index_dir=tmp_path)
    started = []
    whole = VideoSource._restart
    monkeypatch.setattr(
        VideoSource, "_restart", lambda self, *at, **k: started.append(at) or whole(self, *at, **k)
    )
    pictures = Pictures(source, as_imagenet(SIZE), CPU)
    frames = range(59, -1, -1)
    run = pictures.expect(frames, everything)
    for frame in frames:
        run.stand_at(frame)
        pictures(frame)
    pictures.close()
    assert len(set(started)) == len(started) < 30, "once a group of pictures"
    source.close()


def _film(path, count: int, group: int):
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.gop_size = group
        for number in range(count):
            picture = np.full((48, 64, 3), number * 4, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


class Cuda:
    """CUDA's streams and events, written down instead of done."""

    def __init__(self) -> None:
        self.log: list[tuple] = []
        self.here = "network"

    def Stream(self, _device):
        return "copies"

    def current_stream(self, _device):
        return Waits(self, self.here)

    @contextmanager
    def stream(self, stream):
        before, self.here = self.here, stream
        yield
        self.here = before

    def Event(self):
        return Event(self)


class Waits:
    def __init__(self, cuda: Cuda, name: str) -> None:
        self._cuda, self.name = cuda, name

    def wait_event(self, event) -> None:
        self._cuda.log.append(("waits", self.name, event.on))


class Event:
    def __init__(self, cuda: Cuda) -> None:
        self._cuda, self.on = cuda, ""

    def record(self, stream) -> None:
        self.on = stream

    def synchronize(self) -> None:
        self._cuda.log.append(("synchronised", self.on))


class Buffer:
    """Page-locked memory, of which ``to`` makes what lies on the card."""

    made = 0

    def __init__(self, cuda: Cuda, shape) -> None:
        self._cuda, self._pixels = cuda, torch.zeros(shape, dtype=torch.uint8)
        Buffer.made += 1

    def copy_(self, pixels) -> None:
        self._pixels.copy_(pixels)

    def to(self, device, non_blocking):
        assert non_blocking
        self._cuda.log.append(("copies", self._cuda.here))
        moved = Moved(self._pixels.clone())
        moved.cuda = self._cuda
        return moved


class Moved(torch.Tensor):
    cuda: Cuda

    def record_stream(self, stream) -> None:
        self.cuda.log.append(("belongs", stream.name))


def test_pixels_are_copied_on_a_stream_of_their_own_out_of_few_locked_buffers() -> None:
    cuda, Buffer.made = Cuda(), 0
    upload = PinnedUpload(CPU, cuda, lambda shape, dtype, pin_memory: Buffer(cuda, shape))
    frames = [np.full((2, 3, 3), n, np.uint8) for n in range(3)]
    first, second = upload(frames[0]), upload(frames[1])
    assert cuda.log == [("copies", "copies"), ("synchronised", "copies"), ("copies", "copies")]
    assert Buffer.made == 1, "used again once its copy is done"
    cuda.log.clear()
    assert int(first()[0, 0, 0]) == 0 and int(second()[0, 0, 0]) == 1
    assert cuda.log == 2 * [("waits", "network", "copies"), ("belongs", "network")]


def test_an_upload_that_fails_is_told_at_its_frame(clip) -> None:
    def full(pixels):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    pictures = Pictures(clip, as_imagenet(SIZE), CPU, full)
    run = pictures.expect(range(6), everything)
    run.stand_at(0)
    with pytest.raises(torch.OutOfMemoryError):
        pictures(0)
    pictures.close()


def test_a_frame_that_cannot_be_read_is_told_at_its_place(clip, monkeypatch) -> None:
    whole = ArraySource.frame

    def frame(self, index):
        if index == 3:
            raise SourceError("Frame 3 is damaged.")
        return whole(self, index)

    monkeypatch.setattr(ArraySource, "frame", frame)
    pictures = Pictures(clip, as_imagenet(SIZE), CPU)
    run = pictures.expect(range(6), everything)
    for number in range(6):
        run.stand_at(number)
        if number == 3:
            with pytest.raises(SourceError, match="Frame 3"):
                pictures(3)
        else:
            pictures(number)
    pictures.close()
