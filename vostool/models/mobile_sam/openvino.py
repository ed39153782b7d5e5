"""What runs MobileSAM's image encoder: PyTorch, or OpenVINO on a CPU, in 8 bits if that may be."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from vostool.models.engine_options import Backend
from vostool.models.mobile_sam import eight_bits
from vostool.models.mobile_sam.encoder import FeatureEncoder, Geometry, picture_size
from vostool.models.mobile_sam.network import MobileSam
from vostool.models.shared.conversion import Conversion, Recipe
from vostool.models.shared.device import (
    cpu_has_amx,
    cpu_multiplies_bfloat16,
    cpu_multiplies_int8,
)
from vostool.models.shared.encoder import Encoder, Stop
from vostool.models.shared.late_encoder import LateEncoder
from vostool.models.shared.openvino import encoder_of, infer, is_installed

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


@dataclass(frozen=True, slots=True)
class Choice:
    """How the encoder of a network is to run.

    Attributes:
        dtype: the engine's; bfloat16 lets OpenVINO compute in it where the CPU can.
        backend: "torch"; "openvino", which is waited for; or "auto": OpenVINO on a CPU where it is
            installed, converted beside the work where none is kept, with PyTorch until then.
        eight_bits: quantise what OpenVINO runs, see :func:`may_quantise`.
        folder: where compiled encoders are kept; the user's cache when None.
    """

    dtype: torch.dtype
    backend: Backend = "auto"
    eight_bits: bool = False
    folder: Path | None = None


def may_quantise(network: MobileSam, quality: str, dtype: torch.dtype) -> bool:
    """Whether the encoder may run in 8 bits: where exactness was not asked for, the CPU multiplies
    in them and the weights are those that the ranges are of.

    Not where AMX multiplies bfloat16: that is nearer to the truth, and faster there.
    """
    if quality == "exact" or next(network.parameters()).device.type != "cpu":
        return False
    if dtype is torch.bfloat16 and cpu_has_amx():
        return False
    encoder = network.image_encoder
    return cpu_multiplies_int8() and eight_bits.fits(encoder, eight_bits.published_ranges())


def make_feature_encoder(
    network: MobileSam, geometry: Geometry, choice: Choice, *, alone: bool = False
) -> Encoder:
    """The encoder to use; PyTorch's, with one line in the log, where OpenVINO does not work.

    Args:
        alone: it is for a picture or two, which are not worth a conversion.
    """
    in_torch = partial(FeatureEncoder, network, geometry, choice.dtype)
    if choice.backend != "auto":
        return encoder_of(
            choice.backend,
            next(network.parameters()).device,
            in_torch=in_torch,
            in_openvino=lambda: _made_now(network, geometry, choice),
        )
    if next(network.parameters()).device.type != "cpu" or not is_installed():
        return in_torch()
    return _beside(network, geometry, choice, in_torch(), alone)


def _beside(
    network: MobileSam, geometry: Geometry, choice: Choice, first: FeatureEncoder, alone: bool
) -> Encoder:
    recipe = _recipe(network, geometry, choice)

    def load() -> OpenVinoFeatureEncoder | None:
        kept = recipe.kept()
        return None if kept is None else OpenVinoFeatureEncoder(kept, geometry)

    try:
        loaded = load()
    except Exception:  # OpenVINO raises its own kinds; what does not load here converts nothing
        return first
    if loaded is not None:
        return loaded
    return first if alone else LateEncoder(first, Conversion(recipe), load)


def _made_now(network: MobileSam, geometry: Geometry, choice: Choice) -> OpenVinoFeatureEncoder:
    return OpenVinoFeatureEncoder(_recipe(network, geometry, choice).compiled(), geometry)


def _recipe(network: MobileSam, geometry: Geometry, choice: Choice) -> Recipe:
    size = picture_size(geometry)
    facts: list[object] = [_identity(network), *size]
    # What is not quantised computes in float32 then: the same masks on every CPU, and no slower.
    if choice.eight_bits:
        facts.append(f"int8 {zlib.crc32(eight_bits.TABLE.read_bytes())}")
    bfloat16 = choice.dtype is torch.bfloat16 and cpu_multiplies_bfloat16()
    half = bfloat16 and not choice.eight_bits
    alter = quantise if choice.eight_bits else None
    return Recipe(network.image_encoder, (1, 3, *size), facts, half, choice.folder, alter)


def quantise(model: Model) -> None:
    """Put the published ranges into a converted encoder."""
    eight_bits.quantise(model, eight_bits.published_ranges())


def _identity(network: MobileSam) -> str:
    """Names the encoder's weights by sums that no other weights are likely to have."""
    sums = [float(p.double().sum()) for p in network.image_encoder.state_dict().values()]
    return repr(("mobile-sam", len(sums), sum(sums), sum(abs(s) for s in sums)))
