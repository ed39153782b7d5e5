"""Ctrl+C at random moments: a true SIGINT to the window's own process, whatever it is at.

`python tests/support/ctrl_c.py [--count 36] [--seed 0]` begins so many processes in turns of all
stages in `ctrl_c_stages.py`, sends each one to three signals at a seeded moment, and prints what
broke a rule: the process ends within `PATIENCE`, with status 0 (Python's own while it is still being
loaded), not by a signal of its own; nothing of Python or Qt is said on stderr; and what the person
did before is in the project, which opens and is whole.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from ctrl_c_stages import AT, KEPT, STAGES, Stage  # a neighbour, also where this is a script

from vostool.commands.interrupt import INTERRUPTED
from vostool.errors import VosToolError
from vostool.evaluate.generated_clip import generate_clip, write_video
from vostool.io.project.file import create, read_project
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts

INSIDE = Path(__file__).with_name("ctrl_c_inside.py")
FRAMES = 60
PATIENCE = 30.0
"""Seconds that a process is given to begin, and again to end; others may want the processor."""
SPOKEN = ("Traceback", "QThread", "QPaint", "QObject", "QBackingStore", "core dumped", "Error")
"""What nothing may say on the way out."""


@dataclass(frozen=True)
class Moment:
    """When the signals come: so many seconds after the stage was reached, and between each two."""

    stage: str
    after: float
    between: tuple[float, ...]


def moments(count: int, seed: int, stages: tuple[str, ...] = tuple(STAGES)) -> Iterator[Moment]:
    """``count`` moments in turns of all stages."""
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        stage = stages[number % len(stages)]
        more = tuple(rng.uniform(0, 0.3) for _ in range(rng.choice((0, 0, 1, 2))))
        yield Moment(stage, rng.uniform(0, STAGES[stage].lasts), more)


def make_place(folder: Path) -> Path:
    """A clip, and a project of two objects with masks on all frames; returns the project."""
    clip = generate_clip(FRAMES, 240, 136)
    write_video(clip, folder / "clip.mp4")
    source = open_source(folder / "clip.mp4", index_dir=folder / "index")
    project = Project(source_ref(source))
    source.close()
    for truth in (1, 2):
        project.apply(edits.add_object(project, f"thing {truth}")[0])
        masks = [
            ((i, truth), MaskRecord(Mask.from_array(ids == truth), Provenance.TRACKED, 0.9))
            for i, ids in enumerate(clip.ids)
        ]
        project.apply(edits.set_masks(project, masks, "Masks"))
        ys, xs = (clip.ids[0] == truth).nonzero()
        middle = Prompts((Point(float(xs.mean()), float(ys.mean())),))
        project.apply(edits.set_prompts(project, 0, truth, middle, "Click"))
    place = folder / "work.vos"
    create(place, project).close()
    return place


def tried(moment: Moment, folder: Path) -> str | None:
    """What broke a rule at this moment, or None."""
    project = make_place(folder)
    with running(moment.stage, project) as process:
        said = reached(process)
        if said is None:
            return "did not begin"
        time.sleep(moment.after)
        for pause in (0.0, *moment.between):
            time.sleep(pause)
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return "did not end"
    return fault(STAGES[moment.stage], process.returncode, errors.decode(), project)


@contextmanager
def running(stage: str, project: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program in a process of its own, brought to a stage; nothing is left of it."""
    places = {
        f"VOSTOOL_{name}": str(project.parent / name.lower()) for name in ("DRAFTS", "CONFIG")
    }
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(INSIDE), stage, str(project)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={
            "QT_QPA_PLATFORM": "offscreen",
            **os.environ,
            **places,
            "XDG_CACHE_HOME": str(project.parent / "cache"),
        },
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def reached(process: subprocess.Popen[bytes]) -> str | None:
    """Wait until the process says that it is at its stage."""
    assert process.stdout is not None
    said, end = b"", time.monotonic() + PATIENCE
    while AT.encode() not in said:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 4096) if ready else b""
        if not piece:
            return None
        said += piece
    return said.decode()


def fault(stage: Stage, status: int, errors: str, project: Path) -> str | None:
    """Which rule was broken by how it ended, or None."""
    # While it is loaded nothing is open yet: a second signal ends it at once, as everywhere.
    errors = "\n".join(line for line in errors.splitlines() if "plugin does not" not in line)
    if status not in ((0, INTERRUPTED, -signal.SIGINT) if stage.loads else (0,)):
        return f"ended with {status}: {errors[:3000]}"
    if any(word in errors for word in SPOKEN):
        return f"said {errors[-1500:]}"
    try:
        stored, warning = read_project(project)
    except VosToolError as error:
        return f"project: {error}"
    if warning or len(stored.masks.frames(2)) != FRAMES:
        return f"project: {warning or 'masks are lost'}"
    if stage.edits and KEPT not in {each.label for each in stored.objects.values()}:
        return "project: the last edit is lost"
    return None


def main() -> None:
    """Try them all; exit status 1 where a rule was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=36)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stage", choices=STAGES, action="append")
    arguments = parser.parse_args()
    broken = 0
    stages = tuple(arguments.stage or STAGES)
    for number, moment in enumerate(moments(arguments.count, arguments.seed, stages)):
        with tempfile.TemporaryDirectory() as folder:
            wrong = tried(moment, Path(folder))
        broken += wrong is not None
        print(f"{number} {moment.stage} {moment.after:.2f} s: {wrong or 'good'}", flush=True)
    print(f"{arguments.count} times Ctrl+C at {len(stages)} stages, {broken} broke a rule")
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
