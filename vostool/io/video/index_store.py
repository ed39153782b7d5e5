"""Keeps indices between sessions, in the person's cache folder.

A cache may vanish or go bad at any time: whatever is not a whole, valid entry is ignored and
made again, and a folder that cannot be written costs nothing but the time.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import zipfile
from pathlib import Path

import av
import numpy as np
import platformdirs

from vostool.io.video.index import PacketTable, VideoIndex

_VERSION = 4
_KEPT = 500
_SUFFIX = ".npz"
_INTS = ("pts", "dts", "pos", "size")
_BOOLS = ("key", "shown")


def default_folder() -> Path:
    """Where indices are kept unless the caller names another folder."""
    return Path(platformdirs.user_cache_dir("vostool", appauthor=False)) / "frame-index"


def load_index(fingerprint: str, folder: Path | None = None) -> VideoIndex | None:
    """The index kept for a file, or None where there is none or it is damaged."""
    try:
        with np.load(_place(fingerprint, folder), allow_pickle=False) as entry:
            return _checked(_read(entry))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
    except SystemError:
        # CPython 3.11's ast.literal_eval, which np.load calls, fails now and then in two threads.
        return None


def save_index(fingerprint: str, index: VideoIndex, folder: Path | None = None) -> None:
    """Keep an index, written beside and renamed; the oldest of more than 500 go."""
    place = _place(fingerprint, folder)
    facts = {
        "width": index.width,
        "height": index.height,
        "rate": index.rate,
        "codec": index.codec,
        "warning": index.warning,
        "damaged": index.damaged,
    }
    columns = {name: getattr(index.packets, name) for name in _INTS + _BOOLS}
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=place.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez_compressed(
                    file,
                    facts=np.array(json.dumps(facts)),
                    order=index.order,
                    times=index.times,
                    **columns,
                )
            os.replace(beside, place)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(beside)
            raise
        _prune(place.parent)


def _place(fingerprint: str, folder: Path | None) -> Path:
    # Another decoder may find other frames in a damaged file.
    decoder = av.library_versions["libavcodec"][0]
    name = f"{fingerprint}-{_VERSION}-{decoder}{_SUFFIX}"
    return (folder or default_folder()) / name


def _read(entry: np.lib.npyio.NpzFile) -> VideoIndex:
    facts = json.loads(str(entry["facts"]))
    pts, dts, pos, size = (entry[name].astype(np.int64, casting="safe") for name in _INTS)
    key, shown = (entry[name].astype(np.bool_, casting="safe") for name in _BOOLS)
    warning = facts["warning"]
    return VideoIndex(
        packets=PacketTable(pts, dts, pos, size, key, shown),
        order=entry["order"].astype(np.int64, casting="safe"),
        times=entry["times"].astype(np.float64, casting="safe"),
        width=int(facts["width"]),
        height=int(facts["height"]),
        rate=float(facts["rate"]),
        codec=str(facts["codec"]),
        warning=None if warning is None else str(warning),
        damaged=bool(facts["damaged"]),
    )


def _checked(index: VideoIndex) -> VideoIndex:
    packets, order = index.packets, index.order
    count = len(packets)
    columns = [getattr(packets, name) for name in _INTS + _BOOLS]
    if any(column.shape != (count,) for column in columns):
        raise ValueError("columns of different lengths")
    if not (len(order) > 0 and order.shape == index.times.shape == (len(order),)):
        raise ValueError("no frames")
    if order.min() < 0 or order.max() >= count or len(np.unique(order)) != len(order):
        raise ValueError("frames without packets")
    if index.width < 1 or index.height < 1 or not index.rate > 0:
        raise ValueError("no size or rate")
    return index


def _prune(folder: Path) -> None:
    entries = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime)
    for file in entries[:-_KEPT]:
        file.unlink(missing_ok=True)
