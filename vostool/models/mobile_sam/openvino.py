"""MobileSAM's image encoder through OpenVINO, an optional extra."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from vostool.models.engine_options import Backend
from vostool.models.mobile_sam.encoder import FeatureEncoder, Geometry, picture_size
from vostool.models.mobile_sam.network import MobileSam
from vostool.models.shared.encoder import Stop
from vostool.models.shared.openvino import compile_kept, encoder_of, infer

if TYPE_CHECKING:
    from openvino import CompiledModel, Model


class OpenVinoFeatureEncoder:
    """The same as :class:`FeatureEncoder`, on the CPU, from a model compiled for one geometry.

    One inference request, so it belongs to one thread.
    """

    def __init__(self, compiled: CompiledModel, geometry: Geometry) -> None:
        self._request, self._geometry = compiled.create_infer_request(), geometry

    def __call__(self, picture: torch.Tensor, stop: Stop | None = None) -> dict[str, Any]:
        """As :meth:`FeatureEncoder.__call__`."""
        features = infer(self._request, picture, stop)[0]
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
        backend, dtype: as :func:`encoder_of` has them.
        folder: where compiled encoders are kept; the user's cache when None.
    """
    size = picture_size(geometry)

    def in_openvino(half: bool) -> OpenVinoFeatureEncoder:
        facts = [_identity(network), *size]
        compiled = compile_kept(lambda: _convert(network, size), facts, half, folder)
        return OpenVinoFeatureEncoder(compiled, geometry)

    return encoder_of(
        backend,
        dtype,
        next(network.parameters()).device,
        in_torch=lambda: FeatureEncoder(network, geometry, dtype),
        in_openvino=in_openvino,
    )


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
