"""Encoder features on disk: exact copies by frame, bounded in bytes, safe to delete at any time."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import math
import os
import shutil
import struct
import tempfile
import time
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import platformdirs
import torch

from vostool.frames import SourceInfo
from vostool.words import tr

DEFAULT_DISK_BYTES = 20 * 2**30
"""1,200 frames at 1024 pixels in float32."""

_LOG = logging.getLogger(__name__)
_MAGIC = b"VOSFEAT1"
_LENGTH = struct.Struct("<I")
_LONGEST_HEADER = 65536
_ENDING = ".features"
_PARTIAL = ".partial"
_STALE_SECONDS = 3600
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_RESERVE = 2**30
"""Bytes that stay free on the disk for other programs."""


def default_folder() -> Path:
    """Where features are kept unless told otherwise, in the user's cache; it may not exist yet."""
    return Path(platformdirs.user_cache_dir("vostool", appauthor=False)) / "features"


def source_identity(info: SourceInfo, fingerprint: str | None = None) -> str:
    """What recognises the pictures: their fingerprint where it is known, else where they lie.

    Without a fingerprint it is the path with the size and time of the file, or of every image.
    """
    if fingerprint is not None:
        return f"fingerprint:{fingerprint}"
    path = info.path.absolute()
    try:
        if path.is_dir():
            with os.scandir(path) as entries:
                files = sorted((e.name, e.stat().st_size, e.stat().st_mtime_ns) for e in entries)
            facts = hashlib.blake2b(repr(files).encode(), digest_size=16).hexdigest()
        else:
            facts = f"{path.stat().st_size}:{path.stat().st_mtime_ns}"
    except OSError:
        # Gone or out of reach: what is written must never be taken for another source's.
        facts = f"unknown:{time.time_ns()}"
    return f"{path}:{info.width}x{info.height}x{info.frame_count}:{facts}"


class DiskFeatures:
    """A folder of encoder features; each file holds the levels of one frame as they were in RAM.

    The bound counts everything in ``folder``, of all sources and models; what was used longest ago
    goes first. Damaged or foreign files are not read, and are written over when their frame comes.
    Trouble with the disk (full, read-only, gone) turns the cache off with one warning in the log
    and in :attr:`problem`; it never raises.

    Attributes:
        problem: one sentence why it is off, or None.
        hits: frames that were found.
    """

    def __init__(
        self,
        folder: Path,
        max_bytes: int = DEFAULT_DISK_BYTES,
        *,
        identity: tuple[str, ...] = (),
        keep: bool = False,
        reserve_bytes: int = _RESERVE,
    ) -> None:
        """Look at what is there; writes nothing yet.

        Args:
            folder: may not exist yet.
            max_bytes: bound on the files in it; 0 keeps none.
            identity: all that features depend on besides the frame's number: source, weights,
                image size, dtype, encoder backend. Other identities never see these entries.
            keep: leave the entries at :meth:`close`, so that reopening needs no encoder.
            reserve_bytes: the cache counts the disk as full when less than this is free.
        """
        self._root = folder
        self._key = hashlib.blake2b(json.dumps(identity).encode(), digest_size=16).hexdigest()
        self._own = folder / self._key
        self._max_bytes = max_bytes
        self._keep = keep
        self._reserve = reserve_bytes
        self._sizes: OrderedDict[Path, int] = OrderedDict()
        self._bytes = 0
        self.problem: str | None = None
        self.hits = 0
        with self._guarded():
            self._scan()

    @property
    def bytes_held(self) -> int:
        """Bytes of all entries in the folder, as far as this object knows."""
        return self._bytes

    def holds(self, frame: int) -> bool:
        """Whether there is an entry for a frame, sound or not; any thread."""
        return self.problem is None and self._path(frame) in self._sizes

    def load(self, frame: int, device: torch.device | str = "cpu") -> list[torch.Tensor] | None:
        """The levels of a frame as they were stored, or None where there is no sound entry."""
        path = self._path(frame)
        if self.problem is not None or path not in self._sizes:
            return None
        try:
            levels = _read(path, self._key, frame)
        except OSError:
            levels = None
        if levels is None:
            self._remove(path)
            return None
        self._sizes.move_to_end(path)
        with contextlib.suppress(OSError):
            os.utime(path)  # the order of use must outlive the session
        self.hits += 1
        return [level.to(device) for level in levels]

    def store(self, frame: int, levels: list[torch.Tensor]) -> None:
        """Write a frame's levels, in their own dtypes; the oldest entries make room."""
        size = sum(level.nbytes for level in levels) + 1024
        if self.problem is not None or size > self._max_bytes:
            return
        with self._guarded():
            while self._bytes + size > self._max_bytes and self._sizes:
                self._remove(next(iter(self._sizes)))
            self._own.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self._own).free < size + self._reserve:
                self._turn_off(tr("the disk is full"))
                return
            path = self._path(frame)
            written = _write(path, self._key, frame, levels)
            self._bytes += written - self._sizes.pop(path, 0)
            self._sizes[path] = written

    def close(self) -> None:
        """Remove this identity's entries, unless they are to be kept."""
        if not self._keep:
            for path in [path for path in self._sizes if path.parent == self._own]:
                self._remove(path)
            with contextlib.suppress(OSError):
                self._own.rmdir()

    def _path(self, frame: int) -> Path:
        return self._own / f"{frame:08d}{_ENDING}"

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._turn_off(error.strerror or str(error))

    def _turn_off(self, why: str) -> None:
        self.problem = tr(
            "Encoder features are no longer kept in {root} ({why}); free "
            "some space there or choose another folder.",
            root=self._root,
            why=why,
        )
        _LOG.warning(self.problem)

    def _scan(self) -> None:
        """Entries by last use; what a killed session left half written goes."""
        found: list[tuple[float, Path, int]] = []
        if not self._root.is_dir():
            return
        for path in self._root.glob("*/*"):
            with contextlib.suppress(OSError):
                facts = path.stat()
                if path.suffix == _ENDING:
                    found.append((facts.st_mtime, path, facts.st_size))
                elif path.suffix == _PARTIAL and time.time() - facts.st_mtime > _STALE_SECONDS:
                    path.unlink()
        self._sizes.update((path, size) for _, path, size in sorted(found))
        self._bytes = sum(self._sizes.values())

    def _remove(self, path: Path) -> None:
        self._bytes -= self._sizes.pop(path)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            if path.parent != self._own:
                path.parent.rmdir()  # only works on the last entry


