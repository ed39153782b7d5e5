"""What is known of a finder before it is loaded: one spec, listed in the registry.

Imports no torch, and neither may the module that holds a spec. Three things are found in three ways
and have a spec of their own each: a :class:`FinderSpec` looks at a frame, a :class:`ListenerSpec`
hears a video's sound, a :class:`ConceptSpec` looks through a whole video by itself.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from vostool.errors import ModelError
from vostool.finders.concepts import ConceptTracker
from vostool.finders.finder import Finder, Way
from vostool.finders.listener import Listener
from vostool.models.weights.hub import HubModel, find_hub_model, folder_problem
from vostool.words import tr

INSTALL = "pip install 'vostool[auto]'"
"""What brings the packages of the finders that need more than every installation has."""

T_co = TypeVar("T_co", covariant=True)
Load = Callable[[str | None, Path | None], T_co]
"""Makes it from the device that is wanted (None for the best there is) and its checkpoint: a file
or a folder, None where it needs none. Its libraries are imported in here."""
LoadFinder = Load[Finder]


@dataclass(frozen=True, slots=True)
class FinderStatus:
    """One finder as `vostool models` lists it.

    Attributes:
        checkpoint: what it would read, or None.
        problem: one sentence why it cannot be used here, or None where it can.
        size: of its own weights in bytes; 0 for one that has none.
    """

    name: str
    title: str
    ways: tuple[Way, ...]
    checkpoint: Path | None = None
    problem: str | None = None
    size: int = 0

    @property
    def usable(self) -> bool:
        return self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateSpec(Generic[T_co]):
    """What lists need to know of one, and how it is made.

    Attributes:
        name: as typed on the command line.
        title: for people.
        ways: what it can be asked by.
        load: makes it, see :data:`Load`.
        packages: modules that have to be installed besides what every installation has.
        install: what to type to install them.
        weights: the published model that it reads; with it ``find``, ``check`` and ``missing`` are
            known and left out.
        find: where its checkpoint lies, or None where it is not here. Finders that use the
            engine's network alone have no checkpoint and leave this out.
        missing: one sentence that says how to get the checkpoint, for where ``find`` has none.
        rank: of the usable ones with a way, the highest rank is taken where none is named.
    """

    name: str
    title: str
    ways: tuple[Way, ...]
    load: Load[T_co]
    packages: tuple[str, ...] = ()
    install: str = INSTALL
    weights: HubModel | None = None
    find: Callable[[], Path | None] | None = None
    missing: str = ""
    rank: int = 0

    def status(self) -> FinderStatus:
        """Whether it can be used here, without loading anything."""
        path = self._found()
        problem = self._missing_packages() or self._problem(path)
        size = 0 if self.weights is None else self.weights.size
        return FinderStatus(self.name, self.title, self.ways, path, problem, size)

    def create(self, device: str | None = None, checkpoint: Path | None = None) -> T_co:
        """Make it, its model loaded.

        Args:
            checkpoint: a file or folder to use in place of the one that is searched for.

        Raises:
            ModelError: packages or the checkpoint are missing, or what :attr:`load` raises.
        """
        path = self._found() if checkpoint is None else checkpoint
        problem = self._missing_packages() or self._problem(path)
        if problem is not None:
            raise ModelError(problem)
        return self.load(device, path)

    def _found(self) -> Path | None:
        if self.weights is not None:
            return find_hub_model(self.weights)
        return None if self.find is None else self.find()

    def _problem(self, path: Path | None) -> str | None:
        if self.weights is not None:
            return self.weights.missing if path is None else folder_problem(self.weights, path)
        return self.missing if self.find is not None and path is None else None

    def _missing_packages(self) -> str | None:
        if all(importlib.util.find_spec(name) is not None for name in self.packages):
            return None
        return tr(
            "{title} needs {names}; add it with `{install}`.",
            title=self.title,
            names=tr(" and ").join(self.packages),
            install=self.install,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FinderSpec(LateSpec[Finder]):
    """A finder on one frame, :class:`vostool.finders.finder.Finder`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSpec(LateSpec[Listener]):
    """One that hears a video's sound, :class:`vostool.finders.listener.Listener`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptSpec(LateSpec[ConceptTracker]):
    """One that looks through a whole video, :class:`vostool.finders.concepts.ConceptTracker`."""
