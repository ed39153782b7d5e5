"""Fitting an object's adapter to the frames on which a person said what is right.

After LIT-LoRA (Yang et al., arXiv:2603.26929), which fits the decoder of SAM 2 after every
correction. Losses are SAM's own: focal (Lin et al., arXiv:1708.02002), twenty times, and dice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from sam2.modeling.sam.mask_decoder import MaskDecoder
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

from vostool.models.engine import Cancelled, Keyframe, LearnRequest
from vostool.models.shared.adapter import (
    HYPERNETWORKS,
    TRANSFORMER,
    Adapter,
    adapted,
    copy_of,
    linear_layers,
)
from vostool.models.shared.point_masks import PointMasks

FOCAL, ALPHA, GAMMA = 20.0, 0.25, 2.0
SHARE = 4
"""One of so many pixels is looked at in a step, where the masks alone are drawn anew."""
SEED = 1
"""Of the random half of an adapter, so that the same frames teach the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One frame and what is right on it.

    Attributes:
        masks: the frame's features with a decoder; tensors that gradients may go through.
        sparse: prompts (n, t, C) for it, as the published encoder makes them; those with equally
            many tokens together.
        truth: (4 * rows, 4 * columns) 0..1, float32.
    """

    masks: Callable[[MaskDecoder], PointMasks]
    sparse: tuple[Tensor, ...]
    truth: Tensor


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an adapter is fitted.

    Attributes:
        whole: the transformer is adapted as well, and not only the small networks behind it that
            draw the masks; some twenty times the work.
        rate: AdamW's learning rate.
        decay: its weight decay, which holds the adapter close to nothing.
        guarded: kept only where a frame that was left out gets better.
    """

    rank: int = 4
    steps: int = 30
    rate: float = 0.01
    decay: float = 0.0
    whole: bool = False
    guarded: bool = True


USUAL = Recipe()


MOST_FRAMES = 6
"""Taught frames that an adapter is fitted to, which bounds its time."""


def taught(request: LearnRequest) -> list[Keyframe]:
    """The frames to learn from, spread evenly over those that a person spoke of."""
    keys = sorted(request.keyframes, key=lambda key: key.frame)
    if len(keys) <= MOST_FRAMES:
        return keys
    step = (len(keys) - 1) / (MOST_FRAMES - 1)
    return [keys[round(number * step)] for number in range(MOST_FRAMES)]


def fit_guarded(
    decoder: MaskDecoder,
    examples: Sequence[Example],
    preempted: Cancelled = lambda: False,
    recipe: Recipe = USUAL,
) -> Adapter | None:
    """An adapter that has shown on frames left out that it is one.

    Each of the frames in turn is left out and judged by what the others teach; of a single one
    nothing can be left out, so nothing is learned of it where a guard is asked for.

    Returns:
        None where it was preempted, or the frames left out became no better.
    """
    if recipe.guarded:
        better = _left_out_better(decoder, examples, preempted, recipe)
        if not better:
            return None
    return fit(decoder, examples, preempted, recipe)


def _left_out_better(
    decoder: MaskDecoder, examples: Sequence[Example], preempted: Cancelled, recipe: Recipe
) -> bool:
    if len(examples) < 2:
        return False
    before = after = 0.0
    folds = min(len(examples), 3)
    for fold in range(folds):
        left = examples[fold::folds]
        others = [each for each in examples if all(each is not one for one in left)]
        learned = fit(decoder, others, preempted, recipe)
        if learned is None:
            return False
        before += loss_on(decoder, left)
        after += loss_on(adapted(decoder, learned), left)
    return after < before


def fit(
    decoder: MaskDecoder,
    examples: Sequence[Example],
    preempted: Cancelled = lambda: False,
    recipe: Recipe = USUAL,
) -> Adapter | None:
    """An adapter with which the decoder gives the examples' masks; the decoder stays as it is.

    Returns:
        None where it was preempted, or there is no example.
    """
    if not examples:
        return None
    with _gradients():
        other, added = _adaptable(decoder, recipe)
        parts = _parts(other, examples, preempted, recipe.whole)
        weights = [weight for each in added.values() for weight in each.parameters()]
        optimiser = torch.optim.AdamW(weights, recipe.rate, weight_decay=recipe.decay)
        for _ in range(recipe.steps):
            if parts is None or preempted():
                return None
            optimiser.zero_grad()
            with parametrize.cached():
                for part in parts:
                    # Parts hold the adapted weights in common, which are made once a step.
                    torch.autograd.backward(part() / len(parts), retain_graph=True)
            optimiser.step()
        return Adapter({name: each.halves() for name, each in added.items()})


