"""What torch raises when memory or a device gives out, in one sentence for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from vostool.errors import ModelError


@contextmanager
def clear_errors(title: str) -> Iterator[None]:
    """Around the work of a model; other errors pass as they are.

    Args:
        title: the model's name for people.

    Raises:
        ModelError: out of memory, on a GPU or not, or a GPU that went away.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"{title} needs more memory than the GPU has free; "
            "choose a smaller model or the device cpu."
        ) from error
    except MemoryError as error:
        raise ModelError(_no_memory(title)) from error
    except RuntimeError as error:
        if "allocate memory" in str(error):
            raise ModelError(_no_memory(title)) from error
        if "CUDA error" in str(error) or "MPS backend" in str(error):
            raise ModelError(
                f"{title} lost its GPU ({str(error).splitlines()[0]}); "
                "restart the program, or choose the device cpu."
            ) from error
        raise


def _no_memory(title: str) -> str:
    return f"{title} needs more memory than is free; close other programs or choose smaller."
