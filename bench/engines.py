"""Seconds a frame of every engine on this CPU: which is the best one at so much a frame?

    VOSTOOL_DTYPE=float32 python bench/engines.py mobile-sam:auto mobile-sam:exact sam2.1-tiny:fast

One object is tracked through the generated clip. Medians of the frames behind `--warm-up`, on which
SAM 2's and EdgeTAM's memories are full: on the clock, and of the processor, all threads together.
MobileSAM has its published weights; SAM 2 and EdgeTAM seeded ones, on which speed does not depend.
OpenVINO's encoders are converted before it is measured.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import seeded
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import GeneratedClip, generate_clip
from vostool.masks.mask import Mask
from vostool.models.edgetam.engine import EdgeTamEngine
from vostool.models.engine import Direction, Engine, Keyframe, TrackRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.registry import create_engine
from vostool.models.shared.device import choose_dtype
from vostool.models.shared.processor import processor_name

ENGINES = (
    "flow", "mobile-sam:auto", "mobile-sam:exact", "mobile-sam:fast", "edgetam",
    "sam2.1-tiny:coarse", "sam2.1-tiny:fast", "sam2.1-tiny:auto",
)  # fmt: skip


def main() -> None:
    """Measure and print a row for each engine."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("engines", nargs="*", default=ENGINES, metavar="NAME[:QUALITY]")
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--warm-up", type=int, default=8)
    parser.add_argument("--width", type=int, default=854)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    clip = generate_clip(arguments.frames, arguments.width, arguments.height)
    print(
        f"{processor_name()}, {arguments.threads} threads, "
        f"{choose_dtype(torch.device('cpu'))}, {arguments.width}x{arguments.height}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.engines:
            engine = make(name, Path(folder))
            engine.open(ArraySource(clip.frames))
            wall, processor = tracking(engine, clip, arguments.frames, arguments.warm_up)
            print(f"{name:>20} {wall:7.2f} s {processor:7.2f} s of the processor", flush=True)
            engine.close()


def make(name: str, folder: Path) -> Engine:
    """The engine, with seeded weights where those are no matter of speed."""
    engine, _, quality = name.partition(":")
    if engine == "edgetam":
        return EdgeTamEngine(seeded.edgetam(1024, 256), choose_dtype(torch.device("cpu")))
    checkpoint, encoder = None, "auto"
    if engine.startswith("sam2"):
        checkpoint = folder / f"{engine}.pt"
        if not checkpoint.exists():
            network = seeded.sam2(1024, engine, small=False)
            torch.save({"model": network.state_dict()}, checkpoint)
    elif engine == "mobile-sam":
        encoder = "openvino"
    options = EngineOptions(quality=quality or "auto", encoder=encoder)
    return create_engine(engine, "cpu", checkpoint, options)


def tracking(engine: Engine, clip: GeneratedClip, frames: int, warm_up: int) -> tuple[float, float]:
    """Median seconds from one tracked frame to the next, on the clock and of the processor."""
    key = Keyframe(0, 1, None, Mask.from_array(clip.ids[0] == 1))
    request = TrackRequest((key,), Direction.FORWARD, 0, 0, frames - 1)
    times = []
    before = time.perf_counter(), time.process_time()
    for _ in engine.track(request, lambda: False):
        now = time.perf_counter(), time.process_time()
        times.append((now[0] - before[0], now[1] - before[1]))
        before = now
    wall, processor = zip(*times[warm_up:], strict=True)
    return statistics.median(wall), statistics.median(processor)


if __name__ == "__main__":
    main()
