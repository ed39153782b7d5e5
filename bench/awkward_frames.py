"""Is frame i the i-th presented frame? Random accesses into every file of some folders.

The expected pictures come from an independent reader: FFmpeg's own program (imageio-ffmpeg's),
decoding the file once from start to end with `-fps_mode passthrough`, which applies edit lists and
rotation. A picture is right when it is nearest to FFmpeg's picture of the same number and differs
from it by less than five grey levels on average; where a frame carries a readable index in
black and white blocks, it is read from both pictures and has to agree too. Times are compared with
the time stamps of the same program. At the end stands how many files are right in each respect.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import imageio_ffmpeg
import numpy as np

from vostool.errors import SourceError
from vostool.frames import FrameSource
from vostool.io.video.sources import open_source

BLOCKS, SIDE = 10, 16


@dataclass
class Row:
    """One line of the table."""

    name: str
    frames: int = 0
    size: str = ""
    seconds: float = 0.0
    right: int = 0
    wrong: int = 0
    unreadable: int = 0
    blocks: str = "-"
    expected: int = 0
    grey: float = 0.0
    late: float = 0.0
    note: str = ""

    def __str__(self) -> str:
        return (
            f"{self.name[:40]:<41}{self.frames:>6}{self.expected:>7}{self.size:>11}"
            f"{self.seconds:>7.2f}{self.right:>6}{self.wrong:>6}{self.unreadable:>5}"
            f"{self.grey:>7.2f}{1000 * self.late:>8.1f}  {self.blocks:<7} {self.note}"
        )


def main() -> None:
    """Print the table; exit status 1 when any picture is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--accesses", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print(
        f"{'file':<41}{'frames':>6}{'ffmpeg':>7}{'size':>11}{'open s':>7}{'right':>6}{'wrong':>6}"
        f"{'bad':>5}{'grey':>7}{'late ms':>8}"
    )
    rows = []
    for path in sorted(p for folder in arguments.folders for p in folder.iterdir() if p.is_file()):
        rows.append(check(path, arguments.accesses, arguments.seed))
        print(rows[-1], flush=True)
    summarise(rows)
    raise SystemExit(1 if any(row.wrong for row in rows) else 0)


def summarise(rows: list[Row]) -> None:
    """How many of the files that were opened are right in each respect."""
    opened = [row for row in rows if row.frames]
    print(
        f"{len(rows)} files, {len(opened)} opened, the others refused in a sentence; of the opened"
    )
    for what, good in (
        ("the count is FFmpeg's", [row.frames == row.expected for row in opened]),
        ("every access gave the frame in its order", [not row.wrong for row in opened]),
        ("pixels are equal", [row.grey == 0 for row in opened]),
        ("pixels differ by less than one level", [row.grey < 1 for row in opened]),
        ("times are equal to 1 ms", [row.late < 0.001 for row in opened]),
    ):
        print(f"  {sum(good):>4} {what}")


def check(path: Path, accesses: int, seed: int) -> Row:
    """Open one file and compare random accesses."""
    row = Row(path.name)
    begun = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory() as index:
            source = open_source(path, index_dir=Path(index))
    except SourceError as error:
        row.note = str(error).replace(str(path), path.name)
        return row
    row.seconds = time.perf_counter() - begun
    info = source.info
    row.frames, row.size = len(source), f"{info.width}x{info.height}"
    row.note = info.warning or ""
    with tempfile.TemporaryFile() as raw:
        expected = decoded_by_ffmpeg(path, info.width, info.height, raw)
        row.expected = len(expected)
        if len(expected) != len(source):
            row.note += f" [ffmpeg gives {len(expected)} frames]"
        compare(
            row, source, expected, np.random.default_rng(seed).integers(0, len(source), accesses)
        )
    row.late = latest(source, times_by_ffmpeg(path))
    source.close()
    return row


