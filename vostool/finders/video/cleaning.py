"""What transformers' SAM 3 leaves to a package that is fetched from a hub while it runs.

Without that package the library silently skips suppression of doubles, filling of holes and removal
of specks. This does the three, on this computer, with the same calls.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from transformers.models.sam3_video import modeling_sam3_video


class LocalSteps:
    """Stands in for the module ``kernels-community/cv-utils``, by the two calls the model makes."""

    @staticmethod
    def generic_nms(
        ious: torch.Tensor,
        scores: torch.Tensor,
        iou_threshold: float,
        use_iou_matrix: bool = True,
    ) -> torch.Tensor:
        """Indices of those that stay, the best first: none of them shares more than the threshold.

        Args:
            ious: (N, N) of each with each; ``use_iou_matrix`` says that, and is always so here.
            scores: (N,).
        """
        assert use_iou_matrix
        table = ious.float().cpu().numpy()
        order = scores.float().argsort(descending=True, stable=True).cpu().numpy()
        kept = []
        while order.size:
            best, order = order[0], order[1:]
            kept.append(int(best))
            order = order[table[best, order] <= iou_threshold]
        return torch.tensor(kept, dtype=torch.long, device=ious.device)

    @staticmethod
    def cc_2d(mask: torch.Tensor, get_counts: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
        """Connected parts of (N, 1, H, W) uint8 masks, corners connect: labels and areas.

        Returns:
            Both (N, 1, H, W) int32 on the mask's device: the number of the part that a pixel is in
            and how many pixels it has, 0 for pixels of no part.
        """
        assert get_counts
        labels = np.zeros(mask.shape, np.int32)
        areas = np.zeros(mask.shape, np.int32)
        for place, pixels in enumerate(mask.to(torch.uint8).cpu().numpy()[:, 0]):
            _, found, facts, _ = cv2.connectedComponentsWithStats(pixels, connectivity=8)
            facts[0, cv2.CC_STAT_AREA] = 0
            labels[place, 0] = found
            areas[place, 0] = facts[:, cv2.CC_STAT_AREA][found]
        return torch.from_numpy(labels).to(mask.device), torch.from_numpy(areas).to(mask.device)


def clean_here() -> None:
    """Make the library use these steps; nothing is fetched any more, whatever is installed."""
    vars(modeling_sam3_video)["cv_utils_kernel"] = LocalSteps()
