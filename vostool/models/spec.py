"""What is known of an engine before it is loaded: one :class:`EngineSpec`, listed in the registry.

Imports no torch, and neither may the module that holds a spec: the list of engines is read at
every start.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vostool.errors import ModelError
from vostool.models.engine import Engine
from vostool.models.engine_options import EngineOptions
from vostool.models.shared.loading import has_cuda, on_slow_cpu
from vostool.models.trainer import LoadTrainer, Trainer, TrainOptions
from vostool.models.weights import catalog
from vostool.models.weights.catalog import ModelSpec, fetch_command, looks_whole
from vostool.models.weights.hub import HubModel, find_hub_model, folder_problem
from vostool.words import tr

Load = Callable[[str | None, Path | None, EngineOptions], Engine]
"""Makes the engine from the device that is wanted ("cpu", "cuda", "mps"; None for the best there
is), the checkpoint (None only where the engine needs none) and the options. The engine's libraries
are imported in here. Raises :class:`ModelError`."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """One engine as `vostool models` lists it.

    Attributes:
        name: as typed on the command line.
        title: for people.
        checkpoint: the file it would read, or None.
        problem: one sentence why it cannot be used here, or None where it can.
        size: of the official checkpoint in bytes; 0 for an engine that needs none.
    """

    name: str
    title: str
    checkpoint: Path | None = None
    problem: str | None = None
    size: int = 0

    @property
    def usable(self) -> bool:
        return self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """One engine: what lists need to know of it, and how it is made.

    Attributes:
        name: as typed on the command line.
        title: for people.
        load: makes the engine, see :data:`Load`.
        weights: the file that the engine reads, or None where it needs no file.
        hub: the published folder that it reads in place of a file.
        other_files: where else its weights may lie, relative to a folder of checkpoints.
        packages: modules that have to be installed besides what every installation has.
        install: what to type to install them.
        rank: the usable engine of the highest rank is the default; None is never the default.
            Of equal rank, the first listed is the lightest.
        slow: a frame takes more than 3 s on two cores of a CPU without bfloat16, where it is the
            default only if no other is (docs/performance.md has the measured times).
        qualities: those of :data:`vostool.models.engine_options.QUALITIES` that it knows, with what
            each means in the words of a menu; empty for an engine that has one only.
        listed: False for another name of listed engines.
        trainer: makes what trains it on a person's own labels; None for one that cannot be trained.
        file: the one file that it reads, wherever that lies; of an engine that was trained here.
    """

    name: str
    title: str
    load: Load
    weights: ModelSpec | None = None
    hub: HubModel | None = None
    other_files: tuple[Path, ...] = ()
    packages: tuple[str, ...] = ()
    install: str = ""
    rank: int | None = None
    slow: bool = False
    qualities: Mapping[str, str] = field(default_factory=dict)
    listed: bool = True
    trainer: LoadTrainer | None = None
    file: Path | None = None

    def find(self) -> Path | None:
        """What it would read: the official file, else one of its other files, or None."""
        if self.file is not None:
            return self.file
        if self.hub is not None:
            return find_hub_model(self.hub)
        if self.weights is None:
            return None
        official = catalog.find_checkpoint(self.weights)
        others = (
            folder / file for folder in catalog.checkpoint_dirs() for file in self.other_files
        )
        return official or next((path for path in others if path.is_file()), None)

    def status(self) -> EngineStatus:
        """Whether it can be used here, by a look at packages and at the ends of files only."""
        path = self.find()
        problem = self._missing_packages() or self._missing_weights(path)
        size = 0 if self.weights is None else self.weights.size
        return EngineStatus(self.name, self.title, path, problem or self._damage(path), size)

    def create(self, device: str | None, checkpoint: Path | None, options: EngineOptions) -> Engine:
        """Make the engine, its model loaded.

        Args:
            checkpoint: a file to use in place of the one that is searched for.

        Raises:
            ModelError: packages or the checkpoint are missing, or what :attr:`load` raises.
        """
        path = checkpoint if checkpoint is not None else self.find()
        problem = self._missing_packages() or self._missing_weights(path)
        if problem is not None:
            raise ModelError(problem)
        return self.load(device, path, options)

    def create_trainer(
        self, device: str | None, checkpoint: Path | None, options: TrainOptions
    ) -> Trainer:
        """Make what trains it, where something does, with the weights to begin with loaded.

        Args:
            checkpoint: a file to begin with in place of the one that is searched for.

        Raises:
            ModelError: as :meth:`create`.
        """
        assert self.trainer is not None
        path = checkpoint if checkpoint is not None else self.find()
        problem = self._missing_packages() or self._missing_weights(path)
        if problem is not None or path is None:
            raise ModelError(problem or tr("Name the checkpoint to begin with."))
        return self.trainer(device, path, options)

    def _missing_packages(self) -> str | None:
        if all(importlib.util.find_spec(name) is not None for name in self.packages):
            return None
        return tr(
            "{title} needs the packages {names}; add them with `{install}`.",
            title=self.title,
            names=tr(" and ").join(self.packages),
            install=self.install,
        )

    def _missing_weights(self, path: Path | None) -> str | None:
        weights = self.weights
        if self.hub is not None:
            return self.hub.missing if path is None else folder_problem(self.hub, path)
        if weights is None or path is not None:
            return None
        return tr(
            "The checkpoint {file_name} of {weights_title} is not here; "
            "fetch it ({size:.0f} MB) with `{fetch_command}`.",
            file_name=weights.file_name,
            weights_title=weights.title,
            size=weights.size / 1000000.0,
            fetch_command=fetch_command(weights),
        )

    def _damage(self, path: Path | None) -> str | None:
        weights = self.weights
        if weights is None or path is None or path.name != weights.file_name or looks_whole(path):
            return None
        if not os.access(path, os.R_OK):
            return tr("The checkpoint {path} may not be read; change its permissions.", path=path)
        return tr(
            "The checkpoint {path} is truncated or no checkpoint; delete "
            "it and fetch it again with `{fetch_command}`.",
            path=path,
            fetch_command=fetch_command(weights),
        )


def best_of(specs: Sequence[EngineSpec], device: str | None = None) -> EngineSpec | None:
    """The usable engine of the highest rank, or None.

    On a CPU without bfloat16 those that are slow there count only where no other network is usable.
    Of several with that rank the last listed on CUDA; elsewhere, where a frame takes seconds, the
    first. Loads torch only where it makes a difference.
    """
    usable = [spec for spec in specs if spec.rank is not None and spec.status().usable]
    quick = [spec for spec in usable if spec.rank and not spec.slow]
    if quick and any(spec.slow for spec in usable) and on_slow_cpu(device):
        usable = quick
    highest = max((spec.rank or 0 for spec in usable), default=0)
    best = [spec for spec in usable if spec.rank == highest]
    if len(best) > 1 and (has_cuda() if device is None else device.startswith("cuda")):
        return best[-1]
    return best[0] if best else None
