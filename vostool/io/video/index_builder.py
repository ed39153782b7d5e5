"""Builds a :class:`~vostool.io.video.index.VideoIndex` from a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from vostool.errors import SourceError
from vostool.io.video.damage import Damage, cut_short, expected_frames, sentence
from vostool.io.video.index import Ints, PacketTable, VideoIndex
from vostool.io.video.orientation import orientation_of
from vostool.io.video.packet_scan import PacketScan, scan_packets
from vostool.io.video.reader import NO_PTS, VideoReader
from vostool.progress import Progress, silent
from vostool.words import tr

_PROBE_PACKETS = 48
_PROBE_KEY_PACKETS = 600
_COMPARED = 4
_REPORT_EVERY = 32
_PROBE_REPORT_EVERY = 8
_DEFAULT_RATE = 25.0


class _Decoded(NamedTuple):
    """Frames in the order in which they came out."""

    order: list[int]
    pts: list[int]
    first: VideoFrame | None
    resized: int | None
    errors: int
    spoilt: int


def build_index(path: Path, progress: Progress = silent) -> VideoIndex:
    """Index a video: from its packets where they can be trusted, else by decoding all of it.

    Args:
        path: a video file.
        progress: told bytes while packets are read, packets while they are decoded.

    Raises:
        SourceError: no video, or not one frame of it can be decoded.
        Cancelled: through ``progress``.
    """
    scan = scan_packets(path, progress)
    if _plausible(scan):
        predicted = _order_by_time(scan.packets)
        index = _probe(path, scan, predicted, progress)
        if index is not None:
            return index
    return _decode_all(path, scan, progress)


def _plausible(scan: PacketScan) -> bool:
    packets = scan.packets
    pts = packets.pts[packets.shown]
    return (
        len(pts) > 0
        and not scan.damaged
        and scan.time_base > 0
        and bool(packets.key[0])
        and NO_PTS not in pts
        and len(np.unique(pts)) == len(pts)
    )


def _order_by_time(packets: PacketTable) -> Ints:
    shown = np.flatnonzero(packets.shown)
    return shown[np.argsort(packets.pts[shown], kind="stable")].astype(np.int64)


def _probe(path: Path, scan: PacketScan, predicted: Ints, progress: Progress) -> VideoIndex | None:
    """The index, where decoding the beginning of the file agrees with it; else None."""
    later = np.flatnonzero(scan.packets.key[1 : _PROBE_KEY_PACKETS + 1])
    second = int(later[0]) + 1 if len(later) else None
    wanted = _PROBE_PACKETS if second is None else second + _COMPARED
    reader = VideoReader(path, scan.packets.numbers)
    try:
        order: list[int] = []
        pictures: dict[int, NDArray[np.uint8]] = {}
        first = None
        while (frames := reader.read()) is not None:
            if reader.next_packet % _PROBE_REPORT_EVERY == 1:
                progress(min(reader.next_packet, wanted), wanted, tr("checking the first frames"))
            for number, frame in frames:
                first = first or frame
                order.append(number)
                if second is not None and number >= second:
                    pictures[number] = _pixels(frame)
            if reader.next_packet > wanted and (second is None or second in pictures):
                break
        if reader.errors or first is None or order != predicted[: len(order)].tolist():
            return None
        times = _times(scan, scan.packets.pts[predicted])
        cut = f"{cut_short(len(predicted), _about(scan))}." if scan.cut else None
        warning = _with_others(scan, first, cut)
        index = _index(scan, predicted, first, times, warning)
        if second is not None and not _can_start(reader, index, second, pictures):
            key = np.zeros(len(scan.packets), np.bool_)
            key[0] = True
            index = replace(index, packets=replace(scan.packets, key=key))
        return index
    finally:
        reader.close()


def _can_start(
    reader: VideoReader, index: VideoIndex, key: int, expected: dict[int, NDArray[np.uint8]]
) -> bool:
    """True where decoding from a key packet gives the same pictures as decoding up to it.

    Damage says nothing about that, nor does a picture that stands alone by the nature of its codec.
    """
    if reader.signs or reader.codec.codec.intra_only:
        return True
    valid = [n for n in expected if index.starts[index.frame_of[n]] >= key]
    reader.start(key, index.packets.packet_key(key))
    seen: dict[int, NDArray[np.uint8]] = {}
    while len(seen) < len(valid) and (frames := reader.read()) is not None:
        seen.update((number, _pixels(frame)) for number, frame in frames if number in valid)
    return len(seen) == len(valid) and all(np.array_equal(seen[n], expected[n]) for n in valid)


def _pixels(frame: VideoFrame) -> NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _decode_all(path: Path, scan: PacketScan, progress: Progress) -> VideoIndex:
    # One thread: with several an error may take a good frame with it.
    decoded = _decode(path, scan, progress, threads=1 if scan.damaged else 0)
    if decoded.errors and not scan.damaged:
        decoded = _decode(path, scan, progress, threads=1)
    if decoded.first is None:
        raise SourceError(
            tr(
                "No frame of the file '{path_name}' could be read: it is "
                "damaged, or its compression is not known here.",
                path_name=path.name,
            )
        )
    order = np.array(decoded.order, np.int64)
    times = _times(scan, _as_presented(order, np.array(decoded.pts, np.int64)))
    damaged = scan.damaged or decoded.errors > 0
    warning = _with_others(scan, decoded.first, _warning(scan, decoded))
    return _index(scan, order, decoded.first, times, warning, damaged=damaged)


def _decode(path: Path, scan: PacketScan, progress: Progress, threads: int) -> _Decoded:
    reader = VideoReader(path, threads=threads)
    frames: dict[int, int] = {}
    first, resized, spoilt = None, None, 0
    total = len(scan.packets)
    try:
        while reader.next_packet <= total and (found := reader.read()) is not None:
            for number, frame in found:
                if not 0 <= number < total or number in frames:
                    continue
                first = first or frame
                if resized is None and (frame.width, frame.height) != (first.width, first.height):
                    resized = len(frames)
                spoilt += frame.is_corrupt
                frames[number] = NO_PTS if frame.pts is None else frame.pts
            if reader.next_packet % _REPORT_EVERY == 0:
                progress(
                    min(reader.next_packet, total), total, tr("decoding once to find the frames")
                )
        order, pts = list(frames), list(frames.values())
        return _Decoded(order, pts, first, resized, reader.errors, spoilt)
    finally:
        reader.close()


def _warning(scan: PacketScan, decoded: _Decoded) -> str | None:
    cut_off = int(len(scan.packets) - np.count_nonzero(scan.packets.shown))
    first, at = decoded.first, decoded.resized
    return sentence(
        Damage(
            count=len(decoded.order),
            expected=max(scan.declared, len(scan.packets)) - cut_off,
            about=_about(scan) if scan.cut else None,
            errors=scan.incomplete or decoded.errors > 0,
            spoilt=decoded.spoilt,
            gaps=scan.gaps,
            resized=None if at is None else (at, decoded.order[at]),
            size=(first.width, first.height) if first is not None else (0, 0),
        )
    )


def _with_others(scan: PacketScan, first: VideoFrame, warning: str | None) -> str | None:
    """The warning, and which of several videos in the file is shown."""
    if not scan.others:
        return warning
    which = tr(
        "The file holds {count} videos; the one of {width}x{height} is shown, not {names}.",
        count=len(scan.others) + 1,
        width=first.width,
        height=first.height,
        names=", ".join(scan.others),
    )
    return f"{which} {warning[:1].upper()}{warning[1:]}" if warning else which


def _about(scan: PacketScan) -> int:
    known = scan.packets.pts[scan.packets.shown]
    return expected_frames(known[known != NO_PTS] * scan.time_base, scan.end)


def _as_presented(order: Ints, pts: Ints) -> Ints:
    """The frames' times, sorted where they are those of the packets as they are stored.

    AVI has no presentation times: frames that come out in another order than they are stored
    (B-frames) bring the time of the place where they are stored. The places as a whole are right.
    """
    stored = pts[np.argsort(order)]
    by_place = bool(np.all(stored[1:] > stored[:-1]))
    return stored if by_place and NO_PTS not in pts else pts


def _times(scan: PacketScan, pts: Ints) -> NDArray[np.float64]:
    """Seconds after the first frame, strictly increasing.

    A time that is stamped twice moves its second frame between its neighbours, and nothing after
    it. Steps that go back take the usual step, as where files were joined.
    """
    usual = 1 / (scan.average_rate or _DEFAULT_RATE)
    if NO_PTS in pts or scan.time_base <= 0:
        return np.arange(len(pts), dtype=np.float64) * np.float64(usual)
    steps = np.diff(pts).astype(np.float64) * scan.time_base
    forward = steps[steps > 0]
    typical = float(np.median(forward)) if len(forward) else usual
    steps[steps < 0] = typical
    times: NDArray[np.float64] = np.zeros(len(pts), np.float64)
    np.cumsum(steps, out=times[1:])
    again = np.concatenate(([False], steps == 0))
    if again.any():
        own = np.flatnonzero(~again)
        places = np.arange(len(times))
        between = np.interp(places, own, times[own])
        after = times[own[-1]] + (places - own[-1]) * typical
        times = np.where(places > own[-1], after, between)
    return times


def _index(
    scan: PacketScan,
    order: Ints,
    first: VideoFrame,
    times: NDArray[np.float64],
    warning: str | None,
    *,
    damaged: bool = False,
) -> VideoIndex:
    width, height = orientation_of(first).size(first.width, first.height)
    mean = (len(times) - 1) / times[-1] if len(times) > 1 else 0.0
    declared = scan.average_rate
    # A constant rate is written exactly (30000/1001); the mean of rounded times is not.
    close = declared > 0 and (mean == 0 or abs(mean - declared) < 0.001 * declared)
    rate = declared if close else float(mean) or _DEFAULT_RATE
    return VideoIndex(scan.packets, order, times, width, height, rate, scan.codec, warning, damaged)
