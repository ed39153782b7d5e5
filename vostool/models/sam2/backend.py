"""Choosing what runs the image encoder, and where its features are kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor, SAM2VideoPredictorVOS

from vostool.frames import SourceInfo
from vostool.models.sam2 import openvino as sam2_openvino
from vostool.models.sam2.disk import (
    DEFAULT_DISK_BYTES,
    DiskFeatures,
    default_folder,
    source_identity,
)
from vostool.models.sam2.encoder import TorchEncoder, WholeEncoder, encoder_identity

Backend = Literal["auto", "torch", "openvino"]
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """How pictures become features, and where those stay.

    Attributes:
        backend: "torch", "openvino" (an optional extra, on the CPU only), or "auto".
        on_disk: keep features on disk as well as in memory.
        disk_folder: None for the user's cache.
        disk_bytes: bound on that folder, all sources and models together.
        keep_on_disk: leave them there at the end, so that reopening a project needs no encoder.
        fingerprint: of the source, where the project knows it.
    """

    backend: Backend = "auto"
    on_disk: bool = False
    disk_folder: Path | None = None
    disk_bytes: int = DEFAULT_DISK_BYTES
    keep_on_disk: bool = False
    fingerprint: str | None = None


AnyEncoder = TorchEncoder | WholeEncoder | sam2_openvino.OpenVinoEncoder


def make_encoder(
    predictor: SAM2VideoPredictor, dtype: torch.dtype, backend: Backend = "auto"
) -> AnyEncoder:
    """The encoder to use; PyTorch's, with one line in the log, where OpenVINO does not work.

    Args:
        dtype: the engine's; bfloat16 lets OpenVINO compute in it where the CPU can.
        backend: "auto" takes OpenVINO when it is installed, the model is on the CPU, and it is
            the faster one there.
    """
    if isinstance(predictor, SAM2VideoPredictorVOS):
        return WholeEncoder(predictor)
    on_cpu = predictor.device.type == "cpu"
    if backend == "torch" or (backend == "auto" and not (on_cpu and _worth_it(predictor, dtype))):
        return TorchEncoder(predictor)
    if not on_cpu:
        _LOG.warning("OpenVINO runs on the CPU only; the encoder stays in PyTorch.")
        return TorchEncoder(predictor)
    try:
        half = dtype is torch.bfloat16 and sam2_openvino.has_bfloat16()
        return sam2_openvino.make_openvino_encoder(
            predictor, encoder_identity(predictor), bfloat16=half
        )
    except Exception as error:  # OpenVINO raises its own kinds; PyTorch can do the work in any case
        first = (str(error).splitlines() or [type(error).__name__])[0]
        _LOG.warning("OpenVINO cannot run the encoder (%s); PyTorch does.", first)
        return TorchEncoder(predictor)


def make_disk_features(
    options: EncoderOptions,
    predictor: SAM2VideoPredictor,
    dtype: torch.dtype,
    encoder: AnyEncoder,
    info: SourceInfo,
) -> DiskFeatures | None:
    """The disk cache of this source with this encoder, or None where it is not wanted."""
    if not options.on_disk:
        return None
    identity = (
        source_identity(info, options.fingerprint),
        encoder_identity(predictor),
        str(predictor.image_size),
        str(dtype),
        # Other releases and devices round differently; a project reopened stays equal to itself.
        f"{encoder.backend} {predictor.device.type} torch {torch.__version__}",
    )
    return DiskFeatures(
        options.disk_folder or default_folder(),
        options.disk_bytes,
        identity=identity,
        keep=options.keep_on_disk,
    )


def _worth_it(predictor: SAM2VideoPredictor, dtype: torch.dtype) -> bool:
    """Whether "auto" takes OpenVINO: full size, in bfloat16, on a CPU that has it.

    There it was measured at 2.5 to 2.8 times PyTorch's float32. In float32 the gain is small and
    did not show above the noise on two cores, while the first conversion takes half a minute, so
    float32 has to be asked for.
    """
    if dtype is not torch.bfloat16 or int(predictor.image_size) < 1024:
        return False
    return sam2_openvino.is_installed() and sam2_openvino.has_bfloat16()