def _write(path: Path, key: str, frame: int, levels: list[torch.Tensor]) -> int:
    """Magic, header's length and JSON header, then the raw tensors; returns the file's size."""
    blobs = [_raw(level) for level in levels]
    checksum = 0
    for blob in blobs:
        checksum = zlib.crc32(blob, checksum)
    described = [[str(x.dtype).removeprefix("torch."), list(x.shape)] for x in levels]
    header = json.dumps(
        {"key": key, "frame": frame, "levels": described, "crc32": checksum}
    ).encode()
    descriptor, name = tempfile.mkstemp(_PARTIAL, path.stem + "-", path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(_MAGIC + _LENGTH.pack(len(header)) + header)
            file.writelines(blobs)
            size = file.tell()
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    return size


def _read(path: Path, key: str, frame: int) -> list[torch.Tensor] | None:
    """What :func:`_write` wrote, or None where anything is not as it should be."""
    with path.open("rb") as file:
        header = _header(file)
        if header is None or (header.get("key"), header.get("frame")) != (key, frame):
            return None
        levels = _room(header.get("levels"), os.fstat(file.fileno()).st_size - file.tell())
        if levels is None:
            return None
        checksum = 0
        for level in levels:
            raw = _raw(level)
            if file.readinto(raw) != len(raw):
                return None
            checksum = zlib.crc32(raw, checksum)
    return levels if checksum == header.get("crc32") else None


def _room(described: object, size: int) -> list[torch.Tensor] | None:
    """Empty tensors as the header describes them, if together they have ``size`` bytes."""
    try:
        rows: list[Any] = described if isinstance(described, list) else []
        kinds = [(tuple(int(n) for n in shape), _DTYPES[dtype]) for dtype, shape in rows]
    except (KeyError, ValueError, TypeError):
        return None
    if sum(math.prod(shape) * dtype.itemsize for shape, dtype in kinds) != size:
        return None
    return [torch.empty(shape, dtype=dtype) for shape, dtype in kinds]


def _header(file: io.BufferedReader) -> dict[str, Any] | None:
    start = file.read(len(_MAGIC) + _LENGTH.size)
    if len(start) != len(_MAGIC) + _LENGTH.size or not start.startswith(_MAGIC):
        return None
    (length,) = _LENGTH.unpack(start[len(_MAGIC) :])
    if length > _LONGEST_HEADER:
        return None
    try:
        header = json.loads(file.read(length))
    except ValueError:
        return None
    return header if isinstance(header, dict) else None


def _raw(tensor: torch.Tensor) -> memoryview:
    """The bytes of a tensor; its own memory where it lies on the CPU in one piece."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    raw: memoryview = flat.view(torch.uint8).numpy().data
    return raw
