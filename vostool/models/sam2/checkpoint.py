"""Which SAM 2 a checkpoint is of, told by its tensors, and loading it into the network."""

from __future__ import annotations

from pathlib import Path

import torch

from vostool.errors import ModelError
from vostool.models.sam2.published import MODELS
from vostool.models.weights.catalog import ModelSpec
from vostool.models.weights.checkpoint import Weights, does_not_fit, mismatch, read_weights
from vostool.words import tr

_PATCH_EMBED = "image_encoder.trunk.patch_embed.proj.weight"
_BLOCK = "image_encoder.trunk.blocks."
_ONLY_IN_2_1 = "no_obj_embed_spatial"


def identify(weights: Weights) -> ModelSpec | None:
    """The published model that these tensors have the shapes of, or None."""
    patch = weights.get(_PATCH_EMBED)
    if patch is None:
        return None
    numbers = {name[len(_BLOCK) :].split(".")[0] for name in weights if name.startswith(_BLOCK)}
    version = "2.1" if _ONLY_IN_2_1 in weights else "2.0"
    traits = (int(patch.shape[0]), len(numbers), version)
    for spec in MODELS.values():
        if (spec.embed_dim, spec.blocks, spec.version) == traits:
            return spec
    return None


def identify_file(path: Path) -> ModelSpec:
    """The published model that a checkpoint of any name has the shapes of.

    Raises:
        ModelError: the file cannot be read or is of no SAM 2 model.
    """
    spec = identify(read_weights(path))
    if spec is None:
        raise ModelError(
            tr(
                "The tensors of {path} are of none of the SAM 2 models "
                "({names}); take a checkpoint of one of them.",
                path=path,
                names=", ".join(MODELS),
            )
        )
    return spec


def load_into(module: torch.nn.Module, weights: Weights, spec: ModelSpec, path: Path) -> None:
    """Copy the weights into a model built for ``spec``; every tensor has to fit.

    Raises:
        ModelError: the tensors are another model's, or some are missing, unknown or misshapen.
    """
    found = identify(weights)
    if found is not None and found.name != spec.name:
        raise ModelError(
            tr(
                "The checkpoint {path} is {found_title}, not {spec_title}; "
                "choose the engine {found_name} for it.",
                path=path,
                found_title=found.title,
                spec_title=spec.title,
                found_name=found.name,
            )
        )
    problem = mismatch(module.state_dict(), weights)
    if problem:
        raise does_not_fit(path, spec, problem)
    module.load_state_dict(dict(weights))
