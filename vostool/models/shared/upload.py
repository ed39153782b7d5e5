"""How bytes of a picture get to where the network is."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import torch

from vostool.frames import Image

Uploaded = Callable[[], torch.Tensor]
"""Called in the thread of the network: (h, w, 3) uint8 on its device."""


class Upload(Protocol):
    """Begins to bring pixels to the device; may be called in any thread."""

    def __call__(self, pixels: Image) -> Uploaded: ...


def upload_for(device: torch.device) -> Upload:
    """The way that suits the device; a card that is only pretended has no streams."""
    if device.type == "cuda" and torch.cuda.is_available():
        return PinnedUpload(device)
    return PlainUpload(device)


class PlainUpload:
    """Copies when the network asks; on a CPU nothing is copied."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def __call__(self, pixels: Image) -> Uploaded:
        return lambda: torch.from_numpy(pixels).to(self._device)


class PinnedUpload:
    """Copies on a stream of its own, out of page-locked memory, while the network works.

    As many buffers are made as threads upload at once, and used again in turn.
    """

    def __init__(
        self,
        device: torch.device,
        cuda: Any = torch.cuda,  # noqa: ANN401  # the module, or a test's
        empty: Callable[..., Any] = torch.empty,
    ) -> None:
        """Take CUDA's functions, or a test's."""
        self._device, self._cuda, self._empty = device, cuda, empty
        self._stream = cuda.Stream(device)
        self._free: SimpleQueue[tuple[Any, Any]] = SimpleQueue()

    def __call__(self, pixels: Image) -> Uploaded:
        buffer, copied = self._buffer(pixels), self._cuda.Event()
        buffer.copy_(torch.from_numpy(pixels))
        with self._cuda.stream(self._stream):
            moved = buffer.to(self._device, non_blocking=True)
            copied.record(self._stream)
        self._free.put((buffer, copied))

        def uploaded() -> torch.Tensor:
            current = self._cuda.current_stream(self._device)
            current.wait_event(copied)
            # Its memory belongs to the other stream, which may not take it back before this one.
            moved.record_stream(current)
            result: torch.Tensor = moved
            return result

        return uploaded

    def _buffer(self, pixels: Image) -> Any:  # noqa: ANN401  # a tensor, or a test's
        """Page-locked memory of that shape, out of which nothing is copied any more."""
        try:
            buffer, copied = self._free.get_nowait()
        except Empty:
            return self._empty(pixels.shape, dtype=torch.uint8, pin_memory=True)
        copied.synchronize()
        return buffer
