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
from vostool.models.shared.feature_disk import (
    DEFAULT_DISK_BYTES,
    DiskFeatures,
    default_folder,
    source_identity,
)
from vostool.models.shared.openvino import encoder_of


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


AnyEncoder = TorchEncoder | sam2_openvino.OpenVinoEncoder


def make_encoder(
    predictor: SAM2VideoPredictor, dtype: torch.dtype, backend: Backend = "auto"
) -> AnyEncoder:
    """The encoder to use; PyTorch's, with one line in the log, where OpenVINO does not work.

    Args:
        dtype, backend: as :func:`encoder_of` has them.
    """
    return encoder_of(
        backend,
        dtype,
        predictor.device,
        in_torch=lambda: TorchEncoder(predictor),
        in_openvino=lambda half: sam2_openvino.make_openvino_encoder(
            predictor, encoder_identity(predictor), bfloat16=half
        ),
        large=int(predictor.image_size) >= 1024,
    )


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
