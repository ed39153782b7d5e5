"""The official SAM 2 predictor's run of a request, for bench/gpu.py to hold against ours."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from sam2.build_sam import build_sam2_video_predictor

from vostool.models.engine import TrackRequest
from vostool.models.sam2.memory_type import fit_memory
from vostool.models.sam2.published import MODELS


def as_jpegs(pictures: Sequence[Any], folder: Path) -> list[Any]:
    """Write a folder that the official predictor reads; gives what is in it, (H, W, 3) uint8."""
    folder.mkdir()
    read = []
    for number, picture in enumerate(pictures):
        path = folder / f"{number:05d}.jpg"
        Image.fromarray(picture).save(path, quality=95)
        with Image.open(path) as kept:
            read.append(np.array(kept.convert("RGB")))
    return read


class Official:
    """The official predictor's run of a request, while the context lasts."""

    def __init__(self, bench: Any, request: TrackRequest, compiled: bool) -> None:
        self._bench, self._request, self._compiled = bench, request, compiled

    def __enter__(self) -> Iterator[Any]:
        bench, folder = self._bench, self._bench.scratch / "frames"
        predictor = copy.deepcopy(bench.predictor)
        if self._compiled:
            predictor = build_sam2_video_predictor(
                MODELS[bench.model].config, None, device="cpu", vos_optimized=True
            )
            predictor.fill_hole_area = 0
            predictor.load_state_dict(bench.predictor.state_dict())
        predictor = predictor.to(bench.device)
        if bench.dtype is not torch.bfloat16:
            fit_memory(predictor)  # or it ends where an object begins on a later frame
        self._inference = torch.inference_mode()
        self._inference.__enter__()
        state = predictor.init_state(str(folder))
        with self._autocast():
            for key in self._request.keyframes:
                box = key.prompts.box
                corners = np.array([box.x0, box.y0, box.x1, box.y1], np.float32)
                predictor.add_new_points_or_box(state, key.frame, key.object_id, box=corners)
        return self._steps(predictor.propagate_in_video(state, start_frame_idx=0))

    def _steps(self, run: Iterator[Any]) -> Iterator[Any]:
        while True:
            with self._autocast():
                step = next(run, None)
            if step is None:
                return
            yield step

    def _autocast(self) -> torch.autocast:
        half = self._bench.dtype is torch.bfloat16
        return torch.autocast(self._bench.device.type, torch.bfloat16, enabled=half)

    def __exit__(self, *_: object) -> None:
        self._inference.__exit__(None, None, None)


def never() -> bool:
    """Nothing is cancelled."""
    return False


def no_memory(words: str, *_arguments: Any) -> Any:
    """As a card says it."""
    raise torch.OutOfMemoryError(words)
