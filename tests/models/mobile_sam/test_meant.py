"""A lone click takes the whole unless a part is much likelier; what is chosen is taken as it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.models.engine import SegmentRequest
from vostool.models.mobile_sam.decoder import Decoded
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.mobile_sam.meant import meant, stability
from vostool.project.prompts import Point, Prompts

SIDE = 32


def square(side: int, inside: float = 8.0) -> torch.Tensor:
    logits = torch.full((SIDE, SIDE), -8.0)
    logits[:side, :side] = inside
    return logits


@pytest.mark.parametrize(
    ("quality", "size"),
    [
        ((0.97, 0.86, 0.84), 2),  # a spot, of which the network is surer
        ((0.95, 0.97, 0.90), 1),  # the whole takes in what is beside the object
        ((0.97, 0.70, 0.50), 0),  # nothing else is likely
    ],
)
@pytest.mark.parametrize("places", [(0, 1, 2), (2, 0, 1)])
def test_a_part_has_to_be_much_likelier_than_the_whole(quality, size, places):
    by_size = [square(4), square(12), square(24)]
    decoded = Decoded(
        torch.stack([by_size[place] for place in places]),
        torch.tensor([quality[place] for place in places]),
    )
    assert meant(decoded) == (places.index(size), size)


def test_of_equal_masks_the_steadier_one_is_taken():
    fading = torch.where(square(24) > 0, 8.0, -0.5)
    decoded = Decoded(torch.stack([square(4), square(12), fading]), torch.full((3,), 0.9))
    assert stability(decoded.logits).tolist() == pytest.approx([1, 1, (24 / SIDE) ** 2])
    assert meant(decoded) == (1, 1)
    steady = Decoded(torch.stack([square(4), square(12), square(24)]), decoded.quality)
    assert meant(steady) == (2, 2)


def test_an_empty_mask_is_not_steady():
    assert stability(torch.full((1, SIDE, SIDE), -8.0)).tolist() == [0.0]


def test_clicks_on_the_ladybird_take_the_insect_and_not_a_spot(published):
    clip = generate_clip(2)
    engine = MobileSamEngine(published)
    engine.open(ArraySource(clip.frames))
    truth = clip.ids[0] == 1
    rows, columns = np.nonzero(truth)
    overlaps = []
    for share_x in (0.2, 0.35, 0.5, 0.65):
        for share_y in (0.3, 0.5, 0.7):
            x = int(columns.min() + share_x * np.ptp(columns)) + 0.5
            y = int(rows.min() + share_y * np.ptp(rows)) + 0.5
            reply = engine.segment(SegmentRequest(0, 1, Prompts((Point(x, y),))))
            mask = reply.mask.to_array()
            overlaps.append(np.sum(mask & truth) / np.sum(mask | truth))
    assert min(overlaps) > 0.8, overlaps
