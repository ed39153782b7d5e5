"""One object tracked by hand, without an engine around it."""

from __future__ import annotations

from typing import Any

import torch

from vostool.models.shared.batch import BatchStepper, Due
from vostool.models.shared.memory_tracker import MemoryTracker
from vostool.models.shared.reading import Output


def track_one(video: Any, tracker: MemoryTracker, frame: int, backward: bool = False) -> Output:
    """The output of a frame, after which the tracker holds one memory more."""
    stepper = BatchStepper(video, torch.device("cpu"), 1)
    return stepper({1: Due(tracker, None)}, frame, backward)[1]
