"""A verdict about a card: python bench/gpu.py [--video F] [--model M] [--minutes 8].

Seeded weights stand in where no checkpoint is. Each row is PASS, SLOW or FAIL; ``--small`` takes
the smallest networks, so that every row runs on a CPU, too (a test does).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("TQDM_DISABLE", "1")  # read when tqdm is imported

import gpu_rows as rows
import torch

from vostool.models.sam2.published import MODELS
from vostool.models.shared.device import choose_device, choose_dtype


@dataclass
class Verdict:
    """Prints rows as they are measured, and keeps what they came to."""

    ends: float
    worst: list[str] = field(default_factory=list)

    def row(self, name: str, measure: Callable[[], tuple[str, bool | None]], slow: bool) -> None:
        """Measure and print one; what it raises is a FAIL and the next one follows.

        Args:
            measure: gives a text, and whether it is as it should be; None says nothing.
            slow: what is not as it should be is only slow.
        """
        if time.monotonic() > self.ends:
            print(f"{'left':5} {name:44} no time left; --minutes gives more")
            return
        try:
            text, good = measure()
        except Exception as error:  # a row that breaks must not end the others
            lines = str(error).splitlines() or [""]
            text, good, slow = f"{type(error).__name__}: {lines[0][:120]}", False, False
        word = "-" if good is None else "PASS" if good else "SLOW" if slow else "FAIL"
        if word in ("SLOW", "FAIL"):
            self.worst.append(word)
        print(f"{word:5} {name:44} {text}", flush=True)

    def say(self) -> int:
        """The last line; the exit status is 0 where nothing failed."""
        fails, slows = self.worst.count("FAIL"), self.worst.count("SLOW")
        said = "FAIL" if fails else "SLOW" if slows else "PASS"
        print(f"{said}: {fails} rows failed, {slows} are slow")
        return int(bool(fails))


def header(device: torch.device) -> None:
    """What it is measured on."""
    print(f"Python {sys.version.split()[0]}, torch {torch.__version__}, {device}", end=", ")
    print(f"computes in {str(choose_dtype(device)).removeprefix('torch.')}")
    if device.type != "cuda":
        return
    card = torch.cuda.get_device_properties(device)
    asked = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True)
        driver = told.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        driver = "unknown"
    print(f"{card.name}, {card.total_memory / 1e9:.1f} GB, {card.major}.{card.minor}", end=", ")
    print(f"driver {driver}, CUDA {torch.version.cuda}, built for", *torch.cuda.get_arch_list())


def main(arguments: list[str] | None = None) -> int:
    """Run every row that there is time for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--video", type=Path)
    parser.add_argument("--model", default="sam2.1-tiny", choices=sorted(MODELS))
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--device", help="default: the best there is")
    parser.add_argument("--small", action="store_true", help="the smallest networks")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--long", type=int, default=300, help="frames over which memory is watched")
    args = parser.parse_args(arguments)
    device = choose_device(args.device)
    header(device)
    verdict = Verdict(time.monotonic() + 60 * args.minutes)
    with tempfile.TemporaryDirectory() as scratch:
        bench = rows.Bench(
            device,
            args.model,
            Path(scratch),
            video=args.video,
            frames=args.frames,
            long=args.long,
            small=args.small,
        )
        for name, measure, slow in bench.rows():
            verdict.row(name, measure, slow)
    return verdict.say()


if __name__ == "__main__":
    sys.exit(main())
