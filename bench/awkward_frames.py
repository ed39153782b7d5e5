"""Is frame i the i-th presented frame? 200 random accesses into every file of a folder.

The expected pictures come from an independent reader: FFmpeg's own program (imageio-ffmpeg's),
decoding the file once from start to end with `-fps_mode passthrough`, which applies edit lists and
rotation. A picture is right when it is nearest to FFmpeg's picture of the same number and differs
from it by less than five grey levels on average; where a frame carries a readable index in
black and white blocks, it is read from both pictures and has to agree too.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from vostool.errors import SourceError
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
    note: str = ""

    def __str__(self) -> str:
        return (
            f"{self.name[:40]:<41}{self.frames:>6}{self.size:>11}{self.seconds:>7.2f}"
            f"{self.right:>6}{self.wrong:>6}{self.unreadable:>5}  {self.blocks:<7} {self.note}"
        )


def main() -> None:
    """Print the table; exit status 1 when any picture is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accesses", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print(f"{'file':<41}{'frames':>6}{'size':>11}{'open s':>7}{'right':>6}{'wrong':>6}{'bad':>5}")
    wrong = 0
    for path in sorted(p for p in arguments.folder.iterdir() if p.is_file()):
        row = check(path, arguments.accesses, arguments.seed)
        wrong += row.wrong
        print(row, flush=True)
    raise SystemExit(1 if wrong else 0)


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
    expected = decoded_by_ffmpeg(path, info.width, info.height)
    if len(expected) != len(source):
        row.note += f" [ffmpeg gives {len(expected)} frames]"
    places = np.random.default_rng(seed).integers(0, len(source), accesses)
    agree = read = 0
    for i in places:
        try:
            picture = source.frame(int(i))
        except SourceError:
            row.unreadable += 1
            continue
        if i < len(expected) and is_nearest(picture, expected, int(i)):
            row.right += 1
        else:
            row.wrong += 1
        if i < len(expected) and (number := block_index(expected[i])) is not None:
            read += 1
            agree += block_index(picture) == number
    row.blocks = f"{agree}/{read}"
    source.close()
    return row


def is_nearest(picture: np.ndarray, expected: np.ndarray, index: int) -> bool:
    """True where no other frame near `index` fits better and the difference is small."""
    low, high = max(index - 3, 0), min(index + 4, len(expected))
    small = picture[::2, ::2].astype(np.int16)
    differences = [np.abs(small - other[::2, ::2]).mean() for other in expected[low:high]]
    mine = differences[index - low]
    return bool(mine < 5 and mine <= min(differences) + 1e-6)


def decoded_by_ffmpeg(path: Path, width: int, height: int) -> np.ndarray:
    """(N, H, W, 3) uint8 of all frames that FFmpeg presents, of the stream that it chooses."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    command += ["-an", "-sn", "-dn", "-fps_mode", "passthrough", "-s", f"{width}x{height}"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, capture_output=True, check=False).stdout
    size = width * height * 3
    return np.frombuffer(raw[: len(raw) // size * size], np.uint8).reshape(-1, height, width, 3)


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
