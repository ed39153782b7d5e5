"""Work that is launched on a second stream of a GPU, beside what the network does for a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import torch

from vostool.models.shared.encoder import Levels

BATCH = 4
"""Frames that are encoded together ahead of a run. In bfloat16 a batch's features differ from
those of single frames in the last bits, so where masks have to be exact it is 1."""

Join = Callable[[Levels], None]


class Beside(Protocol):
    """A second stream."""

    @property
    def batch(self) -> int:
        """At most so many frames at once."""
        ...

    def launching(self) -> AbstractContextManager[None]:
        """What is launched inside does not wait for the first stream, nor the first one for it."""
        ...

    def done(self) -> Join:
        """Called after a launch: a function that has the first stream wait for it, before it
        reads what was made."""
        ...


class CudaBeside:
    """Implements :class:`Beside` with CUDA."""

    def __init__(
        self,
        device: torch.device,
        batch: int = BATCH,
        cuda: Any = torch.cuda,  # noqa: ANN401  # the module, or a test's
    ) -> None:
        """Make the stream, with CUDA's functions or a test's."""
        self._device, self._cuda = device, cuda
        self._stream = cuda.Stream(device)
        self.batch = batch

    @contextmanager
    def launching(self) -> Iterator[None]:
        with self._cuda.stream(self._stream):
            yield

    def done(self) -> Join:
        event = self._cuda.Event()
        event.record(self._stream)

        def join(levels: Levels) -> None:
            current = self._cuda.current_stream(self._device)
            current.wait_event(event)
            # Their memory belongs to the other stream, which may not take it back before this one.
            for level in levels:
                level.record_stream(current)

        return join


def beside_for(device: torch.device, exact: bool = False) -> CudaBeside | None:
    """The second stream of a device; None where there is none, or it is only pretended.

    A CPU has none, and a click there would wait for four frames instead of one.
    """
    if device.type != "cuda" or not torch.cuda.is_available():
        return None
    return CudaBeside(device, 1 if exact else BATCH)
