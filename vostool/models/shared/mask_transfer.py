"""Masks leave the device as the places where they change: kilobytes a frame, in one transfer.

COCO's run lengths count pixels down the columns, so a mask is told by the pixels that differ from
the one before them there. They are found on the device, for all objects of a frame at once, and go
to the CPU with the scores; run lengths are made of them there. The codes are equal to the byte to
those that :meth:`Mask.from_array` makes of the pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from vostool.masks.mask import Mask
from vostool.models.engine import SegmentReply
from vostool.models.shared.device import empty_cache
from vostool.models.shared.downloads import Download, downloader
from vostool.models.shared.reading import Output
from vostool.models.shared.torch_errors import HalfOverflowError, is_out_of_memory

CPU_PIXELS, DEVICE_PIXELS = 2**21, 2**26
"""Of how many pixels masks are made at a time: about what a CPU keeps near itself (a mask of full
HD); a GB of a device's memory (32 of them)."""

COLUMN_CHANGES = 4
"""Of an object, for which there is room at first: two parts, one above the other, as wide as the
frame. Where that is too little the frame is sent again, and from then on there is more."""

Enlarge = Callable[[Sequence[Output]], torch.Tensor]
"""Outputs of n objects -> their logits (n, 1, H, W) at the frame's size, on the device."""

Collect = Callable[[], list[SegmentReply]]
"""Waits for the replies of what was sent, in its order.

Raises HalfOverflowError where float16 was too narrow for a score, and what the device raises."""


class MaskTransfer:
    """Makes replies of a network's outputs on one device.

    Attributes:
        late: what was sent arrives while the device works on, so the next frame is worth sending
            before this one is waited for.
        pixels: masks of so many pixels are made at a time; goes down when memory runs out.
    """

    def __init__(
        self, device: torch.device, download: Download | None = None, *, fixed: bool | None = None
    ) -> None:
        """Work on this device.

        Args:
            download: how tensors get to the CPU; None for the device's own way.
            fixed: send tensors of a size that does not depend on the masks, so that nothing waits
                to learn it; None for what is best on the device.
        """
        self._device = device
        self._download = downloader(device) if download is None else download
        self._fixed = device.type == "cuda" if fixed is None else fixed
        self._room = 0
        self.late = self._download.late
        self.pixels = CPU_PIXELS if device.type == "cpu" else DEVICE_PIXELS

    def send(self, outputs: Sequence[Output], size: tuple[int, int], enlarge: Enlarge) -> Collect:
        """Begin to bring the masks of a frame's objects, which are where their logits are above 0.

        A reply's score is the network's probability that the object is on the frame.

        Args:
            size: height and width of the frame.

        Raises:
            RuntimeError: out of memory, in the device's words, for one object alone.
        """
        if not outputs:
            return list
        while True:
            at_once = min(max(1, self.pixels // (size[0] * size[1])), len(outputs))
            room = max(self._room, COLUMN_CHANGES * size[1]) if self._fixed else None
            groups = [outputs[n : n + at_once] for n in range(0, len(outputs), at_once)]
            try:
                packed = [_packed(group, enlarge(group), room) for group in groups]
                arrived = self._download(packed[0] if len(packed) == 1 else torch.cat(packed))
                break
            except RuntimeError as error:
                if not is_out_of_memory(error) or at_once == 1:
                    raise
            # Outside the handler, whose traceback would keep the tensors of the failed work.
            packed = []
            self.pixels = size[0] * size[1] * (at_once // 2)
            empty_cache(self._device)

        def collect() -> list[SegmentReply]:
            sent = arrived().numpy()
            most = 0 if room is None else _most(sent, groups, room)
            if room is not None and most > room:
                self._room = min(2 ** (most - 1).bit_length(), size[0] * size[1])
                return self.send(outputs, size, enlarge)()
            return list(_replies(sent, groups, room, size))

        return collect


def _packed(outputs: Sequence[Output], logits: torch.Tensor, room: int | None) -> torch.Tensor:
    """What is sent of objects (n, 1, H, W), as int32: how many changes there are, the objects'
    scores as bits of float32, and the places of the changes among all their pixels.

    Args:
        room: so many places an object are sent, whatever there are; None for just those.
    """
    scores = torch.cat([output["object_score_logits"].reshape(-1) for output in outputs])
    bits = scores.float().sigmoid().view(torch.int32)
    changed = _changes(logits[:, 0] > 0).flatten()
    if room is None:
        places = _places(changed).to(torch.int32)
        count = torch.full((1,), len(places), dtype=torch.int32, device=places.device)
        return torch.cat([count, bits, places])
    # The n-th change is where the changes so far first number n.
    so_far = changed.cumsum(0, dtype=torch.int32)
    numbers = torch.arange(1, room * len(outputs) + 1, dtype=torch.int32, device=so_far.device)
    places = torch.searchsorted(so_far, numbers, out_int32=True)
    return torch.cat([so_far[-1:], bits, places])


def _places(changed: torch.Tensor) -> torch.Tensor:
    """Where (n,) bool are True."""
    if changed.device.type == "cpu":  # numpy takes a twentieth of torch's time where few are
        return torch.from_numpy(np.flatnonzero(changed.numpy()))
    return changed.nonzero()[:, 0]


def _changes(inside: torch.Tensor) -> torch.Tensor:
    """Where masks (n, H, W) differ from the pixel before, going down the columns one by one; before
    the first there is background."""
    changed = torch.empty_like(inside)
    torch.ne(inside[:, 1:], inside[:, :-1], out=changed[:, 1:])
    torch.ne(inside[:, 0, 1:], inside[:, -1, :-1], out=changed[:, 0, 1:])
    changed[:, 0, 0] = inside[:, 0, 0]
    return changed


def _most(sent: NDArray[np.int32], groups: Sequence[Sequence[Output]], room: int) -> int:
    """How much room an object wants of the group where that is the most."""
    start, most = 0, 0
    for group in groups:
        most = max(most, math.ceil(int(sent[start]) / len(group)))
        start += 1 + len(group) * (1 + room)
    return most


def _replies(
    sent: NDArray[np.int32],
    groups: Sequence[Sequence[Output]],
    room: int | None,
    size: tuple[int, int],
) -> Iterator[SegmentReply]:
    """What :func:`_packed` sent of each group."""
    start = 0
    for group in groups:
        objects, count = len(group), int(sent[start])
        scores = sent[start + 1 : start + 1 + objects].view(np.float32)
        if not np.isfinite(scores).all():
            raise HalfOverflowError
        start += 1 + objects
        masks = _masks(sent[start : start + count].astype(np.int64), objects, size)
        for output, score, mask in zip(group, scores, masks, strict=True):
            yield SegmentReply(mask, float(score), output.get("choice"))
        start += count if room is None else room * objects


def _masks(places: NDArray[np.int64], objects: int, size: tuple[int, int]) -> Iterator[Mask]:
    """Masks of the places where they change, row by row in one object after the other."""
    height, width = size
    rows, columns = np.divmod(places, width)
    numbers, rows = np.divmod(rows, height)
    down = (numbers * width + columns) * height + rows
    down.sort()
    starts = np.arange(objects + 1) * (height * width)
    ends = np.searchsorted(down, starts)
    for number in range(objects):
        own = down[ends[number] : ends[number + 1]] - starts[number]
        yield Mask.from_changes(height, width, own)
