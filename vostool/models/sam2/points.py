"""Clicks on one frame in batches, with the features that SAM 2's own clicks use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray
from vostool.models.engine import PointDecoder
from vostool.models.sam2.state import Video
from vostool.models.shared.point_decoder import Frame, TorchPointDecoder
from vostool.models.shared.point_masks import PointMasks


def point_decoder(
    video: Video, frame: int, computing: Callable[[], AbstractContextManager[None]]
) -> PointDecoder:
    """As the official ``SAM2ImagePredictor`` prepares a picture; called under ``computing``.

    Raises:
        SourceError: the frame could not be decoded.
    """
    predictor = video.predictor
    _, kept = video.features.get(frame)
    *fine, features = kept["backbone_fpn"]
    embedding = features
    if predictor.directly_add_no_mem_embed:
        embedding = features + predictor.no_mem_embed.reshape(1, -1, 1, 1)
    rows, columns = features.shape[-2:]
    masks = PointMasks(
        predictor.sam_prompt_encoder,
        predictor.sam_mask_decoder,
        embedding,
        (rows, columns),
        tuple(fine) if predictor.use_high_res_features_in_sam else (),
    )
    size = int(predictor.image_size)
    place = Frame(
        video.height,
        video.width,
        (size / video.width, size / video.height),
        (4 * rows, 4 * columns),
        partial(_enlarged, video.height, video.width),
    )
    return TorchPointDecoder(masks, features, place, computing)


def _enlarged(height: int, width: int, logits: NDArray[np.float32]) -> BoolArray:
    """The square's sides are scaled apart, so its whole is the frame."""
    return np.asarray(cv2.resize(logits, (width, height)) > 0, np.bool_)
