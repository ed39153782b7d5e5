"""Choosing what runs the image encoder, and where its features are kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor

from vostool.frames import SourceInfo
from vostool.models.engine_options import Backend
from vostool.models.sam2 import openvino as sam2_openvino
from vostool.models.sam2.encoder import TorchEncoder, encoder_identity
from vostool.models.shared.conversion import Conversion
from vostool.models.shared.device import cpu_multiplies_bfloat16
from vostool.models.shared.feature_disk import (
    DEFAULT_DISK_BYTES,
    DiskFeatures,
    default_folder,
    source_identity,
)
from vostool.models.shared.openvino import encoder_of, is_installed


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """How pictures become features, and where those stay.

    Attributes:
        backend: "torch", "openvino" (on the CPU only), or "auto".
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


AnyEncoder = TorchEncoder | sam2_openvino.OpenVinoEncoder


def make_encoder(
    predictor: SAM2VideoPredictor,
    dtype: torch.dtype,
    backend: Backend = "auto",
    folder: Path | None = None,
) -> AnyEncoder:
    """The encoder to use; PyTorch's, with one line in the log, where OpenVINO does not work.

    "auto" takes OpenVINO for a network of 1024 pixels on a CPU: in bfloat16 it was measured at 2.5
    to 2.8 times PyTorch's float32, in float32 at 1.3 to 1.5 times. Where none is kept it is
    converted beside the work for the next start, and PyTorch's serves: features of one video are
    of one encoder, on disk as well.

    Args:
        dtype: bfloat16 lets OpenVINO compute in it where the CPU can.
        folder: where compiled encoders are kept; the user's cache when None.
    """
    half = dtype is torch.bfloat16 and cpu_multiplies_bfloat16()
    if backend != "auto":
        return encoder_of(
            backend,
            predictor.device,
            in_torch=lambda: TorchEncoder(predictor),
            in_openvino=lambda: sam2_openvino.make_openvino_encoder(
                predictor, encoder_identity(predictor), bfloat16=half, folder=folder
            ),
        )
    large = predictor.device.type == "cpu" and int(predictor.image_size) >= 1024
    if large and (half or dtype is torch.float32) and is_installed():
        return _kept_or_next_time(predictor, half, folder)
    return TorchEncoder(predictor)


def _kept_or_next_time(
    predictor: SAM2VideoPredictor, half: bool, folder: Path | None
) -> AnyEncoder:
    recipe = sam2_openvino.recipe(
        predictor, encoder_identity(predictor), bfloat16=half, folder=folder
    )
    try:
        kept = recipe.kept()
    except Exception:  # OpenVINO raises its own kinds; what does not load here converts nothing
        return TorchEncoder(predictor)
    if kept is not None:
        return sam2_openvino.OpenVinoEncoder(kept, predictor)
    Conversion(recipe).poll()
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
