"""What a step of SAM 2's training costs here, and what steps bring on the generated clip.

    python bench/sam2_training.py                       # a small network, seeded, 64 pixels
    python bench/sam2_training.py --full --steps 2  # SAM 2.1 tiny at its own size

The weights are random, so J&F says that the way of learning works, and nothing of published ones.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import psutil
import torch
from seeded import SMALL_SAM2, sam2

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import GeneratedClip, generate_clip
from vostool.evaluate.peak_memory import peak_bytes
from vostool.masks.mask import Mask
from vostool.models.sam2.published import MODELS
from vostool.models.sam2.training.trainer import Sam2Trainer
from vostool.models.shared.device import choose_bfloat16, choose_device
from vostool.models.shared.processor import processor_name
from vostool.models.trainer import TaughtVideo, TrainOptions
from vostool.progress import silent
from vostool.training.measuring import Measurer, mean_value

MODEL = MODELS["sam2.1-tiny"]


def taught(clip: GeneratedClip, frames: range, objects: list[int]) -> TaughtVideo:
    masks = {f: {o: Mask.from_array(clip.ids[f] == o) for o in objects} for f in frames}
    return TaughtVideo("generated", "generated", lambda: ArraySource(clip.frames), masks)


def make_trainer(args: argparse.Namespace, folder: Path) -> Sam2Trainer:
    size = args.size or (1024 if args.full else 64)
    checkpoint = folder / "seeded.pt"
    torch.save({"model": sam2(size, small=not args.full).state_dict()}, checkpoint)
    options = TrainOptions(epochs=max(1, args.steps // 8), rate=args.rate)
    overrides = [f"++model.image_size={size}", *(() if args.full else SMALL_SAM2)]
    return Sam2Trainer(MODEL, checkpoint, choose_device(args.device), options, overrides)


def train(trainer: Sam2Trainer, steps: int, every: int) -> None:
    """Make the steps, and say now and then what they cost."""
    process, seconds, spent, totals = psutil.Process(), [], [], []
    for number in range(1, steps + 1):
        begun, used = time.perf_counter(), time.process_time()
        totals.append(trainer.step()["total"])
        seconds.append(time.perf_counter() - begun)
        spent.append(time.process_time() - used)
        if number % every == 0:
            print(
                f"step {number}: loss {np.mean(totals[-every:]):.2f}, median "
                f"{np.median(seconds):.2f} s ({np.median(spent):.2f} s of processor), "
                f"{process.memory_info().rss / 2**20:.0f} MiB, peak {peak_bytes() / 2**20:.0f}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="all layers of SAM 2.1 tiny")
    parser.add_argument("--size", type=int, help="default: 64, with --full 1024")
    parser.add_argument("--steps", type=int, default=96)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--objects", type=int, nargs="+", default=[1])
    parser.add_argument("--device")
    args = parser.parse_args()
    device = choose_device(args.device)
    print(f"{processor_name()}, {torch.get_num_threads()} threads, {choose_bfloat16(device)}")
    clip = generate_clip(60, 160, 96)
    with tempfile.TemporaryDirectory() as folder:
        trainer = make_trainer(args, Path(folder))
        trainer.prepare([taught(clip, range(30), args.objects)], silent)
        held_out = [taught(clip, range(32, 60), args.objects)]
        with closing(trainer), Measurer(trainer.engine, held_out, tracks=True) as measurer:
            if args.full:
                train(trainer, args.steps, 1)
                return
            print(f"held-out J&F before: {mean_value(measurer()):.3f}")
            train(trainer, args.steps, 24)
            print(f"held-out J&F after: {mean_value(measurer()):.3f}")


if __name__ == "__main__":
    main()
