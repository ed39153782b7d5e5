"""What torch raises when memory or a device gives out, in one sentence for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from vostool.errors import DeviceFullError, DeviceLostError, ModelError
from vostool.words import tr

# Only CUDA's and XPU's allocators raise torch.OutOfMemoryError; Apple's and the libraries that
# take memory of their own (cuBLAS, cuDNN, cuSOLVER, Intel's runtime) raise RuntimeErrors.
_NO_DEVICE_MEMORY = (
    "mps backend out of memory",
    "cuda out of memory",
    "cuda error: out of memory",
    "hip out of memory",
    "xpu out of memory",
    "_status_alloc_failed",
    "out_of_device_memory",
    "out_of_host_memory",
)
_DEVICE_GONE = (
    "CUDA error",
    "CUDA driver error",
    "HIP error",
    "MPS backend",
    "CUBLAS_STATUS",
    "CUDNN_STATUS",
    "CUSOLVER_STATUS",
    "cuDNN error",
    "DEVICE_LOST",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device had too little memory, in whatever words its library says so."""
    if isinstance(error, torch.OutOfMemoryError):
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in said for words in _NO_DEVICE_MEMORY)


class HalfOverflowError(Exception):
    """float16 gave no numbers; caught by the engine, which goes on in float32."""


@contextmanager
def clear_errors(title: str) -> Iterator[None]:
    """Around the work of a model; other errors pass as they are.

    Args:
        title: the model's name for people.

    Raises:
        DeviceFullError, DeviceLostError: a GPU has no memory left, or went away.
        ModelError: out of memory elsewhere.
    """
    try:
        yield
    except MemoryError as error:
        raise ModelError(_no_memory(title)) from error
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise DeviceFullError(
                tr(
                    "{title} needs more memory than the GPU has free; choose a "
                    "smaller model or the device cpu.",
                    title=title,
                )
            ) from error
        if "allocate memory" in str(error):
            raise ModelError(_no_memory(title)) from error
        if any(words in str(error) for words in _DEVICE_GONE):
            raise DeviceLostError(
                tr(
                    "{title} lost its GPU ({splitlines}); restart the program, or "
                    "choose the device cpu.",
                    title=title,
                    splitlines=str(error).splitlines()[0],
                )
            ) from error
        raise


def _no_memory(title: str) -> str:
    return tr(
        "{title} needs more memory than is free; close other programs or choose smaller.",
        title=title,
    )
