"""SAM 2's image encoder through OpenVINO."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor

from vostool.models.sam2.encoder import EncoderLevels, Positions
from vostool.models.shared.conversion import Recipe
from vostool.models.shared.encoder import Stop
from vostool.models.shared.openvino import infer

if TYPE_CHECKING:
    from openvino import CompiledModel


class OpenVinoEncoder:
    """The same levels as :class:`TorchEncoder`, float32 on the CPU, from a compiled model.

    One inference request, so it belongs to one thread. A pre-emption cancels the request, which
    OpenVINO does between two operations.
    """

    backend = "openvino"

    def __init__(self, compiled: CompiledModel, predictor: SAM2VideoPredictor) -> None:
        self._request = compiled.create_infer_request()
        self.positions = Positions(predictor)

    def __call__(self, picture: torch.Tensor, stop: Stop | None = None) -> dict[str, Any]:
        levels = infer(self._request, picture, stop)
        return {"backbone_fpn": levels, "vision_pos_enc": self.positions(levels)}


def make_openvino_encoder(
    predictor: SAM2VideoPredictor,
    weights_identity: str,
    *,
    bfloat16: bool = False,
    folder: Path | None = None,
) -> OpenVinoEncoder:
    """Load the compiled encoder of these weights, or convert, compile and keep it.

    Args:
        predictor: on the CPU, as it will be used.
        weights_identity: :func:`encoder_identity` of it.
        bfloat16, folder: as :class:`Recipe` has them.

    Raises:
        ImportError: the package is not installed, or does not load here.
        Exception: whatever OpenVINO raises when it cannot convert or compile the model.
    """
    made = recipe(predictor, weights_identity, bfloat16=bfloat16, folder=folder)
    return OpenVinoEncoder(made.compiled(), predictor)


def recipe(
    predictor: SAM2VideoPredictor,
    weights_identity: str,
    *,
    bfloat16: bool = False,
    folder: Path | None = None,
) -> Recipe:
    """How the encoder is converted and kept; of the weights as they are now.

    Args:
        predictor, weights_identity, bfloat16, folder: as :func:`make_openvino_encoder` has them.
    """
    size = int(predictor.image_size)
    module = EncoderLevels(predictor).eval()
    with torch.no_grad():
        module.warm(size)
    return Recipe(module, (1, 3, size, size), [weights_identity, size], bfloat16, folder)
