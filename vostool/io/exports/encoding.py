"""Picture files in memory, by OpenCV."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.errors import ExportError


def encoded(
    ending: str, pixels: NDArray[np.uint8], failure: str, settings: Sequence[int] = ()
) -> bytes:
    """A picture file.

    Args:
        ending: ".png" or ".jpg".
        pixels: (H, W) gray, or (H, W, 3) and (H, W, 4) in OpenCV's order, blue first.
        failure: the sentence where OpenCV cannot encode it.
        settings: names and values by turns, as ``cv2.imencode`` takes them.

    Raises:
        ExportError: with ``failure``.
    """
    done, data = cv2.imencode(ending, pixels, settings)
    if not done:
        raise ExportError(failure)
    return bytes(data)
