"""The door to every engine: names, what is usable here, and making one. Loads no torch itself.

A new engine is one :class:`EngineSpec` in a room of its own and one line in ``_BUILT_IN``; another
distribution adds one as an entry point of the group ``vostool.engines``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from vostool.errors import ModelError, UsageError
from vostool.files import is_special
from vostool.models.devices import check_device_name
from vostool.models.edgetam import spec as edgetam
from vostool.models.engine import Engine
from vostool.models.engine_options import GENERAL_TEXTS, QUALITIES, EngineOptions
from vostool.models.flow import spec as flow
from vostool.models.mobile_sam import spec as mobile_sam
from vostool.models.sam2 import spec as sam2
from vostool.models.sam3 import spec as sam3
from vostool.models.spec import EngineSpec, EngineStatus, best_of
from vostool.models.trainer import Trainer, TrainOptions
from vostool.models.tuned import tuned_specs
from vostool.models.weights.catalog import ModelSpec
from vostool.plugins import Plugins, load_plugins
from vostool.words import tr

GROUP = "vostool.engines"
"""Entry points of this group are an :class:`EngineSpec` each; the entry point's name counts."""
_BUILT_IN: tuple[EngineSpec, ...] = (
    flow.ENGINE,
    mobile_sam.ENGINE,
    *sam2.ENGINES,
    edgetam.ENGINE,
    sam3.ENGINE,
    sam2.ANY,
)
FALLBACK = flow.ENGINE.name
"""The engine that can always be used."""


@cache
def _plugins() -> Plugins[EngineSpec]:
    """Looked for once a process: reading every distribution's entry points takes a while."""
    return load_plugins(GROUP, EngineSpec, frozenset(spec.name for spec in _BUILT_IN))


def engine_specs() -> tuple[EngineSpec, ...]:
    """Every engine; those of plug-ins follow, then those that were trained on own labels."""
    added = (replace(spec, name=name) for name, spec in _plugins().found.items())
    shipped = (*_BUILT_IN, *added)
    return (*shipped, *tuned_specs(shipped))


def forget_plugins() -> None:
    """Look for plug-ins anew, as after an installation in this process."""
    _plugins.cache_clear()


def plugin_problems() -> tuple[str, ...]:
    """One sentence for each plug-in that was left out."""
    return _plugins().problems


def engine_names() -> tuple[str, ...]:
    """Every name that :func:`create_engine` knows."""
    return tuple(spec.name for spec in engine_specs())


def engine_statuses() -> list[EngineStatus]:
    """Every listed engine with its checkpoint, by a look at the file's ends only."""
    return [spec.status() for spec in engine_specs() if spec.listed]


def default_engine(device: str | None = None) -> str:
    """The engine to use where none is named, see :func:`vostool.models.spec.best_of`."""
    best = best_of(engine_specs(), device)
    return FALLBACK if best is None else best.name


def published() -> Mapping[str, ModelSpec]:
    """Every file of weights that can be fetched, by the engine's name; the highest rank first."""
    ranked = sorted(engine_specs(), key=lambda spec: -(spec.rank or 0))
    return {spec.name: spec.weights for spec in ranked if spec.weights is not None}


def smallest_download() -> ModelSpec:
    """The smallest weights of an engine that would be used at once, for who has none yet."""
    ranked = [spec.weights for spec in engine_specs() if spec.rank and spec.weights is not None]
    return min(ranked, key=lambda weights: weights.size)


def best_download() -> ModelSpec:
    """The smallest weights of the highest rank: the first to be fetched for good masks."""
    ranked = [(s.rank, s.weights) for s in engine_specs() if s.rank and s.weights is not None]
    return min(ranked, key=lambda one: (-one[0], one[1].size))[1]


def quality_texts(engine: str | None = None) -> dict[str, str]:
    """The qualities that an engine of that name has, in the words of a menu (which translates
    them); none where there is no such engine. Without a name: every quality, in words that are true
    of all engines.
    """
    if engine is None:
        return dict(GENERAL_TEXTS)
    texts = next((spec.qualities for spec in engine_specs() if spec.name == engine), {})
    return {quality: texts[quality] for quality in QUALITIES if quality in texts}


def check_engine_name(name: str, others: Sequence[str] = ()) -> None:
    """Raise :class:`UsageError` for an engine that there is not.

    Args:
        others: names that the caller knows besides the engines.
    """
    known = (*engine_names(), *others)
    if name not in known:
        raise UsageError(_unknown(name, "engine", known))


def create_engine(
    name: str,
    device: str | None = None,
    checkpoint: Path | None = None,
    options: EngineOptions | None = None,
) -> Engine:
    """Make the engine of that name, with its model loaded.

    Args:
        name: one of :func:`engine_names`.
        device: "cpu", "cuda", "cuda:1", "mps", "xpu"; None takes the best there
            is. "flow" always uses the CPU.
        checkpoint: a file to use in place of the one that is searched for; "sam2" takes any
            SAM 2 checkpoint, fine-tuned ones too, and tells the model by its tensors.
        options: quality and bounds, for the engines that have any; None takes the defaults.

    Raises:
        UsageError: no engine of that name, or no such device.
        ModelError: the checkpoint is missing, damaged or of another model, or the device is absent.
    """
    spec = _asked(name, device, checkpoint)
    return spec.create(device, checkpoint, options or EngineOptions())


def own_engine_names() -> tuple[str, ...]:
    """The engines that were trained on own labels and can be used here, by a look at the files."""
    shipped = (*_BUILT_IN, *_plugins().found.values())
    return tuple(spec.name for spec in tuned_specs(shipped) if spec.status().usable)


def trainable_engines() -> tuple[str, ...]:
    """The engines that :func:`create_trainer` makes a trainer for, by name."""
    return tuple(spec.name for spec in engine_specs() if spec.trainer is not None)


def create_trainer(
    name: str,
    device: str | None = None,
    checkpoint: Path | None = None,
    options: TrainOptions | None = None,
) -> Trainer:
    """Make what trains the engine of that name, with the weights to begin with loaded.

    Args:
        name, device, checkpoint: as :func:`create_engine`; the checkpoint is not changed.

    Raises:
        UsageError: no engine of that name, or no such device.
        ModelError: it cannot be trained, or as :func:`create_engine`.
    """
    spec = _asked(name, device, checkpoint)
    if spec.trainer is None:
        raise ModelError(
            tr(
                "{title} cannot be trained on labels; choose one of {names}.",
                title=spec.title,
                names=", ".join(trainable_engines()),
            )
        )
    return spec.create_trainer(device, checkpoint, options or TrainOptions())


def engine_spec(name: str) -> EngineSpec:
    """The engine of that name.

    Raises:
        UsageError: there is none.
    """
    check_engine_name(name)
    return next(spec for spec in engine_specs() if spec.name == name)


def _asked(name: str, device: str | None, checkpoint: Path | None) -> EngineSpec:
    spec = engine_spec(name)
    if device is not None:
        check_device_name(device)
    if checkpoint is not None and is_special(checkpoint):  # before a library is loaded for it
        raise ModelError(
            tr(
                "The checkpoint {checkpoint} is a pipe or a device; give a file.",
                checkpoint=checkpoint,
            )
        )
    return spec


def _unknown(value: str, kind: str, known: Sequence[str]) -> str:
    return tr(
        "There is no {kind} '{value}'; known are {names}.",
        kind=kind,
        value=value,
        names=", ".join(known),
    )
