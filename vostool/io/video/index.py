"""Which packet holds frame i, and where decoding has to begin to get it right.

The index is read from the packets alone where that can be trusted: every packet has its own
presentation time, none is missing, and the first frames of the file, decoded, come out in the
order that the times foretell. Everything else (raw streams, broken or repeated timestamps,
damaged files) is decoded once from beginning to end, and the order in which frames come out
is the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vostool.io.video.reader import NO_PACKET, NO_PTS, PacketKey

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PacketTable:
    """Facts about every packet of the stream, in decoding order; arrays (P,) int64 or bool.

    Attributes:
        pts, dts: in the stream's time base, NO_PTS where the file gives none.
        pos: byte offset in the file, or -1.
        size: bytes.
        key: decoding may begin here, says the file.
        shown: the packet gives a picture that is presented (not cut off by an edit list, not a
            reference picture only).
    """

    pts: Ints
    dts: Ints
    pos: Ints
    size: Ints
    key: NDArray[np.bool_]
    shown: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.pts)

    def packet_key(self, number: int) -> PacketKey:
        """What identifies a packet after a seek."""
        return PacketKey(
            int(self.pts[number]),
            int(self.dts[number]),
            int(self.pos[number]),
            int(self.size[number]),
        )

    @cached_property
    def numbers(self) -> dict[PacketKey, int]:
        """Number of every packet by its key; keys that occur twice identify nothing."""
        rows = zip(*(a.tolist() for a in (self.pts, self.dts, self.pos, self.size)), strict=True)
        found: dict[PacketKey, int] = {}
        repeated = set()
        for number, row in enumerate(rows):
            key = PacketKey(*row)
            if found.setdefault(key, number) != number:
                repeated.add(key)
        for key in repeated:
            del found[key]
        return found


@dataclass(frozen=True, eq=False)
class VideoIndex:
    """Everything that random access needs; immutable, shared between readers.

    Attributes:
        packets: the stream's packets.
        order: (N,) the packet of each frame, in the order of presentation.
        times: (N,) float64 seconds after frame 0, strictly increasing.
        width, height: as presented, in pixels.
        rate: mean frames a second.
        codec: the decoder's name.
        warning: one sentence about what could not be read, or None.
        damaged: decode with one thread, with which an error takes no good frame with it.
    """

    packets: PacketTable
    order: Ints
    times: NDArray[np.float64]
    width: int
    height: int
    rate: float
    codec: str
    warning: str | None
    damaged: bool = False

    def __len__(self) -> int:
        return len(self.order)

    @cached_property
    def frame_of(self) -> Ints:
        """(P,) frame of each packet, or -1 where it is not presented."""
        found = np.full(len(self.packets), NO_PACKET, np.int64)
        found[self.order] = np.arange(len(self.order))
        return found

    @cached_property
    def starts(self) -> Ints:
        """(N,) the packet to begin decoding at for each frame.

        That is the last key packet at or before the frame's own which is also presented no later
        than it. Frames that follow a key packet but are shown before it (an open group of
        pictures) need what came before the key packet.
        """
        keys = np.flatnonzero(self.packets.key)
        keys = keys[keys > 0]
        ranks = self._ranks(keys)
        starts = np.zeros(len(self.order), np.int64)
        for frame, place in enumerate(np.searchsorted(keys, self.order, "right").tolist()):
            while place > 0 and ranks[place - 1] > frame:
                place -= 1  # noqa: PLW2901
            starts[frame] = keys[place - 1] if place > 0 else 0
        return starts

    def look_through(self) -> None:
        """Work out everything that reading looks up, here and not at the first frame of a reader.

        For a long video that takes tens of milliseconds, and every reader would wait for it.
        """
        _ = self.frame_of, self.starts, self.packets.numbers

    def earlier_start(self, packet: int, steps: int) -> int:
        """The key packet ``steps`` before a start, or the file's first packet."""
        keys = np.flatnonzero(self.packets.key)
        place = int(np.searchsorted(keys, packet, "left")) - steps
        return int(keys[place]) if place > 0 else 0

    def _ranks(self, keys: Ints) -> Ints:
        """First frame that is presented no earlier than each key packet; N where unknown."""
        ranks = self.frame_of[keys].copy()
        hidden = np.flatnonzero(ranks < 0)
        shown_pts = self.packets.pts[self.order]
        if len(hidden) and NO_PTS not in shown_pts and np.all(np.diff(shown_pts) > 0):
            ranks[hidden] = np.searchsorted(shown_pts, self.packets.pts[keys[hidden]])
        elif len(hidden):
            ranks[hidden] = len(self.order)
        return ranks
