"""What decoding has shown of damage, and from where a frame near it is decoded.

A decoder patches a damaged picture up with what it has from the pictures before. So that such a
frame is the same however it is reached, it is decoded by one rule: by a new decoder with one
thread, from the last group of pictures before it that is sound. The groups are known as damaged
only once they have been decoded; nothing is decoded to find out.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vostool.io.video.index import VideoIndex
from vostool.io.video.reader import NO_PACKET
from vostool.words import tr

_LISTED = 8
_MOST_GROUPS = 600
"""How far back a sound group is looked for; further in a file that is nothing but damaged."""


class GroupDamage:
    """Shared by all readers of a video, so that what one of them saw is known to the others.

    Groups are known by the key packet that they begin with.
    """

    def __init__(self, index: VideoIndex) -> None:
        self._index = index
        self._keys = np.flatnonzero(index.packets.key)
        self._packets: set[int] = set()
        self._damaged: set[int] = set()
        self._hinted: set[int] = set()

    def add(self, packets: Iterable[int], exact: bool) -> frozenset[int]:
        """Note packets that showed damage.

        Args:
            packets: their numbers.
            exact: these very packets; False where a decoder with several threads told of them.

        Returns:
            The frames of groups that were not near damage so far, by what was known.
        """
        packets = set(packets)
        groups = {self._group(packet) for packet in packets}
        if exact:
            self._packets |= packets
            self._damaged |= groups
        new = groups - self._hinted
        self._hinted |= groups
        return frozenset(frame for group in new for frame in self._frames(group))

    def is_near(self, frame: int) -> bool:
        """True where the frame's picture may depend on what was decoded before its group."""
        if not self._hinted:
            return False
        begin, end = int(self._index.starts[frame]), int(self._index.order[frame])
        group = self._group(end)
        while group not in self._hinted:
            if group <= begin:
                return False
            group = self._before(group)
        return True

    def start(self, frame: int) -> int:
        """The packet from which a frame near damage is decoded."""
        group = self._before(int(self._index.starts[frame]))
        for _ in range(_MOST_GROUPS):
            if group == 0 or group not in self._damaged:
                break
            group = self._before(group)
        return group

    def sentence(self, frame: int, name: str) -> str | None:
        """What is wrong with a frame's picture; None where nothing is known of it."""
        if not self._packets:
            return None
        begin, end = int(self._index.starts[frame]), int(self._index.order[frame])
        damaged = [packet for packet in tuple(self._packets) if begin <= packet <= end]
        if end in damaged:
            return tr(
                "Frame {frame} of '{name}' is damaged; its picture may be wrong.",
                frame=frame,
                name=name,
            )
        if not damaged:
            return None
        at = int(self._index.frame_of[max(damaged)])
        where = f" {at}" if at != NO_PACKET else ""
        return tr(
            "Frame {frame} of '{name}' is made from the damaged "
            "frame{where}; its picture may be wrong.",
            frame=frame,
            name=name,
            where=where,
        )

    def summary(self, name: str) -> str | None:
        """Which frames are known to be damaged; None where there are none."""
        found = (int(self._index.frame_of[packet]) for packet in tuple(self._packets))
        frames = sorted({frame for frame in found if frame != NO_PACKET})
        if not frames:
            return None
        listed = ", ".join(str(frame) for frame in frames[:_LISTED])
        if len(frames) > _LISTED:
            listed += tr(" and {count} others", count=len(frames) - _LISTED)
        which = (
            tr("Frame {listed}", listed=listed)
            if len(frames) == 1
            else tr("Frames {listed}", listed=listed)
        )
        return tr(
            "{which} of '{name}' came out damaged; look at the masks there "
            "and on the frames that follow.",
            which=which,
            name=name,
        )

    def _group(self, packet: int) -> int:
        """The key packet that a packet follows, or 0."""
        place = int(np.searchsorted(self._keys, packet, "right"))
        return int(self._keys[place - 1]) if place else 0

    def _before(self, group: int) -> int:
        place = int(np.searchsorted(self._keys, group, "left"))
        return int(self._keys[place - 1]) if place else 0

    def _frames(self, group: int) -> list[int]:
        place = int(np.searchsorted(self._keys, group, "right"))
        end = int(self._keys[place]) if place < len(self._keys) else len(self._index.packets)
        frames = self._index.frame_of[group:end]
        return [int(frame) for frame in frames if frame != NO_PACKET]
