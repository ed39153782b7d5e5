"""What is known of a finder before it is loaded: one :class:`FinderSpec`, listed in the registry.

Imports no torch, and neither may the module that holds a spec.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vostool.errors import ModelError
from vostool.finders.finder import Finder, Way

INSTALL = "pip install 'vostool[auto]'"
"""What brings the packages of the finders that need more than every installation has."""

LoadFinder = Callable[[str | None, Path | None], Finder]
"""Makes the finder from the device that is wanted (None for the best there is) and its checkpoint:
a file or a folder, None where it needs none. Its libraries are imported in here."""


@dataclass(frozen=True, slots=True)
class FinderStatus:
    """One finder as `vostool models` lists it.

    Attributes:
        checkpoint: what it would read, or None.
        problem: one sentence why it cannot be used here, or None where it can.
    """

    name: str
    title: str
    ways: tuple[Way, ...]
    checkpoint: Path | None = None
    problem: str | None = None

    @property
    def usable(self) -> bool:
        return self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinderSpec:
    """One finder: what lists need to know of it, and how it is made.

    Attributes:
        name: as typed on the command line.
        title: for people.
        ways: what it can be asked by.
        load: makes the finder, see :data:`LoadFinder`.
        packages: modules that have to be installed besides what every installation has.
        install: what to type to install them.
        find: where its checkpoint lies, or None where it is not here. Finders that use the
            engine's network alone have no checkpoint and leave this out.
        missing: one sentence that says how to get the checkpoint, for where ``find`` has none.
        rank: of the usable ones with a way, the highest rank is taken where none is named.
    """

    name: str
    title: str
    ways: tuple[Way, ...]
    load: LoadFinder
    packages: tuple[str, ...] = ()
    install: str = INSTALL
    find: Callable[[], Path | None] | None = None
    missing: str = ""
    rank: int = 0

    def status(self) -> FinderStatus:
        """Whether it can be used here, without loading anything."""
        path = None if self.find is None else self.find()
        problem = self._missing_packages()
        if problem is None and self.find is not None and path is None:
            problem = self.missing
        return FinderStatus(self.name, self.title, self.ways, path, problem)

    def create(self, device: str | None = None, checkpoint: Path | None = None) -> Finder:
        """Make the finder, its model loaded.

        Args:
            checkpoint: a file or folder to use in place of the one that is searched for.

        Raises:
            ModelError: packages or the checkpoint are missing, or what :attr:`load` raises.
        """
        path = checkpoint if checkpoint is not None or self.find is None else self.find()
        problem = self._missing_packages()
        if problem is None and self.find is not None and path is None:
            problem = self.missing
        if problem is not None:
            raise ModelError(problem)
        return self.load(device, path)

    def _missing_packages(self) -> str | None:
        if all(importlib.util.find_spec(name) is not None for name in self.packages):
            return None
        return f"{self.title} needs {' and '.join(self.packages)}; add it with `{self.install}`."
