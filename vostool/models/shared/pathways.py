"""Which of the candidates of several pathways go on: SAM2Long's constrained tree search.

Every pathway proposes the decoder's masks. A candidate's score is its pathway's plus the logarithm
of the quality that the decoder expects. The best ones go on; where the network is unsure whether
the object is on the frame, candidates that say the same are taken once, so that the pathways stay
apart. As in the published ``_run_single_frame_inference``, details and rounding included.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

PATHWAYS = 3
UNSURE = 2.0
"""The network is unsure where all logits of presence are at most this far from 0."""
_FLOOR = 1e-5


@dataclass(frozen=True, slots=True)
class Candidate:
    """One mask of one pathway.

    Attributes:
        path: the pathway that proposes it, from 0.
        place: which of the decoder's masks it is.
        score: of all the way to here.
        shown: its quality, negative where the object is not on the frame.
    """

    path: int
    place: int
    score: float
    shown: float


def candidates(
    scores: Sequence[float], qualities: Sequence[Sequence[float]], presences: Sequence[float]
) -> list[Candidate]:
    """All of them, by pathway; each argument has one entry a pathway."""
    found = []
    for path, score in enumerate(scores):
        for place, quality in enumerate(qualities[path]):
            shown = quality if presences[path] > 0 else -quality
            # Expected qualities are sigmoids in SAM 2.1, and in others may fall below 0.
            score_here = score + math.log(max(quality, 0.0) + _FLOOR)
            found.append(Candidate(path, place, score_here, shown))
    return found


def going_on(found: Sequence[Candidate], presences: Sequence[float]) -> list[Candidate]:
    """As many candidates as there are pathways, the first of them the best."""
    count = len(presences)
    ranked = sorted(found, key=lambda each: each.score, reverse=True)
    if max(abs(presence) for presence in presences) > UNSURE:
        return ranked[:count]
    taken: list[Candidate] = []
    for each in ranked:
        if round(each.shown, 2) not in {round(other.shown, 2) for other in taken}:
            taken.append(each)
        if len(taken) == count:
            return taken
    # Most masks are alike: the best of each pathway that has none yet.
    paths = {each.path for each in taken}
    for path in range(count):
        if path not in paths and len(taken) < count:
            taken.append(next(each for each in ranked if each.path == path))
    return taken
