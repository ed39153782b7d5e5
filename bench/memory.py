"""Memory over a long run, with a stub network whose tensors have the true sizes at 1024 pixels.

The network's four parts answer at once with tensors of the real shapes, so that thousands of frames
take minutes; everything else (reading, caching, state, masks as RLE, the project) is the real
program. With --real the network is the real one with seeded random weights, on --video's frames.
With --plot the resident memory over time is drawn as a picture. With --readers only frames are
read, by that many readers of a made video, or of --video, and memory is compared with their bound.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import tempfile
import time
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import torch
from sam2.build_sam import build_sam2_video_predictor

from vostool.frames import FrameSource, SourceInfo, SourceRef
from vostool.io.video.decode import DECODED_BYTES
from vostool.io.video.sources import open_source
from vostool.masks.box import Box
from vostool.models.engine import Direction, Engine, Keyframe, TrackRequest
from vostool.models.registry import create_engine
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.features import DEFAULT_CACHE_BYTES
from vostool.models.weights.catalog import ModelSpec
from vostool.project.changes import Cell, CellChange, Edit, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.runs.request import run_edit

MODEL = "sam2.1-tiny"
HEIGHT, WIDTH = 360, 640


class LongSource:
    """A source of any length whose frames are made when asked for."""

    def __init__(self, frames: int) -> None:
        self.info = SourceInfo(Path("stub"), "video", WIDTH, HEIGHT, frames, 25.0)
        self._frame = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)

    def __len__(self) -> int:
        return self.info.frame_count

    def frame(self, index: int) -> np.ndarray:
        return np.roll(self._frame, index, axis=1)

    def time(self, index: int) -> float:
        return index / 25

    def name(self, index: int) -> str:
        return f"frame_{index:06d}"

    def clone(self) -> LongSource:
        return LongSource(len(self))

    def close(self) -> None:
        pass


class StubEncoder:
    """Stands where the engine's encoder stands: fresh tensors of the true shapes for each frame."""

    backend = "stub"

    def __init__(self) -> None:
        self._levels = [torch.zeros(1, c, s, s) for c, s in ((32, 256), (64, 128), (256, 64))]
        self._positions = [torch.zeros(1, 256, s, s) for s in (256, 128, 64)]

    def positions(self, _levels: list[torch.Tensor]) -> list[torch.Tensor]:
        return self._positions

    def __call__(self, _picture: torch.Tensor, _stop=None) -> dict[str, list[torch.Tensor]]:
        levels = [level.clone() for level in self._levels]
        return {"backbone_fpn": levels, "vision_pos_enc": self._positions}


def stub_network(predictor: torch.nn.Module) -> None:
    """Replace the parts behind the encoder by ones that answer at once, shapes as the true ones.

    The image encoder is the engine's own affair: see :class:`StubEncoder`.
    """
    rows = torch.arange(256).view(1, 1, 256, 1)
    columns = torch.arange(256).view(1, 1, 1, 256)
    calls = 0

    def heads(backbone_features: torch.Tensor, **_: object) -> tuple:
        nonlocal calls
        calls += 1
        batch = backbone_features.shape[0]
        y, x = 60 + calls % 120, 40 + calls * 7 % 150
        low = 20.0 - ((rows - y).abs() + (columns - x).abs()).float()
        low = low.expand(batch, 1, 256, 256).contiguous()
        high = torch.nn.functional.interpolate(low, (1024, 1024), mode="bilinear")
        scores = torch.ones(batch, 1)
        return low, high, scores, low, high, torch.zeros(batch, 256), 5 * scores

    def remember(**_: object) -> tuple[torch.Tensor, list[torch.Tensor]]:
        return torch.zeros(1, 64, 64, 64), [torch.zeros(1, 64, 64, 64)]

    predictor._forward_sam_heads = heads
    predictor._encode_new_memory = remember
    predictor._prepare_memory_conditioned_features = lambda **kw: torch.zeros(1, 256, 64, 64)


def resident() -> int:
    """Resident bytes of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS: this benchmark reads /proc")


def main() -> None:
    """Run and print resident memory at some frames."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--objects", type=int, default=1)
    parser.add_argument("--real", action="store_true", help="the real network, random weights")
    parser.add_argument("--video", type=Path, help="real frames in place of made ones")
    parser.add_argument("--readers", type=int, default=0, help="read only, with this many readers")
    parser.add_argument("--plot", type=Path, help="PNG of resident memory over frames")
    arguments = parser.parse_args()
    if arguments.readers:
        read_frames(arguments)
        return
    torch.set_num_threads(arguments.threads)
    spec = MODELS[MODEL]
    torch.manual_seed(0)
    if arguments.real:
        report(*run(real_engine(spec), arguments), arguments)
        return
    predictor = build_sam2_video_predictor(spec.config, None, device="cpu")
    predictor.fill_hole_area = 0  # needs a CUDA extension that the package does not carry
    stub_network(predictor)
    engine = Sam2Engine(spec, predictor, cache_bytes=DEFAULT_CACHE_BYTES)
    engine._encoder = StubEncoder()
    report(*run(engine, arguments), arguments)


