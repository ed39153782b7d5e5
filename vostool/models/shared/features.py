"""The features of frames, in a cache that is bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

import torch

from vostool.models.shared.beside import Beside, Join
from vostool.models.shared.encoder import Levels, PreemptedError, Stop
from vostool.models.shared.feature_disk import DiskFeatures
from vostool.models.shared.free_memory import FeatureBound, free_memory
from vostool.models.shared.torch_errors import is_out_of_memory

DEFAULT_CACHE_BYTES = 256 * 2**20
"""15 frames of SAM 2 at 1024 pixels in float32 (16.8 MB each); more where memory is free."""


class Run(Protocol):
    """The frames of a run, of which some are read ahead."""

    def stand_at(self, frame: int) -> None:
        """The run works on this frame now; those before it are of no use any more."""
        ...

    def coming(self, count: int) -> list[int]:
        """The frames after the one in work, as far as they are read ahead at all."""
        ...

    def end(self) -> None:
        """The run is over."""
        ...


@runtime_checkable
class ReadsAhead(Protocol):
    """What reads pictures, and can do so before they are asked for."""

    def __call__(self, frame: int) -> torch.Tensor: ...

    def expect(self, frames: Sequence[int], wanted: Callable[[int], bool]) -> Run:
        """A run begins that needs these frames in this order, as far as they are ``wanted``."""
        ...

    def ready(self, most: int) -> list[int]:
        """The frames that the run comes to next, as far as they are read, in one piece."""
        ...

    def close(self) -> None:
        """Give files and threads back."""
        ...


class _NoRun:
    """What is expected of pictures that are not read ahead."""

    def stand_at(self, frame: int) -> None: ...
    def coming(self, _count: int) -> list[int]:
        return []

    def end(self) -> None: ...


class FeatureCache:
    """Encoder features by frame, least recently used out first.

    Stands in for the ``cached_features`` of the official inference state, which asks it by
    :meth:`get`; the answer is always there, so the official code never touches its ``images``.
    Every object, run and click shares it.

    Attributes:
        encoded: how many frames went through the encoder so far.
    """

    def __init__(
        self,
        read: Callable[[int], torch.Tensor],
        encode: Callable[..., dict[str, Any]],
        max_bytes: int | None = None,
        *,
        beside: Beside | None = None,
        disk: DiskFeatures | None = None,
        positions: Callable[[Levels], Levels] | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        """Make an empty cache.

        Args:
            read: frame number -> prepared (3, S, S) float32 on the encoder's device; one that
                :class:`ReadsAhead` belongs to the cache and is closed with it.
            encode: an :class:`Encoder`; the official ``forward_image`` will do where nothing is
                prepared.
            max_bytes: bound on what is kept; the newest frame is kept in any case. None takes a
                quarter of the memory that is free, at least :data:`DEFAULT_CACHE_BYTES`.
            beside: where frames are encoded ahead of a run; None encodes each in its turn.
            disk: where frames are written as soon as they are encoded, and looked for first.
            positions: makes the positions of levels that came from ``disk``; needed with it.
            device: where features are used.
        """
        self._read = read
        self._encode = encode
        place = torch.device(device)
        free = FeatureBound(DEFAULT_CACHE_BYTES, lambda: free_memory(place))
        self._bound = free if max_bytes is None else lambda _held: max_bytes
        self._beside = beside
        self._joins: dict[int, Join] = {}
        self._disk = disk
        self._make_positions = positions
        self._device = device
        self._levels: OrderedDict[int, Levels] = OrderedDict()
        self._positions: Levels | None = None
        self._bytes = 0
        self.encoded = 0

    @contextmanager
    def expecting(self, frames: Sequence[int]) -> Iterator[Run]:
        """A run that needs the features of these frames, in this order: pictures are read ahead.

        Those whose features are kept are not read. Other frames may be asked for meanwhile.
        """
        run: Run = _NoRun()
        if isinstance(self._read, ReadsAhead):
            run = self._read.expect(frames, self._is_missing)
        try:
            yield run
        finally:
            run.end()

    def holds(self, frame: int) -> bool:
        """Whether a frame's features are at hand, in memory or on disk."""
        return frame in self._levels or (self._disk is not None and self._disk.holds(frame))

    def _is_missing(self, frame: int) -> bool:
        return not self.holds(frame)

    def get(self, frame: int, _default: object = None) -> tuple[torch.Tensor, dict[str, Any]]:
        """(a placeholder for the picture, features and positions by level) of one frame.

        Raises:
            SourceError: the frame could not be decoded.
        """
        levels = self._levels.get(frame)
        if levels is None:
            levels = self._add(frame, None)
        elif frame in self._joins:
            self._join(frame, levels)
        self._levels.move_to_end(frame)
        assert self._positions is not None
        # The official code only expands the picture to the batch and hands it back.
        placeholder = levels[-1].new_zeros(1, 1, 1, 1)
        # A list of its own each time: the official code may put other tensors into it.
        return placeholder, {"backbone_fpn": list(levels), "vision_pos_enc": list(self._positions)}

    def prepare(self, frame: int, preempted: Stop) -> bool:
        """Have the features of a frame ready, unless a click waits for the engine; True when
        they are.

        ``preempted`` is asked before the frame is read and between the encoder's blocks; when it
        turns True nothing of this frame is kept.

        Raises:
            SourceError: the frame could not be decoded.
        """
        if frame in self._levels:
            return True
        if preempted():
            return False
        try:
            self._add(frame, preempted)
        except PreemptedError:
            return False
        return True

    def _add(self, frame: int, stop: Stop | None) -> Levels:
        levels = self._from_disk(frame) or self._compute(frame, stop)
        self._keep(frame, levels)
        return levels

    def _keep(self, frame: int, levels: Levels) -> None:
        self._levels[frame] = levels
        self._bytes += _size(levels)
        bound = self._bound(self._bytes)
        while self._bytes > bound and len(self._levels) > 1:
            number, oldest = self._levels.popitem(last=False)
            self._joins.pop(number, None)
            self._bytes -= _size(oldest)

    def look_ahead(self, run: Run) -> None:
        """Encode what a run comes to next, beside the work that was launched for its frame.

        Called when that was launched. Frames go together as far as they are read; nothing is
        waited for. Memory that runs out costs this, and no more.
        """
        beside, read = self._beside, self._read
        coming = run.coming(2)
        if beside is None or self._positions is None or not isinstance(read, ReadsAhead):
            return
        if all(frame in self._levels for frame in coming):
            return
        frames = [f for f in read.ready(beside.batch) if self._is_missing(f)]
        if not frames:
            return
        try:
            with beside.launching():
                pictures = torch.stack([read(frame) for frame in frames])
                batch: Levels = self._encode(pictures)["backbone_fpn"]
                # Copies of their own, so that one that is let go gives its memory back.
                apart = [[x[n : n + 1].clone() for x in batch] for n in range(len(frames))]
                join = beside.done()
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            self._beside = None
            return
        for frame, levels in zip(frames, apart, strict=True):
            self._joins[frame] = join
            self._keep(frame, levels)
        self.encoded += len(frames)

    def _join(self, frame: int, levels: Levels) -> None:
        """Wait, on the device, for features that were made beside."""
        self._joins.pop(frame)(levels)
        if self._disk is not None:
            self._disk.store(frame, levels)

    def _from_disk(self, frame: int) -> Levels | None:
        if self._disk is None or self._make_positions is None:
            return None
        levels = self._disk.load(frame, self._device)
        if levels is not None:
            self._positions = self._positions or self._make_positions(levels)
        return levels

    def _compute(self, frame: int, stop: Stop | None) -> Levels:
        picture = self._read(frame).unsqueeze(0)
        output = self._encode(picture) if stop is None else self._encode(picture, stop)
        levels: Levels = output["backbone_fpn"]
        # Positions depend on the size alone; kept with each frame they would be 5x its features.
        self._positions = self._positions or output["vision_pos_enc"]
        self.encoded += 1
        if self._disk is not None:
            self._disk.store(frame, levels)
        return levels

    @property
    def bytes_held(self) -> int:
        """Bytes of the features kept in memory now."""
        return self._bytes

    def clear(self) -> None:
        """Forget every frame in memory."""
        self._levels.clear()
        self._joins.clear()
        self._bytes = 0

    def close(self) -> None:
        """Forget every frame, on disk too unless they are to be kept there; read no more."""
        self.clear()
        if isinstance(self._read, ReadsAhead):
            self._read.close()
        if self._disk is not None:
            self._disk.close()
            self._disk = None


def _size(tensors: Levels) -> int:
    return sum(t.nbytes for t in tensors)
