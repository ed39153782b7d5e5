"""MobileSAM's image encoder through OpenVINO, the same optional extra as SAM 2's."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import torch

from vostool.models.mobile_sam.encoder import FeatureEncoder, Geometry, picture_size
from vostool.models.mobile_sam.network import MobileSam
from vostool.models.sam2 import openvino as sam2_openvino
from vostool.models.sam2.encoder import Stop

if TYPE_CHECKING:
    from openvino import CompiledModel, Model

Backend = Literal["auto", "torch", "openvino"]
_LOG = logging.getLogger(__name__)


class OpenVinoFeatureEncoder:
    """The same as :class:`FeatureEncoder`, on the CPU, from a model compiled for one geometry.

    One inference request, so it belongs to one thread.
    """

    def __init__(self, compiled: CompiledModel, geometry: Geometry) -> None:
        self._request, self._geometry = compiled.create_infer_request(), geometry

    def __call__(self, picture: torch.Tensor, stop: Stop | None = None) -> dict[str, Any]:
        """As :meth:`FeatureEncoder.__call__`."""
        features = sam2_openvino.infer(self._request, picture, stop)[0]
        inside = features[:, :, : self._geometry.rows, : self._geometry.columns]
        return {"backbone_fpn": [inside.half().contiguous()], "vision_pos_enc": []}


def make_feature_encoder(
    network: MobileSam,
    geometry: Geometry,
    dtype: torch.dtype,
    backend: Backend = "auto",
    folder: Path | None = None,
) -> FeatureEncoder | OpenVinoFeatureEncoder:
    """The encoder to use; PyTorch's, with one line in the log, where OpenVINO does not work.

    Args:
        dtype: bfloat16 lets OpenVINO compute in it where the CPU can.
        backend: "auto" takes OpenVINO where it is installed and the CPU multiplies in bfloat16.
        folder: where compiled encoders are kept; the user's cache when None.
    """
    on_cpu = next(network.parameters()).device.type == "cpu"
    if backend == "torch" or (backend == "auto" and not (on_cpu and _worth_it(dtype))):
        return FeatureEncoder(network, geometry, dtype)
    if not on_cpu:
        _LOG.warning("OpenVINO runs on the CPU only; the encoder stays in PyTorch.")
        return FeatureEncoder(network, geometry, dtype)
    try:
        half = dtype is torch.bfloat16 and sam2_openvino.has_bfloat16()
        size = picture_size(geometry)
        compiled = sam2_openvino.compile_kept(
            lambda: _convert(network, size), [_identity(network), *size], half, folder
        )
        return OpenVinoFeatureEncoder(compiled, geometry)
    except Exception as error:  # OpenVINO raises its own kinds; PyTorch can do the work in any case
        first = (str(error).splitlines() or [type(error).__name__])[0]
        _LOG.warning("OpenVINO cannot run the encoder (%s); PyTorch does.", first)
        return FeatureEncoder(network, geometry, dtype)


def _worth_it(dtype: torch.dtype) -> bool:
    """Bfloat16 only: in float32 a conversion of half a minute buys little."""
    if dtype is not torch.bfloat16 or not sam2_openvino.is_installed():
        return False
    return sam2_openvino.has_bfloat16()


def _convert(network: MobileSam, size: tuple[int, int]) -> Model:
    import openvino

    shape = [1, 3, *size]
    with torch.no_grad(), warnings.catch_warnings():
        # The tracer warns that sizes become constants; they are meant to.
        warnings.simplefilter("ignore")
        example = torch.zeros(shape)
        return openvino.convert_model(network.image_encoder, example_input=example, input=shape)


def _identity(network: MobileSam) -> str:
    """Names the encoder's weights by sums that no other weights are likely to have."""
    sums = [float(p.double().sum()) for p in network.image_encoder.state_dict().values()]
    return repr(("mobile-sam", len(sums), sum(sums), sum(abs(s) for s in sums)))
