"""What the SAM 2 benchmarks share: same seeded weights, same frames, official and ours in turn.

Frames are written once as JPEG and read back by both, so that both see the same pixels. Times are
only compared within one process, one step of each after the other, because single times on a busy
machine move by a factor of two or three.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from sam2.build_sam import build_sam2_video_predictor

from vostool.io.video.sources import open_source
from vostool.masks.box import Box
from vostool.models.engine_options import QUALITIES, EngineOptions, quality_named
from vostool.models.registry import create_engine
from vostool.models.sam2.published import MODELS
from vostool.project.prompts import Prompts

MODEL = "sam2.1-tiny"


def parser_of(description: str | None, frames: int) -> argparse.ArgumentParser:
    """The options that every one of these benchmarks takes; ``frames`` is the default of one."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--video", type=Path, help="a real video; default: a generated clip")
    parser.add_argument("--frames", type=int, default=frames)
    parser.add_argument("--model", default=MODEL, choices=list(MODELS))
    parser.add_argument("--quality", default="exact", choices=QUALITIES, type=quality_named)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda", "mps"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser


@contextmanager
def both_engines(arguments: argparse.Namespace) -> Iterator[Setting]:
    """Both engines as the options want them, in a folder that goes at the end; prints the head."""
    with tempfile.TemporaryDirectory() as scratch, torch.inference_mode():
        setting = _make_setting(arguments, Path(scratch))
        _print_header(arguments, setting)
        yield setting


@dataclass
class Setting:
    """Both engines on the same frames.

    Attributes:
        folder: the frames as JPEG, named by number.
        official: the official predictor; `ours` is the engine as the program makes it.
    """

    folder: Path
    official: Any
    ours: Any
    width: int
    height: int
    times: dict[str, list[float]] = field(default_factory=dict)

    def boxes(self, count: int) -> list[Box]:
        """Boxes of differing size spread over the frame."""
        made = []
        for n in range(count):
            x = self.width * (0.08 + 0.8 * (n * 0.37 % 1.0)) * 0.8
            y = self.height * (0.08 + 0.8 * (n * 0.61 % 1.0)) * 0.8
            made.append(Box(x, y, x + self.width * 0.18, y + self.height * (0.16 + 0.02 * n)))
        return made

    def open_official(self) -> Any:
        """The official inference state of the frames (loads every frame)."""
        return self.official.init_state(str(self.folder))

    def prompt_official(self, state: Any, frame: int, object_id: int, box: Box) -> None:
        """A box for the official predictor."""
        corners = np.array([box.x0, box.y0, box.x1, box.y1], np.float32)
        self.official.add_new_points_or_box(state, frame, object_id, box=corners)

    def open_ours(self) -> None:
        """The same frames for ours (loads none)."""
        self.ours.open(open_source(self.folder))

    @contextmanager
    def timed(self, name: str, counts: bool = True) -> Iterator[None]:
        """Add the seconds of the body to ``times[name]``."""
        begun = time.perf_counter()
        yield
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        if counts:
            self.times.setdefault(name, []).append(time.perf_counter() - begun)

    def median(self, name: str) -> float:
        """Median seconds of what was timed under a name."""
        return float(np.median(self.times[name]))


def _make_setting(arguments: argparse.Namespace, scratch: Path) -> Setting:
    """Frames on disk, a seeded checkpoint, and both engines built from it."""
    torch.set_num_threads(arguments.threads)
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    folder = scratch / "frames"
    width, height = _write_frames(arguments, folder)
    spec = MODELS[arguments.model]
    checkpoint = scratch / spec.file_name
    torch.manual_seed(arguments.seed)
    official = build_sam2_video_predictor(spec.config, None, device="cpu")
    torch.save({"model": official.state_dict()}, checkpoint)
    official.fill_hole_area = 0  # needs a CUDA extension that the package does not carry
    official = official.to(arguments.device)
    options = EngineOptions(quality=arguments.quality)
    ours = create_engine(arguments.model, arguments.device, checkpoint, options)
    return Setting(folder, official, ours, width, height)


def _write_frames(arguments: argparse.Namespace, folder: Path) -> tuple[int, int]:
    folder.mkdir(parents=True)
    frame_at: Callable[[int], np.ndarray]
    if arguments.video is not None:
        source = open_source(arguments.video)
        frame_at, count = source.frame, len(source)
    else:
        from vostool.evaluate.generated_clip import generate_clip

        pictures = generate_clip().frames
        frame_at, count = pictures.__getitem__, len(pictures)
    picture = frame_at(0)
    for n in range(arguments.frames):
        picture = frame_at(n % count)
        Image.fromarray(picture).save(folder / f"{n:05d}.jpg", quality=95)
    return picture.shape[1], picture.shape[0]


def box_prompts(box: Box) -> Prompts:
    """The same box for ours."""
    return Prompts(box=box)


def _print_header(arguments: argparse.Namespace, setting: Setting) -> None:
    """What was measured, so that a table can be made again."""
    info = setting.ours.info
    print(
        f"{arguments.model}, quality {arguments.quality}, {info.device} {info.dtype}, "
        f"{torch.get_num_threads()} threads, torch {torch.__version__}, "
        f"{setting.width}x{setting.height}, seed {arguments.seed}"
    )
