"""Prompts on frames for the trackers of transformers (EdgeTAM, SAM 3), one object a session.

Both models are told prompts alike; each has an inference of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import torch

from vostool.models.shared.choosing import choosing
from vostool.models.shared.corrections import Scenes
from vostool.models.shared.encoder import Stop
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.graphs import Graphs
from vostool.models.shared.prompt_steps import lone_choice, prompt_steps
from vostool.models.shared.reading import MemoryNetwork, Output
from vostool.models.shared.run_memory import RunMemory
from vostool.project.prompts import Prompts

ModelT = TypeVar("ModelT")
_PROMPTED_FRAMES_KEPT = 64
FED_BACK = 32.0
"""The official predictor bounds the logits that it feeds back with the next click so."""


@dataclass(frozen=True)
class LibraryVideo(ABC, Generic[ModelT]):
    """What every session of one opened source shares.

    Attributes:
        size: side of the square that frames are scaled to.
        prompted: outputs of prompted frames, see :class:`LibraryReplay`.
        memory: what runs remember of the frames they tracked.
        scenes: what the corrections last made read of it.
        graphs: the engine's recordings.
    """

    model: ModelT
    features: FeatureCache
    size: int
    height: int
    width: int
    frame_count: int
    prompted: OrderedDict[tuple[int, Prompts], Output] = field(default_factory=OrderedDict)
    memory: RunMemory = field(default_factory=RunMemory)
    scenes: Scenes = field(default_factory=Scenes)
    graphs: Graphs = field(default_factory=Graphs)

    @property
    @abstractmethod
    def network(self) -> MemoryNetwork:
        """The model as runs use it."""


def encode(model: object, pixels: torch.Tensor, _stop: Stop | None = None) -> dict[str, Any]:
    """The encoder for :class:`FeatureCache`: (1, 3, S, S) float32 -> features by level.

    The library's encoders run in one piece, so a frame that was begun is not given up.
    """
    loaded: Any = model  # the library's models of video share no class that has this
    output = loaded.get_image_features(pixels, return_dict=True)
    return {
        "backbone_fpn": list(output.fpn_hidden_states),
        "vision_pos_enc": list(output.fpn_position_encoding),
    }


class LibraryReplay(ABC):
    """Turns prompts into the output of their frame, as if clicked one after the other.

    The start mask, then the box alone, then the box with the first point, with the first two, and
    so on. The library's session forgets what a click showed; as in the official predictor each
    step here is fed the logits of the one before. The outcome depends on the picture and the
    prompts alone, so each step is kept: the next click costs one call of the mask decoder.
    """

    def __init__(self, video: LibraryVideo[Any]) -> None:
        self._video = video

    def output(self, frame: int, prompts: Prompts, remember: bool) -> Output:
        """The output of a prompted frame; the caller sees to it that the prompts are not empty.

        Args:
            remember: with its memory, as a run needs it.

        Raises:
            SourceError: the frame could not be decoded.
        """
        known = self._video.prompted
        before: Output | None = None
        steps = prompt_steps(prompts)
        for number, step in enumerate(steps, 1):
            memory = remember and number == len(steps)
            output = known.get((frame, step))
            if output is None or (memory and output["maskmem_features"] is None):
                with choosing(self._video.model.mask_decoder, lone_choice(step)) as taken:
                    output = self._apply(frame, step, before, memory)
                earlier = before["choice"] if before is not None else None
                output["choice"] = earlier if taken.choice is None else taken.choice
            known[frame, step] = before = output
            known.move_to_end((frame, step))
        while len(known) > _PROMPTED_FRAMES_KEPT:
            known.popitem(last=False)
        assert before is not None
        return before

    def _apply(self, frame: int, step: Prompts, before: Output | None, memory: bool) -> Output:
        inputs: dict[str, Any] = {"is_init_cond_frame": True}
        if step.box is None and not step.points:
            inputs["mask_inputs"] = self._mask(step)
        else:
            inputs["point_inputs"] = points_of(self._video, step)
            if before is not None:
                inputs["prev_sam_mask_logits"] = before["pred_masks"].clamp(-FED_BACK, FED_BACK)
        return self._infer(frame, inputs, memory)

    @abstractmethod
    def _infer(self, frame: int, inputs: dict[str, Any], remember: bool) -> Output:
        """One step of the library's model in a session of its own, with the memory where asked."""

    def _mask(self, step: Prompts) -> torch.Tensor:
        assert step.mask is not None
        mask = torch.from_numpy(step.mask.to_array())[None, None].float()
        size = self._video.size
        if mask.shape[-2:] != (size, size):
            mask = torch.nn.functional.interpolate(
                mask, (size, size), mode="bilinear", align_corners=False, antialias=True
            )
        return (mask >= 0.5).float().to(self._video.model.device)


def points_of(video: LibraryVideo[Any], step: Prompts) -> dict[str, torch.Tensor]:
    """A box is two points of its own labels, before the others, as in the library."""
    box = step.box
    corners = [] if box is None else [(box.x0, box.y0, 2), (box.x1, box.y1, 3)]
    rows = [*corners, *((p.x, p.y, int(p.positive)) for p in step.points)]
    size, device = video.size, video.model.device
    across, down = size / video.width, size / video.height
    places = [[x * across, y * down] for x, y, _ in rows]
    return {
        "point_coords": torch.tensor(places, dtype=torch.float32, device=device)[None, None],
        "point_labels": torch.tensor([[[row[2] for row in rows]]], dtype=torch.int32).to(device),
    }
