"""Prompts on one frame, answered by MobileSAM's decoder.

Clicks on a mask that stands are another matter (:mod:`vostool.models.mobile_sam.correcting`).
Each click changes what those before it gave (:mod:`vostool.models.mobile_sam.refining`), so of what
was answered last each step is kept, and a further click costs what the first one did.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import torch

from vostool.masks.mask import Mask
from vostool.models.engine import SegmentReply
from vostool.models.mobile_sam.boxed import boxed, keeping
from vostool.models.mobile_sam.correcting import Corrector
from vostool.models.mobile_sam.decoder import PromptDecoder
from vostool.models.mobile_sam.looks import Looks
from vostool.models.mobile_sam.meant import first_answer
from vostool.models.mobile_sam.refining import Standing, refined
from vostool.models.mobile_sam.strokes import stroke_fit
from vostool.models.shared.prompt_steps import prompt_steps
from vostool.project.prompts import Point, Prompts

_KEPT = 8
"""Answers of a frame that are kept: a mask of 4K takes 8 MB."""


class LatestAnswers:
    """Keeps the last answers for one object on one frame: the next click goes on from one."""

    def __init__(self) -> None:
        self._of: Hashable = None
        self._kept: OrderedDict[Hashable, Standing] = OrderedDict()

    def begin(self, of: Hashable) -> None:
        """Forget what was of another frame, of other looks or of another decoder."""
        if of != self._of:
            self._of = of
            self._kept.clear()

    def get(self, asked: Hashable) -> Standing | None:
        """What answered this."""
        standing = self._kept.get(asked)
        if standing is not None:
            self._kept.move_to_end(asked)
        return standing

    def keep(self, asked: Hashable, standing: Standing) -> None:
        """Keep an answer; the one that was not asked for longest goes."""
        self._kept[asked] = standing
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


def answer(
    decoder: PromptDecoder,
    features: torch.Tensor,
    prompts: Prompts,
    looks: Looks | None = None,
    kept: LatestAnswers | None = None,
) -> SegmentReply:
    """The mask of prompts that are more than a mask; scored by the network's own estimate.

    Args:
        features: (1, 256, rows, columns) of the frame.
        looks: of the object on other frames, where it is known from any.
        kept: earlier answers from the same features, looks and decoder.
    """
    asked = _Asked(decoder, features, looks, LatestAnswers() if kept is None else kept)
    prompts = replace(prompts, recall=None)
    begun_anew = prompts.start_mask is None or prompts.start_mask.is_empty
    if prompts.together < 2 or prompts.box is not None or not begun_anew:
        return _reply(asked.standing(prompts))
    # What the first point means may be refined by the others, or all be asked in one call: neither
    # is always better (IoU of 21 first scribbles 0.79 and 0.76, of 26 others 0.92 and 0.95).
    count = prompts.together
    stroke = replace(prompts, points=prompts.points[:count])
    one_by_one = asked.standing(replace(stroke, together=0), count)
    if stroke_fit(one_by_one, stroke.points) >= stroke_fit(asked.standing(stroke), stroke.points):
        return _reply(asked.standing(replace(prompts, together=0), count))
    return _reply(asked.standing(prompts))


def _reply(standing: Standing) -> SegmentReply:
    mask = Mask.from_array(standing.mask)
    return SegmentReply(mask, standing.estimate, standing.choice)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Prompts on one frame: each is answered from what answers them without the last click."""

    decoder: PromptDecoder
    features: torch.Tensor
    looks: Looks | None
    kept: LatestAnswers

    def standing(self, prompts: Prompts, stroke: int = 0) -> Standing:
        """What the prompts come to.

        Args:
            stroke: so many of the first points are of one stroke, told one by one: none of them
                has to lie in the middle of anything.
        """
        found = self.kept.get((prompts, stroke))
        if found is None:
            found = self._made(prompts, stroke)
            self.kept.keep((prompts, stroke), found)
        return found

    def _made(self, prompts: Prompts, stroke: int) -> Standing:
        *_, last = steps = prompt_steps(prompts)
        start = prompts.start_mask
        calls = len(steps) - (start is not None)
        if calls > 1:
            before = self.standing(replace(prompts, points=prompts.points[:-1]), stroke)
            if before.corrects and (before.mask.any() or not prompts.points[-1].positive):
                return self._corrected(before, prompts.points[-1:], 0)
            if before.corrects:  # it was not there, and is here
                return self._begun(prompts, Prompts(prompts.points[-1:]))
            aimed = len(last.points) > stroke
            return refined(self.decoder, self.features, last, before, aimed=aimed)
        if start is not None:
            corrects = prompts.box is None and not start.is_empty
            drawn = Standing.given(self.decoder, start.to_array(), corrects=corrects)
            if corrects:
                return self._corrected(drawn, prompts.points, prompts.together)
            return refined(self.decoder, self.features, last, drawn, aimed=False)
        return self._begun(prompts, last)

    def _corrected(self, before: Standing, points: Sequence[Point], together: int) -> Standing:
        corrector = Corrector(self.decoder, self.features)
        mask, quality = corrector.corrected(before.mask, points, together, before.quality)
        return replace(before, mask=mask, quality=quality)

    def _begun(self, prompts: Prompts, step: Prompts) -> Standing:
        """What the first call gives, where no mask stands."""
        decoder, features = self.decoder, self.features
        if step.box is None:
            return Standing.drawn(decoder, *first_answer(decoder, features, step, self.looks))
        logits, quality = boxed(decoder, features, step.points, step.box, self.looks)
        filled = Standing.drawn(decoder, logits, quality, None)
        if prompts.base is None:
            return filled
        kept = keeping(decoder, features, filled.mask, prompts.base, step.box)
        return filled if kept is None else replace(filled, mask=kept, corrects=True)
