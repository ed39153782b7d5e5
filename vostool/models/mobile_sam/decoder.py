"""Prompts and features to masks, through SAM's prompt encoder and mask decoder."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from sam2.modeling.sam.mask_decoder import MaskDecoder
from torch.nn.functional import interpolate

from vostool.masks.box import Box
from vostool.masks.mask import BoolArray
from vostool.models.engine import PointDecoder
from vostool.models.mobile_sam.encoder import Geometry, Square
from vostool.models.mobile_sam.network import GRID, SIDE, MobileSam
from vostool.models.shared.adapter import Adapter, adapted
from vostool.models.shared.adapter_fit import Example
from vostool.models.shared.point_decoder import CPU_BATCH, Frame, TorchPointDecoder
from vostool.models.shared.point_masks import PointMasks
from vostool.models.shared.torch_errors import HalfOverflowError
from vostool.project.prompts import Point

LOW = 4 * GRID
"""Side of the decoder's masks, which stand for the whole square."""
SURE = 3.0
"""Logit that stands for a pixel of a given mask; beyond it the decoder's own seldom go."""

SINGLE, WHOLE = 0, 3
"""Places of two of the four masks of :meth:`PromptDecoder.decode_every`."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Masks for one prompt.

    Attributes:
        logits: (n, 256, 256) float32, over the square; or only the rows and columns of it from the
            top left that show the frame.
        quality: (n,) the intersection over union with the truth that the network expects.
    """

    logits: torch.Tensor
    quality: torch.Tensor


