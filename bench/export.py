"""How fast exports are and how much memory they take, beside datumaro writing the same.

Full-HD frames with five objects (rough outlines; one with a hole, one in two parts) go out in each
format. COCO and CVAT are written by datumaro as well, ours and theirs in turn; its environment is
.venv-readers (`make .venv-readers/readers.stamp`). Each measurement is a process of its own. Both
sides start from run-length codes in memory, and the time is that of the export alone; the memory is
what it added at its peak. datumaro's CVAT writer knows no masks, so there it writes polygons.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HEIGHT, WIDTH, OBJECTS = 1080, 1920, 5
SHAPES = 50  # different frames; longer exports repeat them, so that the input stays small
HERE = Path(__file__).resolve().parent
THEIRS = {"coco": "coco", "cvat-images": "cvat"}


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--formats", default="", help="comma-separated; default: all")
    parser.add_argument("--repeat", type=int, default=3, help="turns of ours and datumaro's")
    parser.add_argument("--longer", type=int, default=0, help="measure memory at these frames, too")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def outline(rng: np.random.Generator) -> np.ndarray:
    """A blob with a rough edge, (HEIGHT, WIDTH) bool."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    cy, cx = rng.uniform(250, HEIGHT - 250), rng.uniform(250, WIDTH - 250)
    angle = np.arctan2(y - cy, x - cx)
    radius = rng.uniform(90, 220)
    for wave in (2, 3, 5, 11, 23, 47):
        radius = radius + rng.uniform(10, 40) / wave * np.sin(wave * angle + rng.uniform(0, 6))
    return np.hypot(y - cy, x - cx) < radius


def make_codes(folder: Path) -> Path:
    """COCO codes of SHAPES frames with OBJECTS masks each, as a JSON file."""
    from vostool.masks.mask import Mask

    rng = np.random.default_rng(0)
    frames = []
    for _ in range(SHAPES):
        masks = [outline(rng) for _ in range(OBJECTS)]
        rows, columns = (int(v.mean()) for v in np.nonzero(masks[0]))
        masks[0][rows - 20 : rows + 20, columns - 30 : columns + 30] = False
        masks[1] |= np.roll(masks[1], 300, axis=1)
        frames.append([Mask.from_array(mask).counts.decode() for mask in masks])
    path = folder / "codes.json"
    path.write_text(json.dumps({"size": [HEIGHT, WIDTH], "frames": frames}))
    return path


class Peak:
    """Resident memory in MiB that a piece of work added at its peak (Linux)."""

    def __enter__(self) -> Peak:
        Path("/proc/self/clear_refs").write_text("5")
        self._before = self._status("VmRSS")
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self.added = self._status("VmHWM") - self._before

    @staticmethod
    def _status(name: str) -> float:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1024
        return 0.0


class Frames:
    """Full-HD pictures without a file."""

    def __init__(self, count: int) -> None:
        from vostool.frames import SourceInfo

        self.info = SourceInfo(Path("/videos/bench.mp4"), "video", WIDTH, HEIGHT, count, 25.0)
        ramp = np.linspace(0, 255, WIDTH, dtype=np.uint8)
        self._picture = np.broadcast_to(ramp[None, :, None], (HEIGHT, WIDTH, 3))

    def __len__(self) -> int:
        return self.info.frame_count

    def frame(self, index: int) -> np.ndarray:
        return np.roll(self._picture, index * 4, axis=1)

    def time(self, index: int) -> float:
        return index / 25

    def name(self, index: int) -> str:
        return f"frame_{index:06d}"

    def clone(self) -> Frames:
        return self

    def close(self) -> None:
        pass


def ours(name: str, codes: Path, frames: int) -> None:
    """One export of ours; prints seconds and MiB."""
    from vostool.frames import SourceRef
    from vostool.io.exports.exporters import ExportOptions, export
    from vostool.masks.mask import Mask, MaskRecord, Provenance
    from vostool.progress import silent
    from vostool.project.changes import Cell, Table
    from vostool.project.objects import AnnotatedObject
    from vostool.project.project import Project

    source = Frames(frames)
    project = Project(SourceRef(source.info.path, "video", 1, "0", WIDTH, HEIGHT, frames, 25.0))
    stored = [
        [MaskRecord(Mask(HEIGHT, WIDTH, code.encode()), Provenance.TRACKED, 0.9) for code in masks]
        for masks in json.loads(codes.read_text())["frames"]
    ]
    for number in range(1, OBJECTS + 1):
        project.load([(Cell(Table.OBJECTS, number), AnnotatedObject(number, f"label {number}"))])
    for frame in range(frames):
        for number, record in enumerate(stored[frame % SHAPES], 1):
            project.load([(Cell(Table.MASKS, (frame, number)), record)])
    with tempfile.TemporaryDirectory() as folder, Peak() as peak:
        export(project, source, [name], Path(folder) / "out", ExportOptions(), silent)
    print(json.dumps({"seconds": peak.seconds, "mib": peak.added}))


def measure(command: list[str]) -> tuple[float, float]:
    """Seconds and MiB of one worker."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    return found["seconds"], found["mib"]


def our_command(name: str, codes: Path, frames: int) -> list[str]:
    return [sys.executable, __file__, "--worker", name, str(codes), str(frames)]


def their_command(name: str, codes: Path, frames: int) -> list[str] | None:
    python = HERE.parent / ".venv-readers" / "bin" / "python"
    if name not in THEIRS or not python.exists():
        return None
    return [str(python), str(HERE / "export_datumaro.py"), THEIRS[name], str(codes), str(frames)]


def main() -> None:
    arguments = parse_arguments()
    if arguments.worker:
        name, codes, count = arguments.worker
        ours(name, Path(codes), int(count))
        return
    from vostool.io.exports.exporters import FORMATS, find_formats

    chosen = [n for n in arguments.formats.split(",") if n] or list(FORMATS)
    print(f"{arguments.frames} frames of {WIDTH}x{HEIGHT} with {OBJECTS} objects, best of turns")
    with tempfile.TemporaryDirectory() as folder:
        codes = make_codes(Path(folder))
        for entry in find_formats(chosen):
            report(entry.name, codes, arguments)


def report(name: str, codes: Path, arguments: argparse.Namespace) -> None:
    frames = arguments.frames
    theirs = their_command(name, codes, frames)
    mine, other = [], []
    for _ in range(arguments.repeat if theirs else 1):
        mine.append(measure(our_command(name, codes, frames)))
        if theirs:
            other.append(measure(theirs))
    seconds, added = min(mine)
    line = f"{name:16} {frames / seconds:8.1f} frames/s {added:8.1f} MiB"
    if arguments.longer:
        long = measure(our_command(name, codes, arguments.longer))[1]
        line += f"  ({arguments.longer} frames: {long:.1f} MiB)"
    if other:
        slow, more = min(other)
        line += f"   datumaro {frames / slow:7.1f} frames/s {more:8.1f} MiB: {slow / seconds:.1f}x"
    print(line, flush=True)


if __name__ == "__main__":
    main()
