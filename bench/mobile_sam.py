"""How long the mobile-sam engine takes: encoding, tracking, a second pass, a click.

encode    one frame through the image encoder
first     a tracked frame, the encoder included, with one object and with each further one
second    a tracked frame when its features are at hand, likewise
click     a click on a frame whose features are at hand; of a known object, with two keyframes'

The clip is the generated one, with three objects. Medians of frames after the first few.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import torch

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Direction,
    Engine,
    Keyframe,
    Prepares,
    SegmentRequest,
    TrackRequest,
)
from vostool.models.engine_options import EngineOptions
from vostool.models.registry import create_engine
from vostool.project.prompts import Point, Prompts

WARM_UP = 3


def main() -> None:
    """Measure and print seconds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkpoint", type=Path, help="default: the one that is found")
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--width", type=int, default=854)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clicks", type=int, default=9)
    parser.add_argument("--encoder", choices=("auto", "torch", "openvino"), default="auto")
    parser.add_argument("--quality", choices=("auto", "exact", "fast"), default="auto")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    clip = generate_clip(arguments.frames, arguments.width, arguments.height)
    masks = {i: Mask.from_array(clip.ids[0] == i) for i in (1, 2, 3)}
    engine = create_engine(
        "mobile-sam",
        "cpu",
        arguments.checkpoint,
        EngineOptions(quality=arguments.quality, encoder=arguments.encoder),
    )
    print(f"{engine.info.dtype}, {arguments.threads} threads, {arguments.width}x{arguments.height}")
    engine.open(ArraySource(clip.frames))
    print(f"{'encode':>24}{encoding(engine, arguments.frames):8.3f} s")
    for passes in ("first", "second"):
        alone = 0.0
        for count in (1, 3):
            if passes == "first":
                engine.open(ArraySource(clip.frames))
            chosen = {i: masks[i] for i in list(masks)[:count]}
            frame = tracking(engine, chosen, arguments.frames)
            alone = alone or frame
            print(f"{passes + f', {count} objects':>24}{frame:8.3f} s")
        print(f"{passes + ', each further':>24}{(frame - alone) / 2:8.3f} s")
    print(f"{'click':>24}{clicking(engine, arguments):8.3f} s")
    seen = [Mask.from_array(clip.ids[frame] == 1) for frame in (0, 1)]
    looks = tuple(Keyframe(frame, 1, None, mask) for frame, mask in enumerate(seen))
    known = clicking(engine, arguments, looks)
    print(f"{'click, known object':>24}{known:8.3f} s")
    engine.close()


def encoding(engine: Engine, frames: int) -> float:
    """Median seconds to encode a frame that nothing is known of."""
    assert isinstance(engine, Prepares)
    times = []
    for frame in range(frames):
        start = time.perf_counter()
        engine.prepare(frame, lambda: False)
        times.append(time.perf_counter() - start)
    return statistics.median(times[WARM_UP:])


def tracking(engine: Engine, masks: dict[int, Mask], frames: int) -> float:
    """Median seconds from one tracked frame to the next."""
    keys = tuple(Keyframe(0, oid, None, mask) for oid, mask in masks.items())
    request = TrackRequest(keys, Direction.FORWARD, 0, 0, frames - 1)
    times = []
    start = time.perf_counter()
    for _ in engine.track(request, lambda: False):
        times.append(time.perf_counter() - start)
        start = time.perf_counter()
    return statistics.median(times[WARM_UP:])


def clicking(
    engine: Engine, arguments: argparse.Namespace, looks: tuple[Keyframe, ...] = ()
) -> float:
    """Median seconds of a click, each at another place of one frame.

    Args:
        looks: of the object on frames that are encoded, too.
    """
    last = arguments.frames - 1
    times = []
    for n in range(arguments.clicks):
        at = Point(arguments.width * (n + 1) / (arguments.clicks + 1), arguments.height / 2)
        start = time.perf_counter()
        engine.segment(SegmentRequest(last, 1, Prompts((at,)), looks=looks))
        times.append(time.perf_counter() - start)
    return statistics.median(times[WARM_UP:])


if __name__ == "__main__":
    main()