def loss_on(decoder: MaskDecoder, examples: Sequence[Example]) -> float:
    """The mean loss of the decoder's masks for the examples' prompts."""
    with torch.inference_mode():
        losses = [
            loss_of(each.masks(decoder).all_of_prompts(sparse).flatten(2), each.truth.flatten())
            for each in examples
            for sparse in each.sparse
        ]
    return float(torch.stack(losses).mean())


def loss_of(logits: Tensor, truth: Tensor) -> Tensor:
    """The mean loss of masks (n, m, pixels), which all ought to be ``truth`` (pixels,)."""
    truth = truth.expand_as(logits)
    share = logits.sigmoid()
    entropy = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    wrong = share + truth - 2 * share * truth
    weight = ALPHA * truth + (1 - ALPHA) * (1 - truth)
    focal = (weight * wrong**GAMMA * entropy).mean(-1)
    both = (share * truth).sum(-1)
    dice = 1 - (2 * both + 1) / (share.sum(-1) + truth.sum(-1) + 1)
    return (FOCAL * focal + dice).mean()


class _Added(nn.Module):
    """A layer's weight with what is learned added to it."""

    def __init__(self, weight: Tensor, rank: int, random: torch.Generator) -> None:
        super().__init__()
        rows, columns = weight.shape
        down = torch.randn(rank, columns, generator=random) / columns**0.5
        self.down = nn.Parameter(down.to(weight.device))
        self.up = nn.Parameter(torch.zeros(rows, rank, device=weight.device))

    def forward(self, weight: Tensor) -> Tensor:
        return weight.float() + self.up @ self.down

    def halves(self) -> tuple[Tensor, Tensor]:
        return self.up.detach().cpu().clone(), self.down.detach().cpu().clone()


@contextmanager
def _gradients() -> Iterator[None]:
    with torch.inference_mode(False), torch.enable_grad():
        yield


def _adaptable(decoder: MaskDecoder, recipe: Recipe) -> tuple[MaskDecoder, dict[str, _Added]]:
    """A copy that shares the decoder's weights, and what is to be learned, by layer."""
    random = torch.Generator().manual_seed(SEED)
    other, added = copy_of(decoder), {}
    begins = (HYPERNETWORKS, TRANSFORMER) if recipe.whole else (HYPERNETWORKS,)
    for name, layer in linear_layers(other, lambda name: name.startswith(begins)).items():
        added[name] = _Added(layer.weight, recipe.rank, random)
        parametrize.register_parametrization(layer, "weight", added[name], unsafe=True)
    return other, added


Part = Callable[[], Tensor]
"""The loss of one example's prompts, with the weights as they are now."""


def _parts(
    decoder: MaskDecoder, examples: Sequence[Example], preempted: Cancelled, whole: bool
) -> list[Part] | None:
    parts: list[Part] = []
    for example in examples:
        masks = example.masks(decoder)
        for sparse in example.sparse:
            if preempted():
                return None
            parts.append(_part(masks, sparse, example.truth, whole))
    return parts


def _part(masks: PointMasks, sparse: Tensor, truth: Tensor, whole: bool) -> Part:
    if whole:
        return lambda: loss_of(masks.all_of_prompts(sparse).flatten(2), truth.flatten())
    with torch.no_grad():  # what is not adapted gives the same in every step
        own, fine = masks.drawing(sparse)
        random = torch.Generator().manual_seed(SEED)
        looked = torch.randperm(fine.shape[1], generator=random)[: fine.shape[1] // SHARE]
        looked = looked.to(fine.device)
        places, wanted = fine[:, looked].float().transpose(1, 2), masks.by_place(truth)[looked]
    return lambda: loss_of(masks.weights(own).float() @ places, wanted)
