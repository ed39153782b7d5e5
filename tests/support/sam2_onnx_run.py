"""SAM 2.0 tiny on single pictures by ONNX Runtime alone: the reference for our own engine.

Shares no code with the program's engine: pictures, prompts and masks are prepared by Pillow,
OpenCV and numpy. What it repeats is what sam2's video predictor does with prompts on a frame that
was never tracked:

- one point: the best of three masks by predicted quality;
- a box, or several points: the single mask, unless it is unstable (then the best of three);
- a further click: all points so far, and the logits before it, clamped to -32..32;
- a mask to start from: +10 inside and -10 outside, as if those were the logits before.

And the one thing the program adds: a mask under correction brings its box along, unless a positive
click lies beside that box (docs/decisions.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from PIL import Image
from sam2_onnx_weights import DECODER, ENCODER

from vostool.masks.box import Box
from vostool.project.prompts import Prompts

Array = NDArray[np.float32]

SIDE = 1024
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
_ALL_MASKS, _ALL_QUALITIES = "/Reshape_8_output_0", "/iou_prediction_head/Sigmoid_output_0"
_STABLE, _DELTA = 0.98, 0.05
"""The thresholds that sam2's ``build_sam2_video_predictor`` sets."""


@dataclass(frozen=True)
class Answer:
    """A mask (H, W) of the picture's size and the quality the model predicts for it, 0..1."""

    mask: NDArray[np.bool_]
    quality: float


class OnnxSam2:
    """The two files as one click-to-mask function."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        providers = ["CPUExecutionProvider"]
        self._encoder = onnxruntime.InferenceSession(
            str(folder / ENCODER), options, providers=providers
        )
        model = onnx.load(folder / DECODER)
        # The file gives three masks; the fourth, for more than one click, is cut off last.
        for name in (_ALL_MASKS, _ALL_QUALITIES):
            model.graph.output.append(
                onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
            )
        self._decoder = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=providers
        )

    def encode(self, image: Array) -> dict[str, Array]:
        """(1, 3, 1024, 1024) float32, normalised -> the three feature maps by name."""
        names = [output.name for output in self._encoder.get_outputs()]
        return dict(zip(names, self._encoder.run(names, {"image": image}), strict=True))

    def answer(
        self, features: dict[str, Array], prompts: Prompts, height: int, width: int
    ) -> Answer:
        """The mask after the last of the prompts: start mask, then the box, then each point."""
        under_correction = prompts.base is not None and prompts.box is None
        counts = range(0 if prompts.box is not None else 1, len(prompts.points) + 1)
        start = prompts.start_mask
        logits = None if start is None else _as_logits(start.to_array())
        for count in counts:
            told = replace(prompts, points=prompts.points[:count])
            if under_correction:
                told = replace(told, box=_box_along(told))
            points, labels = _inputs(told, height, width)
            logits, quality = self._decode(features, points, labels, logits)
        assert logits is not None
        scaled = cv2.resize(logits, (width, height), interpolation=cv2.INTER_LINEAR)
        return Answer(scaled > 0, quality)

    def _decode(
        self, features: dict[str, Array], points: Array, labels: Array, before: Array | None
    ) -> tuple[Array, float]:
        given = np.zeros((256, 256), np.float32) if before is None else before.clip(-32, 32)
        inputs = features | {
            "point_coords": points,
            "point_labels": labels,
            "mask_input": given[None, None],
            "has_mask_input": np.array([before is not None], np.float32),
        }
        masks, qualities = self._decoder.run([_ALL_MASKS, _ALL_QUALITIES], inputs)
        best = 1 + int(qualities[0, 1:].argmax())
        chosen = best if labels.shape[1] == 1 or not _stable(masks[0, 0]) else 0
        return masks[0, chosen], float(qualities[0, chosen])


def prepare(picture: NDArray[np.uint8]) -> Array:
    """(H, W, 3) RGB -> (1, 3, 1024, 1024): scaled without keeping the aspect, normalised.

    Bicubic as in sam2's video loader; its image predictor scales bilinearly, which moves edges.
    """
    square = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    normal = (np.asarray(square, np.float32) / 255 - _MEAN) / _STD
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None])


def _as_logits(mask: NDArray[np.bool_]) -> Array:
    """(256, 256) logits of a mask (H, W), which the model gets in its square, halves rounded up."""
    square = cv2.resize(mask.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    sure = np.where(square >= 0.5, np.float32(10), np.float32(-10))
    small = cv2.resize(sure, (SIDE // 4, SIDE // 4), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _box_along(prompts: Prompts) -> Box | None:
    """Around the mask under correction; None where a positive click lies beside that box."""
    assert prompts.base is not None
    ys, xs = np.nonzero(prompts.base.to_array())
    left, top, right, bottom = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
    for point in prompts.points:
        if point.positive and not (left <= point.x <= right and top <= point.y <= bottom):
            return None
    return Box(float(left), float(top), float(right), float(bottom))


def _inputs(prompts: Prompts, height: int, width: int) -> tuple[Array, Array]:
    """Coordinates (1, N, 2) in the model's square, labels (1, N): 2 and 3 are a box's corners."""
    box, points = prompts.box, prompts.points
    corners = [] if box is None else [(box.x0, box.y0), (box.x1, box.y1)]
    labels = ([] if box is None else [2, 3]) + [int(p.positive) for p in points]
    places = np.array(corners + [(p.x, p.y) for p in points], np.float32)
    places *= np.array([SIDE / width, SIDE / height], np.float32)
    return places[None], np.array([labels], np.float32)


def _stable(logits: Array) -> bool:
    wide = int((logits > -_DELTA).sum())
    return wide == 0 or int((logits > _DELTA).sum()) / wide >= _STABLE
