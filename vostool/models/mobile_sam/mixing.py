"""What is known of an object on a frame before and after the decoder drew it, and both in one mask.

Each of the three that speak has its weakness. Flow keeps every thin part, but it drifts, and it
knows nothing of what comes into sight. The memory does not drift, but it is coarse. The decoder
draws sharp borders, but what it takes for one thing may be less than the object, or more: holes
that it fills, lines that it leaves out. What it got wrong of the mask that was given is known, and
flow carries that along, so that it counts by what changed in its masks since then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.models.flow.picture import Soft

ABLE = 0.9
"""A decoder that draws the given mask with this intersection over union is followed in full."""
_DOUBTED, _LEAST = 2.5, 0.2
"""For each hundredth less its share falls by so many, down to the least."""
_RESOLVED = 30
"""Places of features that an object covers, from which on the memory has a shape of it to say. With
fewer the decoder is followed all the same: its border lies where the memory has none."""
_LIMIT = 30.0
"""Logits are cut off here: beyond it a probability no longer changes, and exponentials overflow."""
_CARRIED, _GENTLE = 0.4, 0.5
"""Flow's share of the final mask where the picture fits along it, and what the decoder's logits
are multiplied by before. A pixel of the decoder's mask stands for four on a side: where it
hesitates, holes and thin parts that flow carried are nearer the truth."""
_UNFIT = 0.02
"""Share of flow's that is left where the picture does not fit at all."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the features and the decoder see the mask that was chosen, each 0..1.

    Attributes:
        agreement: intersection over union with the prior.
        recalled: the same with what the memory says, feature by feature.
        quality: what the decoder expects of it.
    """

    agreement: float
    recalled: float
    quality: float


@dataclass(frozen=True, slots=True)
class Draft:
    """What flow and memory say of one object before the decoder is asked; (h, w) of the picture.

    Attributes:
        soft, match: the proposal's, on the whole picture.
        prior: the mean of the proposal and of what the memory says.
        recalled: (rows, columns), what the memory says, feature by feature.
        searched: flow had lost it.
        missing: (h, w, 3), what each of the decoder's three masks lacked of the last given mask,
            -1..1, carried along by flow; None where nothing is known of it.
    """

    soft: Soft
    match: Soft
    prior: Soft
    recalled: Soft
    searched: bool = False
    missing: NDArray[np.float32] | None = None


def drawn_of(logits: Soft) -> Soft:
    """Logits of the decoder as a soft mask, 0..1."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits * _GENTLE, -_LIMIT, _LIMIT))), np.float32)


def mixed(draft: Draft, logits: Soft, which: int, able: float) -> Soft:
    """The decoder's logits with what flow carried and with what the memory says.

    The less the decoder can, the more the memory counts, unless the object is too small for it;
    flow, which loses a body that turns fast, keeps its share where the picture fits along it.

    Args:
        logits: (h, w) of the picture.
        which: of the decoder's three masks.
        able: how well that one drew the given mask, 0..1.
    """
    drawn = drawn_of(logits)
    if draft.missing is not None:
        drawn = np.clip(drawn + draft.missing[..., which], 0, 1)
    doubt = min(1 - _CARRIED - _LEAST, max(0.0, _DOUBTED * (ABLE - able)))
    places = float((draft.prior > 0.5).mean()) * draft.recalled.size
    doubt *= min(1.0, places / _RESOLVED)
    share = 1 - _CARRIED - doubt
    carried = _CARRIED * np.minimum(1, draft.match + _UNFIT)
    remembered = 2 * draft.prior - draft.soft  # the prior is the mean of both
    total = share + carried + doubt
    soft = (share * drawn + carried * draft.soft + doubt * remembered) / total
    return np.asarray(soft, np.float32)