class PromptDecoder:
    """The network's second half for frames of one size; makes its own inference mode.

    Attributes:
        geometry: of the frames.
    """

    def __init__(
        self, network: MobileSam, geometry: Geometry, dtype: torch.dtype = torch.float32
    ) -> None:
        """Take the network.

        Args:
            dtype: bfloat16 and float16 run the mask decoder under autocast, float32 without.
        """
        self._network, self.geometry, self._dtype = network, geometry, dtype
        self._masks_of = network.mask_decoder
        self._square = Square(network)
        self._device = next(network.parameters()).device
        self._positions = network.prompt_encoder.get_dense_pe()

    def adapted(self, adapter: Adapter) -> PromptDecoder:
        """The same for one object, decoded with what was learned of it.

        Raises:
            ValueError: the adapter is of another decoder.
        """
        other = copy.copy(self)
        other._masks_of = adapted(self._network.mask_decoder, adapter)
        return other

    def example(
        self, features: torch.Tensor, soft: NDArray[np.float32], points: Sequence[Point], box: Box
    ) -> Example:
        """A frame to learn from: the tracker's prompts, a lone click, the box alone.

        Args:
            features: (1, 256, rows, columns) of the frame.
            soft: (h, w) of the whole frame, 0..1, the mask that is right.
        """
        g = self.geometry
        with torch.inference_mode(False), torch.no_grad():
            square = self._square(features.to(self._device, torch.float32)).clone()
            encode = self._network.prompt_encoder
            click, _ = encode(points=self._points(points[:1]), boxes=None, masks=None)
            alone, _ = encode(points=None, boxes=self._box(box), masks=None)
            sparse = (self._sparse([(points, box)]), torch.cat([click, alone]))
            rows, columns = 4 * g.rows, 4 * g.columns
            truth = self.from_picture(soft)[:rows, :columns].clone() / (2 * SURE) + 0.5

        def masks(decoder: MaskDecoder) -> PointMasks:
            return PointMasks(
                encode, decoder, square, (g.rows, g.columns), positions=self._positions
            )

        return Example(masks, sparse, truth)

    @torch.inference_mode()
    def decode(
        self,
        features: torch.Tensor,
        points: Sequence[Point],
        box: Box | None,
        before: torch.Tensor | None,
        several: bool,
    ) -> Decoded:
        """Masks of one object.

        Args:
            features: (1, 256, rows, columns) of the frame.
            points, box: in pixels of the frame.
            before: (256, 256) logits of an earlier answer or of a given mask, or None.
            several: three masks of different extent in place of one.
        """
        every = self.decode_every(features, points, box, before)
        part = slice(1, None) if several else slice(0, 1)
        return Decoded(every.logits[part], every.quality[part])

    @torch.inference_mode()
    def decode_every(
        self,
        features: torch.Tensor,
        points: Sequence[Point],
        box: Box | None,
        before: torch.Tensor | None,
    ) -> Decoded:
        """All four masks of one object: first the single one, then those of different extent.

        Args:
            features, points, box, before: as for :meth:`decode`.
        """
        prompts = self._network.prompt_encoder
        sparse, dense = prompts(
            points=self._points(points), boxes=self._box(box), masks=_batch(before)
        )
        half = self._dtype is not torch.float32
        with torch.autocast(self._device.type, self._dtype, enabled=half):
            square = self._square(features.to(self._device, torch.float32))
            # The whole square: the answer may be told with the next click.
            masks = PointMasks(
                prompts,
                self._masks_of,
                square,
                (GRID, GRID),
                positions=self._positions,
                before=None if before is None else dense,
            )
            logits, quality = masks.every_of_prompts(sparse)
        self._check(quality)
        return Decoded(logits[0].float(), quality[0].float())

    @torch.inference_mode()
    def decode_all(
        self,
        features: torch.Tensor,
        prompts: Sequence[tuple[Sequence[Point], Box]],
        before: Sequence[torch.Tensor] | None = None,
    ) -> list[Decoded]:
        """Three masks for each of several objects, with less work than one after the other.

        Args:
            features: (1, 256, rows, columns) of the frame.
            prompts: points (at least one) and box of each, in pixels of the frame.
            before: (256, 256) logits of each, as :meth:`from_picture` makes them, to prompt with
                besides; None for none.
        """
        half = self._dtype is not torch.float32
        decoded: dict[int, Decoded] = {}
        with torch.autocast(self._device.type, self._dtype, enabled=half):
            square = self._square(features.to(self._device, torch.float32))
            masks = self._masks(square) if before is None else None
            # Prompts of one batch have the same number of points: a padding would be a token more.
            for count in {len(points) for points, _ in prompts}:
                alike = [i for i, (points, _) in enumerate(prompts) if len(points) == count]
                for start in range(0, len(alike), CPU_BATCH):
                    batch = alike[start : start + CPU_BATCH]
                    asked = masks
                    if asked is None:
                        assert before is not None
                        asked = self._masks(square, self._dense([before[i] for i in batch]))
                    answers = asked.of_prompts(self._sparse([prompts[i] for i in batch]))
                    self._check(answers[1])
                    for index, logits, quality in zip(batch, *answers, strict=True):
                        decoded[index] = Decoded(logits.float(), quality.float())
        return [decoded[index] for index in range(len(prompts))]

    def _check(self, quality: torch.Tensor) -> None:
        """Raise HalfOverflowError where float16 gave no numbers."""
        if self._dtype is torch.float16 and not quality.isfinite().all():
            raise HalfOverflowError

    def _sparse(self, prompts: Sequence[tuple[Sequence[Point], Box]]) -> torch.Tensor:
        """(n, points + 2, 256) tokens of prompts that have the same number of points."""
        pairs = [(self._points(points), self._box(box)) for points, box in prompts]
        places = torch.cat([points[0] for points, _ in pairs if points is not None])
        signs = torch.cat([points[1] for points, _ in pairs if points is not None])
        boxes = torch.cat([box for _, box in pairs if box is not None])
        sparse: torch.Tensor
        sparse, _ = self._network.prompt_encoder(points=(places, signs), boxes=boxes, masks=None)
        return sparse

    def _dense(self, logits: Sequence[torch.Tensor]) -> torch.Tensor:
        """(n, 256, 64, 64): what the network makes of masks."""
        dense: torch.Tensor
        _, dense = self._network.prompt_encoder(
            points=None, boxes=None, masks=torch.stack(list(logits))[:, None]
        )
        return dense

    def _masks(self, square: torch.Tensor, before: torch.Tensor | None = None) -> PointMasks:
        network, g = self._network, self.geometry
        return PointMasks(
            network.prompt_encoder,
            self._masks_of,
            square,
            (g.rows, g.columns),
            positions=self._positions,
            before=before,
        )

    def for_points(
        self, features: torch.Tensor, computing: Callable[[], AbstractContextManager[None]]
    ) -> PointDecoder:
        """Clicks in batches over the features (1, 256, rows, columns) of one frame.

        Args:
            computing: the modes to decode under.
        """
        g = self.geometry
        features = features.to(self._device, torch.float32)
        scale = g.scaled_width / g.width, g.scaled_height / g.height
        coarse = math.ceil(g.scaled_height * LOW / SIDE), math.ceil(g.scaled_width * LOW / SIDE)
        frame = Frame(g.height, g.width, scale, coarse, self._enlarged)
        return TorchPointDecoder(self._masks(self._square(features)), features, frame, computing)

    def _enlarged(self, logits: NDArray[np.float32]) -> BoolArray:
        """As :meth:`full_size`, from the part of the logits that shows the frame."""
        g, (rows, columns) = self.geometry, logits.shape
        times = SIDE // LOW
        square = cv2.resize(logits, (columns * times, rows * times))
        inside = square[: g.scaled_height, : g.scaled_width]
        return np.asarray(cv2.resize(inside, (g.width, g.height)) > 0, np.bool_)

    def full_size(self, logits: torch.Tensor) -> BoolArray:
        """The mask of (256, 256) logits at the frame's size, scaled as SAM's predictor does."""
        g = self.geometry
        square = interpolate(logits[None, None], (SIDE, SIDE), mode="bilinear", align_corners=False)
        inside = square[:, :, : g.scaled_height, : g.scaled_width]
        whole = interpolate(inside, (g.height, g.width), mode="bilinear", align_corners=False)
        return np.asarray((whole[0, 0] > 0).cpu().numpy(), np.bool_)

    def to_picture(self, logits: torch.Tensor, size: tuple[int, int]) -> NDArray[np.float32]:
        """A mask of :class:`Decoded` as logits of a (height, width) that shows the whole frame."""
        rows, columns = self.low_size
        inside = logits[:rows, :columns].cpu().numpy()
        return np.asarray(cv2.resize(inside, size[::-1], interpolation=cv2.INTER_LINEAR))

    def from_picture(self, soft: NDArray[np.float32]) -> torch.Tensor:
        """A soft mask (h, w) of the whole frame, 0..1, as (256, 256) logits to prompt with."""
        rows, columns = self.low_size
        low = cv2.resize(soft, (columns, rows), interpolation=cv2.INTER_AREA)
        logits = torch.full((LOW, LOW), -SURE, device=self._device)
        given = torch.from_numpy(np.asarray(low, np.float32)).to(self._device)
        logits[:rows, :columns] = (given * 2 - 1) * SURE
        return logits

    @property
    def low_size(self) -> tuple[int, int]:
        """Rows and columns of the decoder's masks that show the frame."""
        g = self.geometry
        rows, columns = (max(1, round(n * LOW / SIDE)) for n in (g.scaled_height, g.scaled_width))
        return rows, columns

    def _points(self, points: Sequence[Point]) -> tuple[torch.Tensor, torch.Tensor] | None:
        if not points:
            return None
        places = torch.tensor([[(p.x, p.y) for p in points]], dtype=torch.float32)
        signs = torch.tensor([[int(p.positive) for p in points]], dtype=torch.int32)
        return (places * self._scale).to(self._device), signs.to(self._device)

    def _box(self, box: Box | None) -> torch.Tensor | None:
        if box is None:
            return None
        corners = torch.tensor([[(box.x0, box.y0), (box.x1, box.y1)]], dtype=torch.float32)
        return (corners * self._scale).to(self._device)

    @property
    def _scale(self) -> torch.Tensor:
        """From the frame's pixels to the square's, by (x, y)."""
        g = self.geometry
        return torch.tensor((g.scaled_width / g.width, g.scaled_height / g.height))


def _batch(logits: torch.Tensor | None) -> torch.Tensor | None:
    return None if logits is None else logits[None, None]
