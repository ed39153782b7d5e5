"""MobileSAM's mask decoder, trained on a person's own labels.

The image encoder stays as it is, so every frame is encoded once. Losses are those of the sam2
package: focal and dice on the mask that fits best, and the expected quality of every mask. So that
nothing else is unlearned, a click anywhere beside the object has to be answered as before (learning
without forgetting, Li & Hoiem, arXiv:1606.09282).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate

from vostool.errors import LabelsError, ModelError
from vostool.models.engine import Engine
from vostool.models.mobile_sam.encoder import Square
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.mobile_sam.network import MobileSam, build_mobile_sam, own_name
from vostool.models.mobile_sam.published import MOBILE_SAM
from vostool.models.mobile_sam.training.clicks import Told, corrected, first_prompt
from vostool.models.mobile_sam.training.lessons import FINE, Lesson, encode_lessons
from vostool.models.shared.device import choose_device, choose_light_dtype
from vostool.models.shared.official_training import official_training
from vostool.models.shared.torch_errors import clear_errors
from vostool.models.trainer import Losses, TaughtVideo, TrainOptions
from vostool.models.weights.checkpoint import Weights, read_training_state, read_weights
from vostool.progress import Progress
from vostool.words import tr

BATCH = 4
"""Objects in one step."""
CORRECTIONS = 2
"""At most so many clicks follow the first prompt; how many is drawn by lot."""
RATE = 3e-5
_DECAY, _CLIPPED = 0.01, 0.1
_WEIGHTS = {"loss_mask": 20.0, "loss_dice": 1.0, "loss_iou": 1.0}
"""As SAM and SAM 2 weigh them."""
KEPT = 20.0
"""Weight of what must not change: answers to clicks beside the objects that are taught."""
_OUTSIDE = -20.0
"""Logit of what lies beside the frame in the square; nothing is learnt there."""
_DECODER = "mask_decoder."


class MobileSamTrainer:
    """Implements :class:`vostool.models.trainer.Trainer`."""

    name = MOBILE_SAM.name
    tracks = False

    def __init__(
        self,
        network: MobileSam,
        original: Weights,
        options: TrainOptions,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Take a network.

        Args:
            network: built, ready and in its place; its decoder is changed.
            original: what it was made of, under the makers' names.
            dtype: that the encoder computes in.
        """
        self._network, self._original, self._options = network, original, options
        self._dtype = dtype
        self._device = next(network.parameters()).device
        self._decoder = network.mask_decoder.requires_grad_(True)
        self._before = copy.deepcopy(network.mask_decoder).requires_grad_(False)
        self._optimiser = torch.optim.AdamW(
            self._decoder.parameters(), options.rate or RATE, weight_decay=_DECAY
        )
        losses = official_training("loss_fns")
        self._core: str = losses.CORE_LOSS_KEY
        self._loss = losses.MultiStepMultiMasksAndIous(
            dict(_WEIGHTS), supervise_all_iou=True, iou_use_l1_loss=False
        )
        with torch.no_grad():
            self._square = Square(network)
            self._positions = network.prompt_encoder.get_dense_pe()
        self._lessons: list[Lesson] = []
        self._step = 0
        self._best: dict[str, torch.Tensor] | None = None

    @classmethod
    def from_checkpoint(
        cls, device: str | None, checkpoint: Path, options: TrainOptions
    ) -> MobileSamTrainer:
        """Begin with the weights of a file.

        Raises:
            ModelError: it is missing, damaged or of another model, or the device is absent.
        """
        place = choose_device(device)
        with clear_errors(MOBILE_SAM.title):
            network = build_mobile_sam(checkpoint, place)
        return cls(network, read_weights(checkpoint), options, choose_light_dtype(place))

    @property
    def parts(self) -> str:
        return tr("the mask decoder")

    @property
    def steps_per_epoch(self) -> int:
        return max(1, -(-len(self._lessons) // BATCH))

    def prepare(self, videos: Sequence[TaughtVideo], progress: Progress) -> None:
        with clear_errors(MOBILE_SAM.title):
            self._lessons = encode_lessons(videos, self._network, self._dtype, "auto", progress)
        if not self._lessons:
            raise LabelsError(
                tr("No mask to learn from shows its object; MobileSAM learns from those only.")
            )

    def step(self) -> Losses:
        with clear_errors(MOBILE_SAM.title), torch.random.fork_rng(devices=[]):
            # By the step's number alone, so that a run which goes on draws the same.
            torch.manual_seed(hash((self._options.seed, self._step)) & 0x7FFFFFFF)
            losses = self._losses(self._batch())
            if not losses[self._core].isfinite():
                raise ModelError(
                    tr("The training gave no number any more; try again with a lower rate.")
                )
            self._optimiser.zero_grad()
            total = losses[self._core] + KEPT * losses["kept"]
            total.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self._decoder.parameters(), _CLIPPED)
            self._optimiser.step()
        self._step += 1
        names = {"focal": "loss_mask", "dice": "loss_dice", "quality": "loss_iou", "kept": "kept"}
        told = {name: losses[key].item() for name, key in names.items()}
        return {"total": total.item(), **told}

    def remember(self) -> None:
        self._best = copy.deepcopy(self._decoder.state_dict())

    def engine(self) -> Engine:
        return MobileSamEngine(self._network, self._dtype, backend="auto")

    def write_state(self, path: Path) -> None:
        state = {
            "decoder": self._decoder.state_dict(),
            "best": self._best,
            "optimiser": self._optimiser.state_dict(),
            "step": self._step,
        }
        torch.save(state, path)

    def read_state(self, path: Path) -> None:
        state = read_training_state(path, ("decoder", "best", "optimiser", "step"))
        self._decoder.load_state_dict(state["decoder"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._best, self._step = state["best"], int(state["step"])

    def write_best(self, path: Path) -> None:
        best = self._best or self._decoder.state_dict()
        weights = {
            name: best[own_name(name).removeprefix(_DECODER)].cpu()
            if name.startswith(_DECODER)
            else tensor
            for name, tensor in self._original.items()
        }
        torch.save(weights, path)

    def close(self) -> None:
        self._lessons = []
        self._optimiser.zero_grad()

    # -- one step

    def _batch(self) -> list[Lesson]:
        """Every lesson comes once an epoch, in an order of the epoch's own."""
        epoch, place = divmod(self._step, self.steps_per_epoch)
        order = np.random.default_rng((self._options.seed, epoch)).permutation(len(self._lessons))
        return [self._lessons[i] for i in order[place * BATCH : (place + 1) * BATCH]]

    def _losses(self, lessons: Sequence[Lesson]) -> dict[str, torch.Tensor]:
        truth = self._stacked([lesson.low for lesson in lessons])
        inside = self._inside(lessons)
        with torch.no_grad():
            picture = torch.cat(
                [self._square(x.frame.features.to(self._device, torch.float32)) for x in lessons]
            )
        told = first_prompt(truth, box=bool(torch.rand(()) < 0.5))
        before: torch.Tensor | None = None
        masks, qualities = [], []
        last = int(torch.randint(CORRECTIONS + 1, ()))
        for count in range(last + 1):
            logits, quality = self._decode(picture, told, before)
            logits = logits.where(inside, logits.new_tensor(_OUTSIDE))
            masks.append(interpolate(logits, (FINE, FINE), mode="bilinear", align_corners=False))
            qualities.append(quality)
            if count < last:
                rows = torch.arange(len(lessons), device=self._device)
                before = logits.detach()[rows, quality.detach().argmax(1)][:, None]
                told = corrected(told, truth, before > 0)
        fine = self._stacked([lesson.fine for lesson in lessons])[:, 0]
        seen = [quality.new_full((len(lessons), 1), 10.0) for quality in qualities]
        outputs = {
            "multistep_pred_multimasks_high_res": masks,
            "multistep_pred_ious": qualities,
            "multistep_object_score_logits": seen,
        }
        losses: dict[str, torch.Tensor] = self._loss([outputs], fine[None])
        taught = self._stacked([lesson.taught for lesson in lessons])
        return {**losses, "kept": self._kept(picture, inside & ~taught, inside)}

    def _kept(
        self, picture: torch.Tensor, beside: torch.Tensor, inside: torch.Tensor
    ) -> torch.Tensor:
        """How far answers to clicks beside the objects have moved, all three masks of each.

        Kullback-Leibler divergence by pixel, and the squared difference of the expected quality.
        """
        told = first_prompt(beside, box=False)
        with torch.no_grad():
            wanted, expected = self._decode(picture, told, None, self._before)
        logits, quality = self._decode(picture, told, None)
        now, then = (x.where(inside, x.new_zeros(())) for x in (logits, wanted))
        probable = then.sigmoid()
        cross = binary_cross_entropy_with_logits(now, probable)
        own = binary_cross_entropy_with_logits(then, probable)
        return cross - own + torch.mean((quality - expected) ** 2)

    def _decode(
        self,
        picture: torch.Tensor,
        told: Told,
        before: torch.Tensor | None,
        decoder: torch.nn.Module | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, masks, LOW, LOW) logits and (n, masks) expected quality, as the engine asks."""
        with torch.no_grad():
            sparse, dense = self._network.prompt_encoder(
                points=told.clicks, boxes=told.boxes, masks=before
            )
        # In float32: bfloat16 was no faster on a CPU with AMX.
        answer: Any = (decoder or self._decoder)(
            image_embeddings=picture,
            image_pe=self._positions,
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=told.ambiguous,
            repeat_image=False,
        )
        return answer[0].float(), answer[1].float()

    def _stacked(self, masks: Sequence[np.ndarray[Any, np.dtype[np.bool_]]]) -> torch.Tensor:
        return torch.from_numpy(np.stack(masks))[:, None].to(self._device)

    def _inside(self, lessons: Sequence[Lesson]) -> torch.Tensor:
        """(n, 1, LOW, LOW) bool: what shows the frame."""
        low = lessons[0].low.shape
        inside = np.zeros((len(lessons), *low), np.bool_)
        for row, lesson in zip(inside, lessons, strict=True):
            row[: lesson.frame.inside[0], : lesson.frame.inside[1]] = True
        return torch.from_numpy(inside)[:, None].to(self._device)
