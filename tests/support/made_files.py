"""Small files with one oddity each, made on the spot."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

RATE = 25
SIZE = (64, 48)


def by_ffmpeg(path: Path, *arguments: str, frames: int, size: tuple[int, int] = SIZE) -> Path:
    """FFmpeg's test pictures, encoded by its own program."""
    made = f"testsrc2=size={size[0]}x{size[1]}:rate={RATE}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", made]
    subprocess.run([*command, "-frames:v", str(frames), *arguments, str(path)], check=True)
    return path


def skipping_groups(path: Path) -> Path:
    """An MP4 of 90 frames in groups of ten whose edit list begins at frame 50: 40 are shown."""
    encoding = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "10", "-bf", "2")
    data = bytearray(by_ffmpeg(path, *encoding, frames=90).read_bytes())
    place = data.index(b"elst") + 8  # behind the name, version and flags
    count, lasts, begins = struct.unpack(">IIi", data[place : place + 12])
    assert count == 1
    with av.open(str(path)) as container:
        unit = container.streams.video[0].time_base
    assert unit is not None
    skipped = int(50 / RATE / unit)
    struct.pack_into(">IIi", data, place, 1, lasts * 40 // 90, begins + skipped)
    path.write_bytes(data)
    return path


def with_empty_chunks(path: Path) -> Path:
    """An AVI of 30 frames and five places between them where a picture is repeated."""
    gone = (4, 5, 13, 20, 27)
    return stamped(path, [i for i in range(35) if i not in gone])


def with_a_repeated_time(path: Path) -> Path:
    """An MP4 of 60 frames of which the one at 30 has the time of the one before."""
    return stamped(path, range(60), repeated=30)


def stamped(path: Path, times: Sequence[int], repeated: int | None = None) -> Path:
    """Frames shown at these ticks of 1/25 s, in the order of their packets."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, RATE)
        at = 0
        for index in range(len(times)):
            pixels = np.full((SIZE[1], SIZE[0], 3), 4 * index % 256, np.uint8)
            pixels[: index % 40 + 4, :9] = 255 - pixels[0, 0, 0]
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = times[index], Fraction(1, RATE)
            for packet in stream.encode(frame):
                if repeated is not None:  # shown a step later, but for this one
                    packet.pts = at + (at != repeated)
                container.mux(packet)
                at += 1
    return path


def tiled_still(path: Path) -> Path:
    """A HEIC picture of 128x64 made of two tiles, as every iPhone writes it (ISO/IEC 23008-12)."""
    coded = path.with_suffix(".mp4")
    encoding = ("-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1")
    by_ffmpeg(coded, *encoding, "-pix_fmt", "yuv420p", frames=1, size=(64, 64))
    with av.open(str(coded)) as container:
        stream = container.streams.video[0]
        setup = bytes(stream.codec_context.extradata or b"")
        tile = next(bytes(p) for p in container.demux(stream) if p.size)
    grid = bytes((0, 0, 0, 1)) + struct.pack(">HH", 128, 64)  # one row of two columns
    items = [(1, b"hvc1", tile), (2, b"hvc1", tile), (3, b"grid", grid)]
    start = box(b"ftyp", b"heic" + struct.pack(">I", 0) + b"mif1heic")
    size = len(_meta(setup, items, 0))
    path.write_bytes(
        start
        + _meta(setup, items, len(start) + size + 8)
        + box(b"mdat", b"".join(data for _, _, data in items))
    )
    return path


def box(name: bytes, *content: bytes, full: int | None = None) -> bytes:
    """One box of ISO/IEC 14496-12; ``full`` is the version of one that has any."""
    data = b"".join(content) if full is None else bytes((full, 0, 0, 0)) + b"".join(content)
    return struct.pack(">I", 8 + len(data)) + name + data


def _meta(setup: bytes, items: list[tuple[int, bytes, bytes]], begin: int) -> bytes:
    """What the items are and where; ``begin`` is the first one's place in the file."""
    places, at = [], begin
    for number, _, data in items:
        places.append(struct.pack(">HHHII", number, 0, 1, at, len(data)))
        at += len(data)
    named = [
        box(b"infe", struct.pack(">HH", number, 0), kind, b"\0", full=2)
        for number, kind, _ in items
    ]
    sizes = [box(b"ispe", struct.pack(">II", *size), full=0) for size in ((64, 64), (128, 64))]
    properties = box(b"ipco", box(b"hvcC", setup), *sizes)
    joined = (
        (1, (0x81, 2)), (2, (0x81, 2)), (3, (3,)),
    )  # fmt: skip
    owned = [struct.pack(">HB", number, len(which)) + bytes(which) for number, which in joined]
    return box(
        b"meta",
        box(b"hdlr", struct.pack(">I4s12xB", 0, b"pict", 0), full=0),
        box(b"pitm", struct.pack(">H", 3), full=0),
        box(b"iinf", struct.pack(">H", len(items)), *named, full=0),
        box(b"iref", box(b"dimg", struct.pack(">HHHH", 3, 2, 1, 2)), full=0),
        box(b"iprp", properties, box(b"ipma", struct.pack(">I", 3), *owned, full=0)),
        box(b"iloc", bytes((0x44, 0)), struct.pack(">H", len(items)), *places, full=0),
        full=0,
    )