def compare(row: Row, source: FrameSource, expected: np.ndarray, places: np.ndarray) -> None:
    """Read the frames at ``places`` and count which are FFmpeg's."""
    agree = read = 0
    for i in places:
        try:
            picture = source.frame(int(i))
        except SourceError:
            row.unreadable += 1
            continue
        if i >= len(expected):
            row.wrong += 1
            continue
        good = is_nearest(picture, expected, int(i))
        row.right, row.wrong = row.right + good, row.wrong + (not good)
        row.grey = max(row.grey, float(np.abs(picture.astype(np.int16) - expected[i]).mean()))
        if (number := block_index(expected[i])) is not None:
            read += 1
            agree += block_index(picture) == number
    row.blocks = f"{agree}/{read}"


def latest(source: FrameSource, stamps: np.ndarray) -> float:
    """Largest difference in seconds from FFmpeg's times, both counted from the first frame."""
    count = min(len(source), len(stamps))
    if not count:
        return 0.0
    ours = np.array([source.time(i) for i in range(count)])
    return float(np.abs(ours - (stamps[:count] - stamps[0])).max())


def is_nearest(picture: np.ndarray, expected: np.ndarray, index: int) -> bool:
    """True where no other frame near `index` fits better and the difference is small."""
    low, high = max(index - 3, 0), min(index + 4, len(expected))
    small = picture[::2, ::2].astype(np.int16)
    differences = [np.abs(small - other[::2, ::2]).mean() for other in expected[low:high]]
    mine = differences[index - low]
    return bool(mine < 5 and mine <= min(differences) + 1e-6)


def decoded_by_ffmpeg(path: Path, width: int, height: int, raw: BinaryIO) -> np.ndarray:
    """(N, H, W, 3) uint8 of all frames that FFmpeg presents, of the stream that it chooses.

    They lie in the open file ``raw``, since all of a video may not fit into memory.
    """
    scaled = ["-s", f"{width}x{height}", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    subprocess.run([*reading(path), *scaled], stdout=raw, stderr=subprocess.DEVNULL, check=False)
    count = raw.seek(0, 2) // (width * height * 3)
    if not count:
        return np.zeros((0, height, width, 3), np.uint8)
    return np.memmap(raw, np.uint8, "r", shape=(count, height, width, 3))


def times_by_ffmpeg(path: Path) -> np.ndarray:
    """(N,) seconds of the frames' time stamps in the order of presentation."""
    stamped = [
        "-copyts",
        "-enc_time_base",
        "demux",
        "-c:v",
        "wrapped_avframe",
        "-f",
        "framecrc",
        "-",
    ]
    said = subprocess.run([*reading(path), *stamped], capture_output=True, check=False).stdout
    unit, stamps = 0.0, []
    for line in said.decode(errors="replace").splitlines():
        if line.startswith("#tb"):
            above, below = line.split(":")[1].split("/")
            unit = int(above) / int(below)
        elif not line.startswith("#"):
            stamps.append(int(line.split(",")[2]) * unit)
    return np.array(stamps)


def reading(path: Path) -> list[str]:
    """FFmpeg's program, told to read the pictures of a file as they are stamped."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    return [*command, "-an", "-sn", "-dn", "-fps_mode", "passthrough"]


def block_index(picture: np.ndarray) -> int | None:
    """The number in the blocks at the top left, or None where they are not clearly black or white.

    Ten blocks of 16 pixels, least significant bit first, white is 1.
    """
    if picture.shape[0] < SIDE or picture.shape[1] < BLOCKS * SIDE:
        return None
    inner = slice(4, SIDE - 4)
    values = [
        float(picture[inner, n * SIDE + 4 : (n + 1) * SIDE - 4].mean()) for n in range(BLOCKS)
    ]
    if any(70 < value < 185 for value in values):
        return None
    return sum(1 << n for n, value in enumerate(values) if value > 128)


if __name__ == "__main__":
    main()