def read_frames(arguments: argparse.Namespace) -> None:
    """All frames in order by each reader in turn, then by all of them in turns."""
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.video or made_video(Path(folder) / "a.mkv", arguments.frames)
        source = open_source(path, index_dir=Path(folder))
        count = min(arguments.frames, len(source))
        readers = [source.clone() for _ in range(arguments.readers)]
        for reader in readers:  # decoders and threads are there before anything is measured
            reader.frame(0)
        gc.collect()
        before, most, begun = resident(), 0, time.perf_counter()
        orders = [[(reader, i) for i in range(count)] for reader in readers]
        orders.append([(readers[i % len(readers)], i) for i in range(count)])
        for order in orders:
            for number, (reader, i) in enumerate(order):
                reader.frame(i)
                if number % 100 == 0:
                    most = max(most, resident())
            gc.collect()
            print(f"{len(order)} frames: {(resident() - before) / 2**20:7.1f} MiB more resident")
        print(f"at most {(most - before) / 2**20:.1f} MiB, bound {DECODED_BYTES / 2**20:.0f} MiB,")
        print(f"{source.info.width}x{source.info.height}, {time.perf_counter() - begun:.0f} s")


def made_video(path: Path, frames: int) -> Path:
    """A 320x180 H.264 video of that many frames."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi"]
    command += ["-i", "testsrc2=size=320x180:rate=25", "-frames:v", str(frames)]
    command += ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", str(path)]
    subprocess.run(command, check=True)
    return path


def real_engine(spec: ModelSpec) -> Engine:
    """The engine as the program makes it, from a checkpoint of random weights."""
    predictor = build_sam2_video_predictor(spec.config, None, device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / spec.file_name
        torch.save({"model": predictor.state_dict()}, path)
        return create_engine(MODEL, "cpu", path)


def run(engine: Engine, arguments: argparse.Namespace) -> tuple[list[tuple[int, int]], int]:
    """Track into a project; returns (frame, resident bytes) and the bytes of all RLE."""
    source: FrameSource = LongSource(arguments.frames)
    if arguments.video is not None:
        source = open_source(arguments.video)
    info = source.info
    last = min(arguments.frames, len(source)) - 1
    ref = SourceRef(Path("stub"), "video", 1, "0", info.width, info.height, len(source), info.rate)
    project = Project(ref)
    for oid in range(1, arguments.objects + 1):
        cell = Cell(Table.OBJECTS, oid)
        project.apply(Edit("Add", (CellChange(cell, None, AnnotatedObject.new(oid)),)))
    prompts = Prompts(box=Box(100, 100, 200, 200))
    keys = tuple(Keyframe(0, oid, prompts) for oid in range(1, arguments.objects + 1))
    engine.open(source)
    begun, samples = time.perf_counter(), []
    every = 5 if arguments.real else 100
    request = TrackRequest(keys, Direction.FORWARD, 0, 0, last)
    for step in engine.track(request, lambda: False):
        project.apply(run_edit(project, [step]))
        if step.frame % every == 0 or step.frame == last:
            gc.collect()
            samples.append((step.frame, resident()))
    print(f"{last + 1} frames of {info.width}x{info.height}, {arguments.objects} objects")
    print(f"in {time.perf_counter() - begun:.0f} s")
    return samples, sum(len(record.mask.counts) for _, _, record in project.masks.items())


def report(samples: list[tuple[int, int]], rle: int, arguments: argparse.Namespace) -> None:
    """Print the table, and draw the picture where one is wanted."""
    at = dict(samples)
    for frame in (0, 25, 50, 100, 500, 1000, 2000, 5000, samples[-1][0]):
        if frame in at:
            print(f"frame {frame:>6}: {at[frame] / 1e6:8.1f} MB resident")
    if 500 in at:
        growth = samples[-1][1] - at[500]
        cells = (samples[-1][0] - 500) * arguments.objects
        print(f"growth after frame 500: {growth / 1e6:.1f} MB, {growth / cells / 1024:.2f} KiB")
        print(f"  an object and frame, of it RLE {rle / 1e6:.1f} MB in all")
    if arguments.plot is not None:
        draw(samples, arguments.plot)


def draw(samples: list[tuple[int, int]], path: Path) -> None:
    """Resident memory over frames, as a PNG."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import pyqtgraph as pg
    from pyqtgraph.exporters import ImageExporter

    app = pg.mkQApp()
    plot = pg.PlotWidget(background="w")
    frames, memory = zip(*samples, strict=True)
    plot.plot(frames, [m / 1e6 for m in memory], pen=pg.mkPen("#1f77b4", width=2))
    plot.setYRange(0, max(memory) / 1e6 * 1.2)
    plot.setLabel("bottom", "frame")
    plot.setLabel("left", "resident memory, MB")
    plot.getAxis("left").enableAutoSIPrefix(False)
    plot.resize(900, 420)
    plot.show()
    for _ in range(3):  # the axis learns how wide its numbers are when it is painted
        app.processEvents()
    exporter = ImageExporter(plot.plotItem)
    exporter.parameters()["width"] = 900
    exporter.export(str(path))


if __name__ == "__main__":
    main()
