"""The image encoder in 8 bits: the ranges of what goes into its layers, put into the model.

Quantised after training, as in Jacob et al. (CVPR 2018): what goes into a layer with one asymmetric
range of 256 levels, its weights with a symmetric one of 255 for each output channel. Where both
pass through a FakeQuantize, OpenVINO computes the layer in int8. The ranges belong to the published
weights; `bench/mobile_sam_ranges.py` takes them anew.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from vostool.models.mobile_sam.network import ImageEncoder
from vostool.models.shared.openvino import import_openvino

if TYPE_CHECKING:
    from openvino import Model, Node, Output

TABLE = Path(__file__).with_name("ranges.json")
LEFT_OUT = (
    "trunk.stages.0.blocks.0.conv2",
    "trunk.stages.0.blocks.1.conv2",
    "trunk.stages.1.downsample.conv2",
    "trunk.stages.2.downsample.conv2",
    "trunk.stages.3.downsample.conv2",
)
"""Depthwise convolutions behind a GELU: a few values of up to 120 leave the others no levels."""
_LEVELS, _WEIGHT_LEVELS = 256, 255
_SAME_NORM = 1e-4  # folding a batch norm rounds a little differently from one CPU to the next
_NAMED = re.compile(r"__module\.(.+?)/")
_KINDS = ("MatMul", "Convolution", "GroupConvolution")


@dataclass(frozen=True, slots=True)
class Range:
    """What was seen to go into a layer, and the Euclidean norm of the layer's weights."""

    low: float
    high: float
    norm: float


Ranges = Mapping[str, Range]
"""By the layer's name in :class:`ImageEncoder`."""


@cache
def published_ranges() -> Ranges:
    """The table that comes with the program."""
    return {name: Range(*row) for name, row in json.loads(TABLE.read_text("utf-8")).items()}


def table_text(ranges: Ranges) -> str:
    """The table as its file has it: a layer a line."""
    rows = (f'"{name}": [{r.low:.4g}, {r.high:.4g}, {r.norm:.7g}]' for name, r in ranges.items())
    return "{\n" + ",\n".join(rows) + "\n}\n"


def fits(encoder: ImageEncoder, ranges: Ranges) -> bool:
    """Whether the ranges are of an encoder with these weights; it has to be :func:`ready`."""
    layers = dict(weighted_layers(encoder))
    return all(
        name in layers
        and math.isclose(weight_norm(layers[name]), of_layer.norm, rel_tol=_SAME_NORM)
        for name, of_layer in ranges.items()
    )


def weighted_layers(encoder: ImageEncoder) -> list[tuple[str, torch.nn.Conv2d | torch.nn.Linear]]:
    """Every layer that multiplies with weights, in the order of the network."""
    kinds = (torch.nn.Conv2d, torch.nn.Linear)
    return [(name, layer) for name, layer in encoder.named_modules() if isinstance(layer, kinds)]


def weight_norm(layer: torch.nn.Conv2d | torch.nn.Linear) -> float:
    """Euclidean norm of all of a layer's weights together."""
    return float(layer.weight.double().norm())


def quantise(model: Model, ranges: Ranges) -> int:
    """Put FakeQuantize operations before the layers of a converted :class:`ImageEncoder`.

    Returns:
        How many layers had a range.
    """
    count = 0
    for node in model.get_ordered_ops():
        named = _NAMED.match(node.get_friendly_name())
        if named is None or named[1] not in ranges or not _has_weights(node):
            continue
        limits = ranges[named[1]]
        node.input(0).replace_source_output(_levels(node.input_value(0), limits))
        node.input(1).replace_source_output(_weight_levels(node.input_value(1)))
        count += 1
    model.validate_nodes_and_infer_types()
    return count


def _has_weights(node: Node) -> bool:
    if node.get_type_name() not in _KINDS:
        return False
    return bool(node.input_value(1).get_node().get_type_name() == "Constant")


def aligned(limits: Range) -> tuple[float, float]:
    """The range, widened to hold zero and moved by less than a level so that zero is a level."""
    low, high = min(limits.low, 0.0), max(limits.high, 0.0)
    step = (high - low) / (_LEVELS - 1)
    below = round(-low / step)
    return -below * step, (_LEVELS - 1 - below) * step


def _levels(value: Output, limits: Range) -> Output:
    low, high = aligned(limits)
    return _fake_quantise(value, np.float32(low), np.float32(high), _LEVELS)


def _weight_levels(weights: Output) -> Output:
    """Weights (output channels, ...) in 255 levels around zero, the range by output channel."""
    values = weights.get_node().get_data().astype(np.float32)
    apart = tuple(range(1, values.ndim))
    high = np.maximum(np.abs(values).max(axis=apart, keepdims=True), np.float32(1e-12))
    return _fake_quantise(weights, -high, high, _WEIGHT_LEVELS)


def _fake_quantise(
    value: Output,
    low: NDArray[np.float32] | np.float32,
    high: NDArray[np.float32] | np.float32,
    levels: int,
) -> Output:
    opset13 = import_openvino().opset13
    ends = [opset13.constant(low), opset13.constant(high)]
    return opset13.fake_quantize(value, *ends, *ends, levels).output(0)
