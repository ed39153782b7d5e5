"""Tensors on their way from a device to the CPU: waited for at once, or while it works on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch

Arrived = Callable[[], torch.Tensor]
"""Waits for a tensor and gives it, on the CPU."""


class Download(Protocol):
    """How tensors get to the CPU.

    Attributes:
        late: the device can work on something else meanwhile.
    """

    late: bool

    def __call__(self, tensor: torch.Tensor) -> Arrived:
        """Begin; the tensor is not written to any more."""


def downloader(device: torch.device) -> Download:
    """The way for a device."""
    if device.type == "cuda" and torch.cuda.is_available():
        return SideStream(device)
    return at_once


class _AtOnce:
    late = False

    def __call__(self, tensor: torch.Tensor) -> Arrived:
        here = tensor.cpu()
        return lambda: here


at_once = _AtOnce()


class SideStream:
    """Copies on a stream of its own, so that what is launched afterwards need not be waited for."""

    late = True

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._side = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def __call__(self, tensor: torch.Tensor) -> Arrived:
        made = torch.cuda.current_stream(self._device).record_event()
        with torch.cuda.stream(self._side):
            self._side.wait_event(made)
            # Into page-locked memory, as torch makes it for such a copy.
            here = tensor.to("cpu", non_blocking=True)
            copied = self._side.record_event()
        # Its memory is not given to another tensor before the copy was made.
        tensor.record_stream(self._side)

        def arrived() -> torch.Tensor:
            copied.synchronize()
            return here

        return arrived
